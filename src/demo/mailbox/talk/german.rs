//! German.

use super::{Talk, Topic, topic};

pub(super) const GERMAN: Talk = Talk {
    greeting: "Hallo {name},",
    farewell: "Liebe Grüße",
    wrote: "Am {date} schrieb {name}:",
    answer_mark: "AW: ",
    topics: TOPICS,
    work: WORK,
    replies: &[
        "Klingt gut, bis dann!",
        "Das passt. Ich bringe {food} mit.",
        "Ginge auch {day}? Bei mir ist etwas dazwischengekommen.",
        "Danke dir, genau so machen wir es.",
        "Entschuldige die späte Antwort, hier war einiges los. Ja, gern!",
        "Ich frage noch die anderen und melde mich morgen.",
    ],
};

const TOPICS: &[Topic] = &[
    topic(
        "Grillen am {day}?",
        "das Wetter soll endlich halten. Kommt ihr am {day} zu uns in den Garten? Für {food} ist gesorgt.",
        "Sehr gern! Sollen wir einen Salat mitbringen?",
    ),
    topic(
        "Fotos aus {city}",
        "ich habe die Bilder aus {city} sortiert, es sind noch {n} übrig. Welche möchtest du haben?",
        "Alle, auf denen niemand die Augen zu hat. Also etwa drei.",
    ),
    topic(
        "Omas 85. Geburtstag 🎂",
        "wir wollen am {day} gemeinsam nach {city} fahren. Im Gasthaus sind {n} Plätze reserviert. Seid ihr dabei?",
        "Natürlich! Ich kümmere mich um die Blumen.",
    ),
    topic(
        "Schlüssel für die Wohnung",
        "könntest du am {day} nach den Pflanzen schauen? Der Schlüssel liegt wie immer bei Frau Öztürk.",
        "Mache ich. Auch die große auf dem Balkon?",
    ),
    topic(
        "Wandern in den Alpen",
        "die Hütte oberhalb von {city} hat noch {n} Betten frei. Wir müssten bis {day} zusagen.",
        "Ich bin dabei, wenn wir nicht wieder im Dunkeln absteigen.",
    ),
    topic(
        "Dein Buch",
        "ich habe es in zwei Nächten gelesen. Das Ende ärgert mich immer noch. Magst du es am {day} zurück?",
        "Behalt es ruhig und gib es weiter.",
    ),
    topic(
        "Umzugshelfer gesucht",
        "am {day} ist es so weit, {n} Kartons und ein Klavier. Danach gibt es {food} für alle.",
        "Für Kartons komme ich. Beim Klavier schaue ich zu.",
    ),
    topic(
        "Kurze Frage wegen Süden",
        "wie hieß noch das kleine Lokal in {city}, in dem wir {food} gegessen haben?",
        "Das stand nirgends, wir haben einfach geklopft. Zweite Gasse hinter der Brücke.",
    ),
];

const WORK: &[Topic] = &[
    topic(
        "Rückfrage zum Angebot",
        "der Kunde aus {city} möchte {n} Tage weniger. Geht das, ohne dass wir die Tests streichen? Ich müsste bis {day} antworten.",
        "Ohne Tests nicht. Streichen wir lieber die Schulung.",
    ),
    topic(
        "Protokoll von {day}",
        "anbei das Protokoll. Punkt {n} habe ich offen gelassen, dazu hattest du noch etwas sagen wollen.",
        "Danke. Punkt bitte vertagen, ich bringe Zahlen mit.",
    ),
    topic(
        "Vertretung nächste Woche",
        "ich bin ab {day} in {city}. Könntest du die Anfragen übernehmen? Es sind meist nicht mehr als {n} am Tag.",
        "Klar. Leg mir die offenen bitte in den gemeinsamen Ordner.",
    ),
    topic(
        "Messwerte aus {city}",
        "die Reihe vom {day} hat {n} Ausreißer. Ist der Fühler defekt oder war die Heizung an?",
        "Der Fühler, Größenordnung passt sonst. Ich lasse ihn tauschen.",
    ),
];
