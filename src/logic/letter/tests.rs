use super::*;

fn html(body: &str) -> Letter {
    read(format!("From: Anna <a@example.org>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{body}").as_bytes())
}

#[test]
fn plain_text_is_preferred_and_keeps_its_shape() {
    let letter = read(
        b"From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=M\r\n\r\n--M\r\n\
        Content-Type: multipart/alternative; boundary=A\r\n\r\n\
        --A\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        Gr=FC=DFe\r\n  > zitiert\r\n\ttab\r\n--A\r\nContent-Type: text/html\r\n\r\n<b>HTML</b>\r\n--A--\r\n\
        --M\r\nContent-Type: application/pdf; name=\"a.pdf\"\r\nContent-Disposition: attachment; filename=\"a.pdf\"\r\n\r\nxxxx\r\n--M--\r\n",
    );
    assert_eq!(letter.lines, ["Grüße", "  > zitiert", "    tab"]);
    assert_eq!(letter.attachments, ["a.pdf (application/pdf, 4 bytes)"]);
    assert!(!letter.cut);
}

#[test]
fn html_becomes_text_with_links_as_footnotes_and_fetches_nothing() {
    let letter = html(
        "<h1>News</h1><p>Read <a href='https://news.example/1'>this</a>.</p><img src='https://spy.example/x.gif'><script>bad()</script>",
    );
    let text = letter.lines.join("\n");
    assert!(text.contains("[this][1]") && text.contains("[1]: https://news.example/1"), "{text}");
    assert!(!text.contains("spy.example") && !text.contains("bad()"), "{text}");
    assert_eq!(letter.headers, [("From".into(), "Anna <a@example.org>".into()), ("Subject".into(), "Grüße".into())]);
}

#[test]
fn what_would_steer_a_terminal_is_gone() {
    let letter = html("<p>a\u{1b}[2Jb\u{202e}c\u{200b}d &#27;]0;x&#7; &#155;31m</p>");
    let all = letter.lines.concat();
    assert!(!all.chars().any(|c| c.is_control() || matches!(c, '\u{202e}' | '\u{200b}')), "{all:?}");
    let plain = read(b"Subject: x\r\n\r\na\x1b[31m\x07\x00b\r\n");
    assert!(plain.lines[0].starts_with('a') && !plain.lines[0].chars().any(char::is_control), "{:?}", plain.lines);
}

#[test]
fn monstrous_html_is_put_up_with() {
    for piece in ["<div>", "<table><tr><td>", "<blockquote>", "<ul><li>", "<b><i>", "<span>", "<font><p>"] {
        let letter = html(&format!("{}x", piece.repeat(30_000)));
        assert!(!letter.lines.is_empty(), "{piece}");
    }
    let letter = html(&format!("<p>{}</p>", "word ".repeat(200_000)));
    assert!(letter.cut && letter.lines.len() > 100);
}

/// End tags that end nothing used to hide how deep it goes: 30,000 elements overflowed the stack.
#[test]
fn end_tags_that_end_nothing_hide_no_depth() {
    for piece in
        ["<div></x>", "<div></b>", "<b><div></b>", "<table></x><tr><td>", "<span></p>", "<svg></div>", "<DIV></X>"]
    {
        let letter = html(&format!("{}x", piece.repeat(30_000)));
        assert_eq!(letter.lines.len(), 1, "{piece}: {:?}", letter.lines.first());
    }
}

/// Each paragraph opens all formatting anew that is open: 20,000 times 20,000 elements were as many gigabytes.
#[test]
fn formatting_does_not_multiply() {
    let fonts: String = (0..15_000).map(|n| format!("<b a{n}></x>")).collect();
    let letter = html(&format!("{fonts}{}x", "<p></x>".repeat(15_000)));
    assert_eq!(letter.lines.len(), 1, "{:?}", letter.lines.first());
    let few: String = (0..20).map(|n| format!("<font size={n}>")).collect();
    let letter = html(&format!("{few}{}x", "<p>word".repeat(500)));
    assert!(letter.lines.len() > 500, "sloppy HTML is set: {:?}", letter.lines.first());
}

#[test]
fn html_at_the_limit_fits_the_stack() {
    for piece in ["<div>", "<blockquote>", "<ul><li>", "<table><tr><td>"] {
        let elements = piece.matches('<').count() + usize::from(piece.contains("table"));
        let letter = html(&format!("{}x", piece.repeat(290 / elements)));
        assert!(!letter.lines.iter().any(|line| line.contains("could not be turned")), "{piece}");
    }
}

#[test]
fn whatever_there_is_gives_a_letter() {
    assert!(!read(b"").lines.is_empty());
    assert!(read(b"Subject: only\r\n\r\n").lines.is_empty());
    let long = read(format!("Subject: x\r\n\r\n{}\r\n{}", "y".repeat(50_000), "z\r\n".repeat(30_000)).as_bytes());
    assert!(long.cut && long.lines.len() == MOST_LINES && long.lines[0].chars().count() == LONGEST);
}

proptest::proptest! {
    #[test]
    fn any_bytes_give_a_letter(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..600)) {
        let whole = [b"Content-Type: text/html\r\nSubject: =?utf-8?b?".as_slice(), &bytes, b"\r\n\r\n<p>", &bytes].concat();
        for line in read(&whole).lines {
            proptest::prop_assert!(!line.chars().any(char::is_control), "{:?}", line);
        }
    }
}
