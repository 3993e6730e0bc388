//! Configurations as people write them.

use super::*;
use crate::logic::transfer::Map;

#[track_caller]
fn reads(config: &str, taken: &[&str], left_out: &[usize]) {
    let rules = read(config, &[]);
    let said = format!("{config}\nleft out: {:?}", rules.left_out);
    let (found, lines) = rules.orders(&Map::default());
    let found: Vec<String> = found.iter().map(|one| format!("{} {} {}", one.who, one.category, one.line)).collect();
    assert_eq!(found, taken, "{said}");
    assert_eq!(lines.iter().map(|one| one.line).collect::<Vec<_>>(), left_out, "{said}");
}

const ACCOUNT: &str =
    "options.timeout = 120\naccount1 = IMAP { server = 'imap.example',\n  username = \"me\", password = 'hunter2' }\n";

#[test]
fn senders_that_are_moved_or_deleted() {
    reads(
        &format!(
            "{ACCOUNT}-- letters\nresults = account1.INBOX:contain_from('news@kitchen.example') +\n          \
             account1.INBOX:contain_from(\"@shop.example\")\nresults:move_messages(account1['Newsletters'])\n\
             account1['INBOX']:match_from('.*@noise\\.example'):delete_messages()\n\
             account1.INBOX:contain_field('List-Id', '<dev.lists.example>'):move_messages(account1.Lists)\n"
        ),
        &[
            "news@kitchen.example news 5",
            "@shop.example news 6",
            "@noise.example blackhole 8",
            "<dev.lists.example> news 9",
        ],
        &[],
    );
}

#[test]
fn what_is_more_than_a_sender_is_left_out() {
    reads(
        &format!(
            "{ACCOUNT}a = account1.INBOX:contain_from('a@b.example') * account1.INBOX:is_unseen()\n\
             a:move_messages(account1.News)\n\
             account1.Other:contain_from('a@b.example'):move_messages(account1.News)\n\
             account1.INBOX:contain_subject('x'):move_messages(account1.News)\n\
             account1.INBOX:match_from('(a|b)@c.example'):move_messages(account1.News)\n\
             account1.INBOX:contain_from('a@b.example'):copy_messages(account1.News)\n\
             account1.INBOX:contain_from('c@d.example'):move_messages(account1.Elsewhere)\n"
        ),
        &[],
        &[4, 4, 6, 7, 8, 9, 10],
    );
}

#[test]
fn functions_are_read_and_conditions_are_not() {
    reads(
        &format!(
            "{ACCOUNT}function rules()\n  local m = account1.INBOX:contain_from('a@b.example')\n  m:mark_seen()\n  \
             m:move_messages(account1.News)\nend\nif hour > 3 then\n  for _, x in ipairs(t) do\n    \
             account1.INBOX:contain_from(x):move_messages(account1.News)\n  end\nend\n\
             account1.INBOX:contain_from('c@d.example'):move_messages(account1['INBOX.News'])\nbecome_daemon(600, rules)\n"
        ),
        &["a@b.example news 5", "c@d.example news 14"],
        &[6, 9],
    );
}

#[test]
fn no_password_is_quoted() {
    let config = format!(
        "{ACCOUNT}x = get_password('hunter2')\naccount1.INBOX:is_new():move_messages(account1.News)\np = 'hunter2"
    );
    let rules = read(&config, &[]);
    assert!(!rules.left_out.is_empty() && !format!("{rules:?}").contains("hunter2"), "{rules:?}");
}

#[test]
fn comments_and_long_texts() {
    reads(
        &format!(
            "{ACCOUNT}--[[ account1.INBOX:contain_from('x@y.example'):delete_messages()\n]]\n\
             account1.INBOX:contain_from([[a@b.example]]):move_messages(account1.News) -- done\n"
        ),
        &["a@b.example news 6"],
        &[],
    );
    reads("a = 'x\nb", &[], &[1]);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(text in "[a-z{}()\\[\\]'\":=+*.,\n -]{0,300}") {
        let _ = read(&text, &[]).orders(&Map::default());
    }

    #[test]
    fn any_deep_text_is_read(depth in 0_usize..3_000) {
        let _ = read(&"(".repeat(depth), &[]);
        let _ = read(&"a:b(".repeat(depth), &[]);
    }
}
