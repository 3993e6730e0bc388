use super::*;

#[test]
fn words_are_found_whole_whatever_the_case_and_the_accents() {
    for (subject, kind) in [
        ("Your WEEKLY digest", Kind::Editorial),
        ("Ihre Bestellbestätigung 4711", Kind::Receipt),
        ("Dernières heures : profitez-en", Kind::Offer),
        ("Código de verificación", Kind::Code),
        ("Is 482913 the code you asked for", Kind::Code),
        ("Nouvelle connexion à votre compte", Kind::Security),
        ("Herinnering: afspraak", Kind::Notice),
        ("Automatische Antwort: Urlaub", Kind::AutoReply),
    ] {
        assert!(Subject::read(subject).0.says(kind), "{subject}: {kind:?}");
    }
    let personal = Subject::read("Salesman at the door, unofficial").0;
    assert!(!personal.says(Kind::Offer));
}

#[test]
fn marks_of_answers_and_tags_are_seen_in_any_order() {
    let read = Subject::read("[rust-users] AW: Re[2]: RE : lunch?").0;
    assert!(read.reply && read.tagged && read.question && !read.forward);
    assert!(Subject::read("Fwd: photos").0.forward);
    assert!(!Subject::read("Regarding: lunch").0.reply);
    assert!(Subject::read("Updated invitation: Lunch @ Tue").0.invitation);
    assert!(!Subject::read("Invitation to buy").0.invitation);
    assert!(Subject::read("50% today").0.figures && !Subject::read("50 people").0.figures);
}

#[test]
fn organisations_and_periodicals_are_told_from_people() {
    assert!(is_organisation("The Garden Post") && !is_organisation("Theo Berg") && !is_organisation("The Dude"));
    assert!(is_mass_domain("gardennews.example") && !is_mass_domain("newsome.anna.example"));
    assert!(Subject::read("Gardener 12.3: Beans").0.says(Kind::Editorial));
    assert!(!Subject::read("Linux 6.12 is out").0.says(Kind::Editorial));
}

#[test]
fn folding_survives_any_text() {
    assert_eq!(fold("  L’Été — à ½ prix!! "), "lete a ½ prix");
    assert_eq!(fold(""), "");
    assert_eq!(fold("日本語 Ελλάδα"), "日本語 ελλάδα");
}

#[test]
fn phrases_are_spelled_as_subjects_are_folded() {
    for (_, phrase) in tables::phrases() {
        let bare = phrase.trim_end_matches('*');
        assert_eq!(fold(bare), bare, "can never be found");
    }
}

#[test]
fn the_local_part_tells_offices_and_machines_from_people() {
    for (local, expected) in [
        ("anna.berg", Role::Person),
        ("newsome", Role::Person),
        ("info", Role::Office),
        ("support+x1", Role::Office),
        ("weekly-newsletter", Role::Robot),
        ("mailer-daemon", Role::Robot),
        ("no-reply", Role::NoReply),
        ("accounts_donotreply", Role::NoReply),
        ("ne-pas-repondre", Role::NoReply),
    ] {
        assert_eq!(role(local), expected, "{local}");
    }
}

#[test]
fn versions_and_parts_stand_in_tags_only() {
    assert_eq!((version("[PATCH v3 2/5] x"), part("[PATCH v3 2/5] x")), (Some(3), Some((2, 5))));
    assert_eq!((version("Re: [v2] x"), part("Re: [v2] x")), (Some(2), None));
    assert_eq!((version("Release v2 is out, 1/3 [v9]"), part("Release v2 is out, 1/3 [v9]")), (None, None));
}
