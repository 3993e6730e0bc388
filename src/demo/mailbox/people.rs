//! The cast: people the owner talks with. All invented, all at reserved domains (RFC 2606).

use super::talk::Tongue::{self, Dutch, English, French, German, Italian, Japanese, Polish, Portuguese, Spanish};

/// Somebody the owner talks with.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) name: &'static str,
    pub(super) address: &'static str,
    pub(super) tongue: Tongue,
    /// The zone in which the person's mail is dated, in minutes east of Greenwich.
    pub(super) zone: i32,
    pub(super) circle: Circle,
    /// Conversations in a year.
    pub(super) threads: u32,
}

/// Where they know each other from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Circle {
    Family,
    Friends,
    Work,
}

const fn person(
    name: &'static str,
    address: &'static str,
    tongue: Tongue,
    zone: i32,
    circle: Circle,
    threads: u32,
) -> Person {
    Person { name, address, tongue, zone, circle, threads }
}

/// Everybody.
pub(super) const PEOPLE: &[Person] = &[
    person("Hedwig Maren", "hedwig@maren.example", German, 60, Circle::Family, 16),
    person("Tobias Maren", "tobias@maren.example", German, 60, Circle::Family, 12),
    person("Nora Maren-Whitfield", "nora@whitfield.example", English, 0, Circle::Family, 14),
    person("Édouard Lacombe", "edouard@lacombe.example", French, 60, Circle::Family, 8),
    person("Jonas Brückner", "jonas@brueckner.example", German, 60, Circle::Friends, 14),
    person("Sophie Åkerlund", "sophie@akerlund.example", English, 60, Circle::Friends, 12),
    person("Marcus Adeyemi", "marcus.adeyemi@lagoonpost.example", English, 60, Circle::Friends, 11),
    person("Priya Raman", "priya@ramanhouse.example", English, 330, Circle::Friends, 10),
    person("Callum Fraser", "callum@fraserboats.example", English, 0, Circle::Friends, 9),
    person("Chiara Bellandi", "chiara@bellandi.example", Italian, 60, Circle::Friends, 10),
    person("Lucía Ferrándiz", "lucia@ferrandiz.example", Spanish, 60, Circle::Friends, 9),
    person("Joaquín Peñalver", "joaquin@penalver.test", Spanish, -180, Circle::Friends, 5),
    person("Inês Carvalhal", "ines@carvalhal.example", Portuguese, 0, Circle::Friends, 8),
    person("Maëlle Prigent", "maelle@prigent.example", French, 60, Circle::Friends, 9),
    person("Sanne Hoekstra", "sanne@hoekstra.example", Dutch, 60, Circle::Friends, 9),
    person("Bram van Loenen", "bram@vanloenen.example", Dutch, 60, Circle::Friends, 5),
    person("Agnieszka Żurawska", "agnieszka@zurawska.example", Polish, 60, Circle::Friends, 7),
    person("森田 彩香", "ayaka.morita@hoshimail.example", Japanese, 540, Circle::Friends, 6),
    person("Kenji Ōshiro", "kenji@oshiro.example", English, 540, Circle::Friends, 4),
    person("Dagný Hallsdóttir", "dagny@hallsdottir.example", English, 0, Circle::Friends, 5),
    person("Fatima El-Amrani", "fatima@elamrani.example", French, 60, Circle::Friends, 5),
    person("Uwe Groß", "uwe@gross-und-klein.example", German, 60, Circle::Friends, 6),
    person("Amara Okonkwo", "amara.okonkwo@work.example", English, 0, Circle::Work, 20),
    person("Stefan Weiß", "stefan.weiss@work.example", German, 60, Circle::Work, 16),
    person("Hannah Lindqvist", "hannah.lindqvist@work.example", English, 60, Circle::Work, 15),
    person("Diego Montalvo", "diego.montalvo@work.example", Spanish, 60, Circle::Work, 9),
    person("Camille Roussel", "camille.roussel@work.example", French, 60, Circle::Work, 9),
    person("Giulia Ferrero", "giulia.ferrero@partner-lab.example", Italian, 60, Circle::Work, 6),
    person("Pieter de Wit", "p.dewit@dewit-advies.example", Dutch, 60, Circle::Work, 6),
    person("Grace Holloway", "grace@holloway-consult.example", English, -300, Circle::Work, 8),
    person("Dr. Jörg Kämmerer", "j.kaemmerer@messtechnik.example", German, 60, Circle::Work, 6),
    person("Tomás Vieira", "tomas.vieira@work.example", Portuguese, 0, Circle::Work, 4),
];

impl Person {
    /// What friends call them: the first word; all of a Japanese name, whose family name comes first.
    pub(super) fn first_name(&self) -> &'static str {
        let name = self.name.trim_start_matches("Dr. ");
        if self.tongue == Japanese {
            return name;
        }
        name.split(' ').next().unwrap_or(name)
    }
}
