//! Commands of any state, and the login.

use super::reply::{Halt, Outcome, Reply, no};
use super::session::Session;
use super::tokens::{Args, Syntax};
use super::wire::NoLine;
use crate::demo::base64;

impl Session {
    pub(super) fn capability(&mut self, args: &Args) -> Outcome {
        args.end()?;
        let abilities = self.shared.options.advertised();
        self.outbound.text(&format!("* CAPABILITY {abilities}\r\n"));
        Ok(Reply::ok("that is all"))
    }

    /// RFC 2971.
    pub(super) fn id(&mut self, args: &mut Args) -> Outcome {
        if !args.take_word("NIL") {
            args.list()?;
        }
        args.end()?;
        self.identified = true;
        let name = super::names::quote(&self.shared.options.name);
        self.outbound.text(&format!("* ID (\"name\" {name})\r\n"));
        Ok(Reply::ok("pleased to meet you"))
    }

    /// RFC 5161. Only CONDSTORE can be enabled.
    pub(super) fn enable(&mut self, args: &mut Args) -> Outcome {
        let mut enabled = String::new();
        args.atom().and_then(|first| self.enable_one(&first, &mut enabled))?;
        while args.peek().is_some() {
            args.atom().and_then(|next| self.enable_one(&next, &mut enabled))?;
        }
        self.outbound.text(&format!("* ENABLED{enabled}\r\n"));
        Ok(Reply::ok("enabled"))
    }

    fn enable_one(&mut self, name: &str, enabled: &mut String) -> Result<(), Syntax> {
        if name.eq_ignore_ascii_case("CONDSTORE") && self.shared.options.abilities.condstore {
            self.condstore = true;
            enabled.push_str(" CONDSTORE");
        }
        Ok(())
    }

    pub(super) fn login(&mut self, args: &mut Args) -> Outcome {
        let (user, password) = (args.bytes()?, args.bytes()?);
        args.end()?;
        self.let_in(&user, &password)
    }

    /// RFC 4616, with the initial response of RFC 4959.
    pub(super) async fn authenticate(&mut self, args: &mut Args) -> Outcome {
        let can = self.shared.options.abilities;
        if !can.auth_plain || args.word()? != "PLAIN" {
            return no("[CANNOT] this server knows AUTHENTICATE PLAIN only, if that");
        }
        let response = match args.peek() {
            Some(_) if can.sasl_ir => args.text()?,
            Some(_) => return Err(Syntax("no initial response without SASL-IR").into()),
            None => {
                self.outbound.text("+ \r\n");
                self.outbound.flush().await?;
                let line = self.inbound.line().await.map_err(|gone| match gone {
                    NoLine::Lost => Halt::Lost,
                    NoLine::TooLong(_) => Halt::Reply(Reply::bad("response too long")),
                })?;
                String::from_utf8_lossy(&line).into_owned()
            }
        };
        if response == "*" {
            return Err(Halt::Reply(Reply::bad("cancelled")));
        }
        let message = base64::decode(&response).ok_or(Syntax("that is not base64"))?;
        let mut fields = message.split(|byte| *byte == 0);
        let (_as_whom, user, password) = (fields.next(), fields.next(), fields.next());
        self.let_in(user.unwrap_or_default(), password.unwrap_or_default())
    }

    fn let_in(&mut self, user: &[u8], password: &[u8]) -> Outcome {
        let options = &self.shared.options;
        if self.logged_in {
            return Err(Halt::Reply(Reply::bad("logged in already")));
        }
        if user != options.user.as_bytes() || password != options.password.as_bytes() {
            return no("[AUTHENTICATIONFAILED] user or password is wrong");
        }
        self.logged_in = true;
        Ok(Reply::ok(format!("[CAPABILITY {}] welcome", options.advertised())))
    }
}
