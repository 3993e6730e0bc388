//! Scripts as people and webmails write them.

use super::*;
use crate::logic::transfer::Map;

/// `who category line`, and the lines that are left out.
fn read_with(script: &str, lists: &[&str], map: &[(&str, crate::logic::ids::Category)]) -> (Vec<String>, Vec<usize>) {
    let lists: Vec<ListId> = lists.iter().filter_map(|id| ListId::new(id)).collect();
    let map = Map::new(map.iter().map(|(name, category)| ((*name).to_owned(), *category)).collect());
    let (taken, left_out) = read(script, &lists).orders(&map);
    let taken = taken.iter().map(|one| format!("{} {} {}", one.who, one.category, one.line)).collect();
    (taken, left_out.iter().map(|one| one.line).collect())
}

#[track_caller]
fn reads(script: &str, taken: &[&str], left_out: &[usize]) {
    let (found, lines) = read_with(script, &[], &[]);
    assert_eq!(found, taken, "{script}\nleft out: {:?}", read(script, &[]).left_out);
    assert_eq!(lines, left_out, "{script}\nleft out: {:?}", read(script, &[]).left_out);
}

#[test]
fn addresses_domains_and_lists_that_are_filed() {
    reads(
        "require [\"fileinto\"];\n\
         if address :is \"from\" [\"a@b.example\", \"c@d.example\"] { fileinto \"News\"; }\n\
         if address :domain :is \"From\" \"shop.example\" { fileinto \"INBOX.Bulk\"; stop; }\n\
         if header :contains \"list-id\" \"<dev.lists.example>\" { fileinto :create \"Lists\"; }\n\
         if header :contains \"from\" \"@noise.example\" { discard; }\n\
         if address :is \"from\" \"boss@work.example\" { keep; stop; }\n\
         if address :is \"from\" \"aunt@home.example\" { stop; }\n",
        &[
            "a@b.example news 2",
            "c@d.example news 2",
            "@shop.example bulk 3",
            "<dev.lists.example> news 4",
            "@noise.example blackhole 5",
            "boss@work.example inbox 6",
            "aunt@home.example inbox 7",
        ],
        &[],
    );
}

#[test]
fn one_of_several_is_enough_all_of_several_is_more_than_a_sender() {
    reads(
        "if anyof (address :is \"from\" \"a@b.example\",\n\
         header :contains \"subject\" \"sale\",\n\
         header :matches \"From\" \"*@c.example\") { fileinto \"Bulk\"; }\n\
         if allof (address :is \"from\" \"x@y.example\", header :contains \"subject\" \"z\") { fileinto \"Bulk\"; }\n\
         if not address :is \"from\" \"x@y.example\" { fileinto \"Bulk\"; }\n",
        &["a@b.example bulk 1", "@c.example bulk 3"],
        &[2, 4, 5],
    );
}

#[test]
fn a_chain_ends_where_a_condition_is_not_understood() {
    reads(
        "if address :is \"from\" \"a@b.example\" { fileinto \"News\"; }\n\
         elsif address :is \"from\" \"c@d.example\" { fileinto \"Bulk\"; }\n\
         elsif size :over 1M { fileinto \"Bulk\"; }\n\
         elsif address :is \"from\" \"e@f.example\" { fileinto \"Bulk\"; }\n\
         else { fileinto \"Bulk\"; }\n\
         if address :is \"from\" \"g@h.example\" { fileinto \"Bulk\"; } else { keep; }\n",
        &["a@b.example news 1", "c@d.example bulk 2", "g@h.example bulk 6"],
        &[3, 4, 5],
    );
}

#[test]
fn what_an_order_cannot_do_is_left_out_and_the_filing_is_not() {
    reads(
        "if address :is \"from\" \"a@b.example\" { addflag \"\\\\Seen\";\n fileinto \"News\"; }\n\
         if address :is \"from\" \"c@d.example\" { redirect \"x@y.example\"; }\n\
         if address :is \"from\" \"e@f.example\" { fileinto :copy \"News\"; fileinto \"Bulk\"; }\n\
         if address :is \"from\" \"g@h.example\" { fileinto \"News\"; fileinto \"Bulk\"; }\n\
         if address :is \"from\" \"i@j.example\" { if true { discard; } }\n\
         vacation \"away\";\n\
         if address :is \"from\" \"k@l.example\" { fileinto \"Holidays\"; }\n",
        &["a@b.example news 1"],
        &[1, 3, 4, 4, 5, 6, 7, 8],
    );
    let map = [("holidays", crate::logic::ids::Category::Top)];
    let (taken, _) = read_with("if address :is \"from\" \"k@l.example\" { fileinto \"Holidays\"; }", &[], &map);
    assert_eq!(taken, ["k@l.example top 1"]);
}

#[test]
fn other_fields_and_parts_are_left_out() {
    for test in [
        "address :is \"to\" \"list@lists.example\"",
        "address :is [\"from\", \"sender\"] \"a@b.example\"",
        "address :localpart :is \"from\" \"news\"",
        "address :user \"from\" \"news\"",
        "envelope :is \"from\" \"a@b.example\"",
        "header :contains \"list-id\" \"unheard\"",
        "header :regex \"from\" \"a@b.example\"",
        "exists \"list-id\"",
        "false",
        "address \"from\"",
    ] {
        reads(&format!("if {test} {{ fileinto \"News\"; }}"), &[], &[1]);
    }
}

#[test]
fn fragments_of_a_list_name_the_lists_that_are_known() {
    let script = "if header :contains \"List-Id\" \"debian\" { fileinto \"Lists\"; }";
    let (taken, _) = read_with(script, &["debian-devel.lists.debian.example", "rust.lists.example"], &[]);
    assert_eq!(taken, ["<debian-devel.lists.debian.example> news 1"]);
}

#[test]
fn a_script_of_a_webmail() {
    reads(
        "require [\"copy\",\"fileinto\",\"mailbox\"];\n\
         # rule:[Spam]\n\
         if allof (header :is \"X-Spam-Flag\" \"YES\")\n\
         {\n\tfileinto \"Junk\";\n\tstop;\n}\n\
         # rule:[Shop]\n\
         if anyof (header :contains \"from\" \"offers@shop.example\", header :contains \"from\" \"news.shop.example\")\n\
         {\n\tfileinto \"INBOX/Newsletters\";\n\tstop;\n}\n\
         # rule:[off]\n\
         if false # anyof (header :contains \"from\" \"x@y.example\")\n\
         {\n\tdiscard;\n}\n",
        &["offers@shop.example news 9", "@news.shop.example news 9"],
        &[3, 15],
    );
}

#[test]
fn what_is_no_sieve_is_said_and_what_stands_before_it_is_read() {
    let first = "if address :is \"from\" \"a@b.example\" { fileinto \"News\"; }\n";
    for rest in
        ["if {", "}", "if address :is \"from\" [\"a\" \"b\"] { keep; }", "fileinto \"x", "%", "if anyof ( ) { keep; }"]
    {
        reads(&format!("{first}{rest}"), &["a@b.example news 1"], &[2]);
    }
    let deep = format!("{first}if {}true{} {{ keep; }}", "not ".repeat(40), "");
    reads(&deep, &["a@b.example news 1"], &[2]);
    reads(&format!("{first}stop;\n{first}"), &["a@b.example news 1"], &[2]);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(text in "[a-z{}()\\[\\]\";:,#/* \n\\\\.0-9]{0,300}") {
        let _ = read(&text, &[]).orders(&Map::default());
    }
}
