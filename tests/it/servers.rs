//! The filing suite on other real servers: the bodies of the tests that are on Dovecot elsewhere, with another server in its place. Other
//! namespaces, delimiters and quirks; and since nothing is hidden here but lacking, the proof that nothing unadvertised is used.

use crate::connection::{ca, with_tls};
use crate::crash::killed_at_random_moments;
use crate::interruptions::cut;
use crate::support::cast;
use crate::support::daemon::Daemon;
use crate::support::engine::{Watching, eventually, quick};
use crate::support::flavour::Flavour;
use crate::support::proxy::Act;
use crate::support::stand_in::instead_of_dovecot;
use crate::support::user::User;

/// A module a server; in it a module for each file that bodies come from, with a test a body.
macro_rules! bodies {
    ($server:expr; $($file:ident: $($body:ident),+;)+) => {$(
        mod $file {
            $(
                #[test]
                fn $body() {
                    super::super::instead_of_dovecot($server, crate::$file::$body);
                }
            )+
        }
    )+};
}

/// What is true on every server on which mail can be filed.
macro_rules! filing_suite {
    ($($server:ident = $flavour:expr),+ $(,)?) => {$(
        mod $server {
            bodies! {
                $flavour;
                undo:
                    undo_by_id_takes_back_that_row_only,
                    undo_is_another_row_and_the_old_one_stays,
                    undo_by_run_takes_back_that_run_only,
                    undo_last_goes_back_run_by_run_and_never_undoes_an_undo,
                    what_the_user_deleted_meanwhile_is_counted_as_missing,
                    what_the_user_moved_on_is_left_where_they_put_it_or_found_there,
                    undo_of_an_order_s_moves_lifts_the_order,
                    a_message_without_message_id_is_put_back;
                orders:
                    an_order_for_an_address_a_domain_and_a_list_is_obeyed,
                    an_order_moves_what_is_there_only_when_asked,
                    blackhole_banishes_what_is_there_and_what_comes,
                    blackholed_mail_falls_to_trash_what_lay_there_before_does_not;
                staying:
                    flagged_deleted_draft_and_own_mail_is_not_touched,
                    somebody_elses_deleted_mail_survives_the_filing_around_it,
                    mail_older_than_the_backlog_only_teaches,
                    mail_that_the_user_moved_back_into_the_inbox_stays,
                    mail_that_was_seen_in_another_folder_stays_when_it_comes_back,
                    top_mail_is_flagged_or_left_alone_as_configured;
                preview:
                    a_preview_run_counts_and_touches_nothing,
                    plan_shows_every_message_and_touches_nothing;
                surprises:
                    a_folder_that_holds_mail_already_is_adopted_only_after_a_word,
                    an_empty_folder_of_that_name_is_used_without_a_question,
                    no_managed_folder_may_be_trash_sent_or_junk;
                folders:
                    names_with_blanks_slashes_and_umlauts;
                odd_mail:
                    without_from_date_or_message_id,
                    raw_8_bit_headers,
                    identical_copies_are_filed_together_and_all_come_back;
                moving:
                    from_news_to_inbox_and_the_next_mail_stays,
                    into_blackhole_and_out_again;
                interruptions:
                    an_inbox_that_is_emptied_while_it_is_read;
                digest:
                    it_tells_once_what_was_filed_and_is_a_message_that_stays,
                    it_teaches_nothing_wherever_it_is_moved_and_undo_puts_it_into_trash,
                    a_connection_cut_around_the_append_leaves_one_digest_and_no_second;
                connection:
                    tls_with_a_private_ca,
                    a_wrong_password_is_called_that,
                    doctor_says_that_all_is_well;
                opening:
                    a_message_is_read_as_text_and_stays_unread;
                engine:
                    the_first_pass_files_and_then_each_delivery;
                daemon:
                    it_files_what_comes_and_its_commands_do_what_they_do_without_it;
            }
        }
    )+};
}

filing_suite! {
    cyrus = super::super::Flavour::CYRUS,
    cyrus_alt = super::super::Flavour::CYRUS_ALT,
    courier = super::super::Flavour::COURIER,
}

mod odd_mail_on_courier {
    bodies! {
        super::super::Flavour::COURIER;
        odd_mail: a_header_of_one_megabyte;
    }
}

mod pushes_of_cyrus {
    bodies! {
        super::super::Flavour::CYRUS_ALT;
        watching: what_another_program_does_wakes, what_came_while_the_session_was_busy_is_not_lost;
    }
}

#[test]
fn killed_at_random_moments_on_cyrus() {
    killed_at_random_moments(Flavour::CYRUS, &["UID MOVE"], 4);
}

#[test]
fn killed_at_random_moments_on_courier() {
    killed_at_random_moments(Flavour::COURIER, &["UID COPY", "UID STORE", "UID EXPUNGE"], 6);
}

