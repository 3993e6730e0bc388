//! Gets the user off a list (RFC 8058), after a question that names the host.

use super::opened::section;
use crate::imap::Session;
use crate::logic::engine::{Done, MessageKey, Question};
use crate::logic::fault::Fault;
use crate::logic::unsubscribe::{FIELDS, Offer, Target, offer};
use crate::web::Web;

/// What the message offers. `authserv` is the authserv-id of the account's own host, when one is to be believed.
///
/// # Errors
/// Refused when the message is no longer there.
pub(super) async fn look(session: &mut Session, key: &MessageKey, authserv: Option<&str>) -> Result<Offer, Fault> {
    let header = section(session, key, &format!("BODY.PEEK[HEADER.FIELDS ({FIELDS})]")).await?;
    Ok(offer(&header, authserv))
}

/// The target of a click.
///
/// # Errors
/// Refused, with the other ways there are, when one click is not offered or not to be trusted.
pub(super) fn target(offer: Offer) -> Result<Target, Fault> {
    let hint = match &offer {
        Offer::Mail(address) => {
            format!("write to {address} from your mail program, or press x to send its mail to Blackhole")
        }
        Offer::Page(_) => {
            "open it in your mail program and use the link there, or press x to send its mail to Blackhole".into()
        }
        _ => "press x to send its mail to Blackhole instead".into(),
    };
    match offer {
        Offer::OneClick(target) => Ok(target),
        other => Err(Fault::refused(format!("unsubscribing is not possible from here: {}", other.words().0), hint)),
    }
}

/// What is asked before the click.
pub(super) fn question(target: &Target) -> Question {
    Question {
        text: format!("Unsubscribe through {}?", target.host),
        details: vec![
            format!("mailherd asks {} once, over https, to take you off the list.", target.host),
            "The sender learns that this address is read. The signature of the mail covers the address.".into(),
        ],
    }
}

/// Clicks.
///
/// # Errors
/// When the host cannot be reached or does not say yes.
pub(super) async fn click(target: Target) -> Result<Done, Fault> {
    let Target { url, host } = target;
    let posted =
        tokio::task::spawn_blocking(move || Web::default().post_form(&url, "List-Unsubscribe=One-Click")).await;
    let status = posted.map_err(|_| Fault::local("the request failed inside mailherd", "please report it"))??;
    match status {
        200..=299 => Ok(Done {
            words: vec![format!("{host} took you off its list (it may send some more mail)")],
            ..Done::default()
        }),
        status => Err(Fault::refused(
            format!("{host} did not unsubscribe you: it answered {status}"),
            "use the link in the message, or press x to send its mail to Blackhole",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::ids::Address;

    #[test]
    fn what_cannot_be_clicked_says_the_other_way() {
        let fault = target(Offer::Mail(Address::parse("off@x.example").unwrap())).unwrap_err();
        assert!(fault.cause.contains("off@x.example") && fault.hint.contains("write to"), "{fault:?}");
        let fault = target(Offer::Distrusted("its fields are there more than once")).unwrap_err();
        assert!(fault.cause.contains("more than once"), "{fault:?}");
        let click = Target { url: "https://news.example/off".into(), host: "news.example".into() };
        assert!(question(&click).text.contains("news.example"));
        assert_eq!(target(Offer::OneClick(click.clone())).unwrap(), click);
    }
}
