//! One POST to an endpoint that stands in the user's own config: where tokens of OAuth2 are had.
//!
//! Unlike a stranger's, such an address may lie inside the user's network: an organisation runs its own identity provider. It is https,
//! or http to this machine itself; no redirect is followed, since what is sent is secret; no proxy is asked.

use std::io::Read;
use std::net::IpAddr;
use std::time::Duration;

use ureq::http;
use zeroize::Zeroizing;

use super::{Guarded, Web};
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

/// Everything together may take so long. A request that is under way is finished before a service ends, which systemd allows 15 seconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Most that is read of an answer, in bytes. Tokens are a few KiB.
const LARGEST: usize = 64 * 1024;

/// What an endpoint said.
pub struct Said {
    /// The HTTP status.
    pub status: u16,
    /// What came with it: wiped when it is dropped, since it may hold tokens.
    pub body: Zeroizing<Vec<u8>>,
}

/// Sends a form to the endpoint at `url` and reads what it answers. Blocks; for a thread that may.
///
/// # Errors
/// Transient, when it cannot be reached, its certificate is not trusted, or it does not answer in time; protocol, when the answer is
/// too large. No fault quotes what was sent, or what came.
pub fn post(url: &str, form: &str) -> Result<Said, Fault> {
    let plain = url.starts_with("http://");
    let may_reach: fn(IpAddr) -> bool = if plain { |address| address.is_loopback() } else { |_| true };
    let guard = Guarded { may_reach, wanted: "this machine" };
    let agent = Web::default().agent_with(PATIENCE, 0, !plain, guard);
    let request = http::Request::post(url)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Accept", "application/json")
        .body(form);
    let request = request.map_err(|error| unreached(&error.to_string()))?;
    let mut response = agent.run(request).map_err(|error| unreached(&error.to_string()))?;
    let status = response.status().as_u16();
    // All of it at once, so that no copy of a token is left where the vector grew.
    let mut body = Zeroizing::new(Vec::with_capacity(LARGEST + 1));
    let mut reader = response.body_mut().as_reader().take(LARGEST as u64 + 1);
    reader.read_to_end(&mut body).map_err(|error| unreached(&error.to_string()))?;
    if body.len() > LARGEST {
        return Err(Fault::protocol(
            "the answer is larger than any that holds tokens",
            "check `token_url` under oauth2",
        ));
    }
    Ok(Said { status, body })
}

fn unreached(error: &str) -> Fault {
    let hint = "check the network: your login is as good as before, and mailherd tries again";
    Fault::transient(format!("it cannot be reached: {}", Printable::new(error)), hint)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;

    use super::*;
    use crate::logic::fault::FaultKind;

    /// Answers one request; gives what was asked.
    fn server(answer: Vec<u8>) -> (u16, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let serve = move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut asked, mut byte) = (String::new(), [0; 1]);
            while !asked.ends_with("end=1") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
                asked.push(char::from(byte[0]));
            }
            // Who has heard enough may be gone.
            let _ = stream.write_all(&answer);
            asked
        };
        (port, std::thread::spawn(serve))
    }

    fn answered(head: &str, body: &[u8]) -> Result<Said, Fault> {
        let answer = [format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat();
        let (port, served) = server(answer);
        let said = post(&format!("http://127.0.0.1:{port}/token"), "a=b&end=1");
        let asked = served.join().unwrap();
        assert!(asked.starts_with("POST /token HTTP/1.1\r\n") && asked.ends_with("\r\n\r\na=b&end=1"), "{asked}");
        said
    }

    #[test]
    fn an_answer_is_read_whatever_its_status_and_no_redirect_is_followed() {
        let said = answered("400 Bad Request", b"{}").unwrap();
        assert_eq!((said.status, said.body.as_slice()), (400, &b"{}"[..]));
        let said = answered("307 Elsewhere\r\nLocation: http://127.0.0.1:1/", b"").unwrap();
        assert_eq!(said.status, 307);
        assert_eq!(answered("200 OK", &vec![b'x'; LARGEST]).unwrap().body.len(), LARGEST);
        let fault = answered("200 OK", &vec![b'x'; LARGEST + 1]).map(|_| ()).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Protocol);
    }

    #[test]
    fn in_the_clear_only_this_machine_is_reached() {
        let fault = post("http://192.0.2.1:9/", "secret=1").map(|_| ()).unwrap_err();
        assert!(fault.kind == FaultKind::Transient && !fault.cause.contains("secret"), "{fault:?}");
        assert!(fault.cause.contains("is not this machine"), "{fault:?}");
        let fault = post("ftp://127.0.0.1/", "").map(|_| ()).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Transient);
        let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(post(&format!("http://{unused}/"), "").map(|_| ()).unwrap_err().cause.contains("cannot be reached"));
        // Nobody there speaks TLS.
        let (port, _) = server(b"HTTP/1.1 200 OK\r\n\r\n".to_vec());
        assert!(post(&format!("https://127.0.0.1:{port}/"), "end=1").is_err());
    }
}