#[test]
fn a_connection_to_cyrus_that_is_cut_before_or_after_the_move() {
    for act in [Act::CutBefore, Act::CutAfter] {
        cut(Flavour::CYRUS_ALT, "UID MOVE", act);
    }
}

#[test]
fn a_connection_to_courier_that_is_cut_before_or_after_any_step() {
    for verb in ["UID COPY", "UID STORE", "UID EXPUNGE"] {
        for act in [Act::CutBefore, Act::CutAfter] {
            cut(Flavour::COURIER, verb, act);
        }
    }
}

/// imap4d has neither MOVE nor UIDPLUS.
mod imap4d {
    use super::{Daemon, Flavour, User, Watching, ca, cast, eventually, quick, with_tls};
    use crate::filing::nothing_is_filed_and_the_reason_is_said;

    bodies! {
        super::super::Flavour::IMAP4D;
        connection: a_wrong_password_is_called_that;
        preview: a_preview_run_counts_and_touches_nothing, plan_shows_every_message_and_touches_nothing;
    }

    fn how_often_carl_wrote(user: &User) -> Option<u64> {
        let senders = user.mailherd(&["senders", "--json"]).done().rows();
        senders.iter().find(|row| row["address"] == "carl.1@strangers.example")?["received"].as_u64()
    }

    #[test]
    fn nothing_is_filed_and_everything_that_would_says_why() {
        nothing_is_filed_and_the_reason_is_said(Flavour::IMAP4D);
        let user = User::new(Flavour::IMAP4D);
        user.receives(&[cast::stranger(1)]);
        let before = user.world();
        let doctor = user.mailherd(&["doctor"]);
        doctor.complains(1);
        assert!(doctor.stdout.contains("UIDPLUS"), "{doctor}");
        for words in [
            &["train", "carl.1@strangers.example", "bulk", "--existing", "--yes"][..],
            &["blackhole", "carl.1@strangers.example", "--yes"],
        ] {
            user.mailherd(words).complains(1).says("UIDPLUS");
        }
        assert!(user.journal().is_empty());
        before.assert_same_places(&user.world());
    }

    #[test]
    fn tls_with_a_private_ca() {
        for tls in ["implicit", "starttls"] {
            let mut user = with_tls(Flavour::IMAP4D, tls);
            let ca = ca(&user);
            user.set_account("tls_ca_file", &ca).receives(&[cast::stranger(1)]);
            assert_eq!(user.mailherd(&["plan", "--json"]).done().rows().len(), 1);
        }
    }

    #[test]
    fn it_goes_on_learning() {
        let user = User::new(Flavour::IMAP4D);
        let letter = cast::friend(60);
        user.has_a_friend().receives(&[letter.clone(), cast::stranger(1)]);
        user.mailherd(&["run", "--once", "--yes"]).complains(1).says("UIDPLUS");
        assert_eq!(how_often_carl_wrote(&user), Some(1));
        user.receives(&[cast::stranger(1)]);
        let outcome = user.mailherd(&["run", "--once", "--yes", "--json"]);
        let learned = outcome.object()["accounts"][0]["learned"].as_u64();
        assert_eq!((outcome.code(), learned, how_often_carl_wrote(&user)), (Some(1), Some(1), Some(2)), "{outcome}");
        let plan = user.mailherd(&["plan", "--json"]).done().rows();
        let row = plan.iter().find(|row| row["message_id"] == letter.id().as_str()).unwrap();
        assert_eq!(row["category"], "top", "she was answered: {row}");
    }

    /// Mail that nobody has opened for writing yet it numbers anew each time it is opened, so that INBOX is never as it was.
    #[test]
    fn the_daemon_says_so_and_rests() {
        let user = User::new(Flavour::IMAP4D);
        user.receives(&[cast::stranger(1)]);
        let daemon = Daemon::start(&user);
        let status = daemon.until("home", |status| status["state"] == "live");
        assert!(status["error"].as_str().unwrap().contains("UIDPLUS"), "{status}");
        assert_eq!((how_often_carl_wrote(&user), user.world().count("INBOX")), (Some(1), 1));
        daemon.ends().0.done();
    }

    /// It advertises IDLE and never says a word in it.
    #[test]
    fn an_idle_that_never_pushes_is_made_up_for_by_looking() {
        let mut user = User::new(Flavour::IMAP4D);
        user.set("mode", "\"preview\"");
        let watching = Watching::start(&user.config_file(), quick());
        let health = watching.rests("home");
        assert!(health.fault.is_none() && health.capabilities.contains(&"IDLE".to_owned()), "{health:?}");
        user.receives(&[cast::stranger(1)]);
        eventually("what comes is learned from", || how_often_carl_wrote(&user) == Some(1));
    }
}
