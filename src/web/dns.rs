//! What a domain's DNS says of its mail servers: SRV records for IMAP (RFC 6186, RFC 8314) and where its mail is delivered (MX).
//!
//! The answers are not authenticated: whoever asks must not send a password anywhere because of them alone.

use std::str::FromStr;
use std::time::Duration;

use domain_dns::base::Message;
use domain_dns::base::iana::Rtype;
use domain_dns::base::name::Name;
use domain_dns::base::question::Question;
use domain_dns::rdata::{Mx, Srv as SrvData};
use domain_dns::resolv::StubResolver;
use tokio::time::timeout;

use crate::logic::fault::Fault;
use crate::logic::server::Srv;

/// For the answers to all questions about one domain.
const PATIENCE: Duration = Duration::from_secs(6);

/// Records that are looked at.
const MOST: usize = 20;

/// What DNS says of a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailRecords {
    /// `_imaps._tcp`: TLS from the first byte.
    pub imaps: Vec<Srv>,
    /// `_imap._tcp`: STARTTLS.
    pub imap: Vec<Srv>,
    /// The hosts that take the domain's mail, the preferred first.
    pub mx: Vec<String>,
}

/// Asks the name servers of `/etc/resolv.conf`.
///
/// # Errors
/// Transient, when none of them answers in time. A domain without records is no error.
pub async fn mail_records(domain: &str) -> Result<MailRecords, Fault> {
    asked(&StubResolver::new(), domain).await
}

async fn asked(resolver: &StubResolver, domain: &str) -> Result<MailRecords, Fault> {
    let (imaps_name, imap_name) = (format!("_imaps._tcp.{domain}"), format!("_imap._tcp.{domain}"));
    let all = async { tokio::try_join!(srv(resolver, &imaps_name), srv(resolver, &imap_name), mx(resolver, domain)) };
    let silent = || Fault::transient("the name servers of this machine do not answer", "check the network");
    match timeout(PATIENCE, all).await {
        Ok(Ok((imaps, imap, mx))) => Ok(MailRecords { imaps, imap, mx }),
        Ok(Err(_)) | Err(_) => Err(silent()),
    }
}

async fn query(resolver: &StubResolver, name: &str, kind: Rtype) -> std::io::Result<Option<Message<Vec<u8>>>> {
    let Ok(name) = Name::<Vec<u8>>::from_str(name) else { return Ok(None) };
    let answer = resolver.query(Question::new_in(name, kind)).await?;
    Ok(Message::from_octets(answer.as_slice().to_vec()).ok())
}

async fn srv(resolver: &StubResolver, name: &str) -> std::io::Result<Vec<Srv>> {
    let Some(message) = query(resolver, name, Rtype::SRV).await? else { return Ok(Vec::new()) };
    let Ok(answer) = message.answer() else { return Ok(Vec::new()) };
    let records = answer.limit_to_in::<SrvData<_>>().filter_map(Result::ok).take(MOST);
    let srv = |data: &SrvData<domain_dns::base::ParsedName<&[u8]>>| Srv {
        priority: data.priority(),
        weight: data.weight(),
        port: data.port(),
        target: host(&data.target().to_string()),
    };
    Ok(records.map(|record| srv(record.data())).collect())
}

async fn mx(resolver: &StubResolver, domain: &str) -> std::io::Result<Vec<String>> {
    let Some(message) = query(resolver, domain, Rtype::MX).await? else { return Ok(Vec::new()) };
    let Ok(answer) = message.answer() else { return Ok(Vec::new()) };
    let records = answer.limit_to_in::<Mx<_>>().filter_map(Result::ok).take(MOST);
    let mx = |data: &Mx<domain_dns::base::ParsedName<&[u8]>>| (data.preference(), host(&data.exchange().to_string()));
    let mut found: Vec<(u16, String)> = records.map(|record| mx(record.data())).collect();
    found.sort();
    Ok(found.into_iter().map(|(_, host)| host).filter(|host| !host.is_empty()).collect())
}

/// Lower-cased, without the dot at the end; empty when it cannot be a host's name.
fn host(name: &str) -> String {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if name.chars().all(plain) { name } else { String::new() }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use domain_dns::base::MessageBuilder;
    use domain_dns::base::iana::Rcode;
    use domain_dns::base::name::ParsedName;
    use domain_dns::resolv::stub::conf::{ResolvConf, ServerConf, Transport};
    use tokio::net::UdpSocket;

    use super::*;

    type Answers = fn(&str, Rtype) -> Vec<(u16, &'static str)>;

    /// A name server on loopback that knows these records: for SRV priority and target, for MX preference and host.
    async fn server(answers: Answers) -> SocketAddr {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        tokio::spawn(async move {
            let mut buffer = [0; 2048];
            loop {
                let (count, peer) = socket.recv_from(&mut buffer).await.unwrap();
                let query = Message::from_octets(buffer[..count].to_vec()).unwrap();
                let question: Question<ParsedName<&[u8]>> = query.sole_question().unwrap();
                let (name, kind) = (question.qname().to_string(), question.qtype());
                let mut answer = MessageBuilder::new_vec().start_answer(&query, Rcode::NOERROR).unwrap();
                for (number, target) in answers(&name, kind) {
                    let target = Name::<Vec<u8>>::from_str(target).unwrap();
                    match kind {
                        Rtype::SRV => {
                            answer.push((question.qname(), 60, SrvData::new(number, 1, 993, target))).unwrap()
                        }
                        _ => answer.push((question.qname(), 60, Mx::new(number, target))).unwrap(),
                    }
                }
                socket.send_to(answer.as_slice(), peer).await.unwrap();
            }
        });
        address
    }

    fn resolver(address: SocketAddr) -> StubResolver {
        let mut conf = ResolvConf::new();
        conf.servers.push(ServerConf::new(address, Transport::UdpTcp));
        conf.finalize();
        StubResolver::from_conf(conf)
    }

    #[tokio::test]
    async fn records_are_read_sorted_and_cleaned() {
        let address = server(|name, kind| match (name, kind) {
            ("_imaps._tcp.home.example", Rtype::SRV) => vec![(10, "imap.home.example."), (0, ".")],
            ("home.example", Rtype::MX) => vec![(20, "mx2.home.example."), (10, "MX1.home.example.")],
            _ => Vec::new(),
        })
        .await;
        let records = asked(&resolver(address), "home.example").await.unwrap();
        let targets: Vec<&str> = records.imaps.iter().map(|srv| srv.target.as_str()).collect();
        assert_eq!(targets, ["imap.home.example", ""]);
        assert_eq!(records.mx, ["mx1.home.example", "mx2.home.example"]);
        assert!(records.imap.is_empty());
    }

    #[tokio::test]
    async fn name_servers_that_are_not_there_are_a_fault_and_strange_domains_are_not_asked_about() {
        let unused = UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let fault = asked(&resolver(unused), "home.example").await.unwrap_err();
        assert!(fault.cause.contains("name servers"), "{fault}");
        let long = "x".repeat(300);
        assert_eq!(asked(&resolver(unused), &long).await.unwrap(), MailRecords::default());
    }
}
