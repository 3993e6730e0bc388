//! OAuth2 from the login to the mail, against a Dovecot that shows each token to a provider (RFC 7662), and that provider on loopback.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::cast;
use crate::support::daemon::Daemon;
use crate::support::flavour::Flavour;
use crate::support::oauth::{
    Conduct, LoggingIn, MARKER, Provider, browse, flavour, kept, logs_in, redirect_of, table, user, user_on,
};
use crate::support::program;
use crate::support::screen::Screen;
use crate::support::user::{User, filed, write_private};

/// An access token that has ended by the time that anybody looks.
fn short() -> Conduct {
    Conduct { says_life: 1, ..Conduct::default() }
}

/// Waits until a token of [`short`] has ended.
fn it_ends() {
    std::thread::sleep(Duration::from_millis(2_100));
}

fn refuses(status: u16, error: &str) -> (u16, String) {
    (status, error.to_owned())
}

#[test]
fn by_a_code_and_then_mail_is_filed() {
    let first =
        vec![refuses(400, "authorization_pending"), refuses(503, "<html>"), refuses(400, "authorization_pending")];
    let (user, client) = user(Conduct { first, ..Conduct::default() });
    user.receives(&cast::machine_mail(1));
    user.mailherd(&["run", "--once", "--yes"])
        .complains(1)
        .says("not logged in with OAuth2 yet")
        .says("mailherd login --account home");
    let login = LoggingIn::start(&user, &[]);
    assert_eq!((login.page(), login.invitation["code"].as_str()), ("https://id.example/link", Some("ABCD-1234")));
    let (result, code) = login.ends();
    let result = result.unwrap();
    assert_eq!((result["renewable"].as_bool(), result["server_ok"].as_bool(), code), (Some(true), Some(true), 0));
    assert_eq!(client.asked().len(), 4, "it was asked until the user had said yes");
    assert!(filed(&user.files()) > 0);
    let mode = |path: &str| std::fs::metadata(user.state_dir().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("tokens"), mode("tokens/home.json"), mode("tokens/home.lock")), (0o700, 0o600, 0o600));
    assert_eq!(client.renewals(), 0, "a token that is good is not renewed");
    user.mailherd(&["doctor"]).done();
}

#[test]
fn slow_down_is_obeyed_and_a_no_or_a_late_yes_ends_it() {
    let (user, client) = user(Conduct { first: vec![refuses(400, "slow_down")], ..Conduct::default() });
    let begun = Instant::now();
    logs_in(&user);
    assert!(begun.elapsed() >= Duration::from_secs(6), "{:?}", begun.elapsed());
    for (error, says) in
        [("access_denied", "declined"), ("expired_token", "in time"), ("invalid_client", "does not accept this client")]
    {
        client.is_treated(|conduct| conduct.first = vec![refuses(400, error)]);
        user.mailherd(&["login", "--device"]).complains(1).says(says);
    }
    assert_eq!(kept(&user)["refresh_token"], client.newest_refresh(), "what was there stays");
}

#[test]
fn by_the_browser_with_a_secret() {
    let (mut user, client) = user(Conduct { secret: Some("shh".into()), ..Conduct::default() });
    write_private(&user.path("client"), "shh\n");
    let more = format!(
        ", client_secret_file = {:?}, redirect_url = \"http://localhost/back\"",
        user.path("client").to_str().unwrap()
    );
    user.set_account("oauth2", &table(&client.id, &more));
    let login = LoggingIn::start(&user, &["--browser"]);
    assert!(login.page().contains("redirect_uri=http%3A%2F%2Flocalhost%3A"), "{}", login.page());
    assert_eq!(browse(login.page()), 200);
    assert_eq!(login.ends().1, 0);
    user.mailherd(&["plan"]).done();
    // No is an answer, too.
    client.is_treated(|conduct| conduct.allowed = false);
    let login = LoggingIn::start(&user, &["--browser"]);
    assert_eq!(browse(login.page()), 200);
    assert_eq!(login.ends(), (None, 1));
    user.mailherd(&["plan"]).done();
}

/// The browser of another machine ends at a page that is not there; its address is pasted.
#[test]
fn what_the_browser_of_another_machine_shows_can_be_pasted() {
    let (user, _) = user(Conduct::default());
    let config = user.config_file();
    let words = ["--config", config.to_str().unwrap(), "login", "--browser"];
    let mut screen = Screen::run(&program::executable(), &user.path(""), &words, 1_000, 40);
    screen.sees("It comes back to port");
    let text = screen.text();
    let page =
        text.lines().find(|line| line.starts_with("http://")).unwrap_or_else(|| panic!("{text}")).trim().to_owned();
    screen.press("http://localhost/?code=forged&state=x\r").sees("that is not the address");
    screen.press(&format!("{}\r", redirect_of(&page))).sees("logged in; the mail server takes the token");
    assert!(screen.ends().0.success());
    user.mailherd(&["plan"]).done();
}

#[test]
fn a_server_that_has_oauthbearer_alone_takes_it() {
    let (user, client) =
        user_on(Flavour { tokens: Some((Provider::shared().port, "oauthbearer")), ..flavour() }, Conduct::default());
    logs_in(&user);
    // With a refusal in between, whose JSON has to be answered before the NO comes.
    client.tokens_end();
    user.mailherd(&["plan"]).done();
    assert_eq!(client.renewals(), 1);
}

#[test]
fn each_refresh_token_is_used_once_and_the_newest_is_kept_over_restarts() {
    let (user, client) = user(short());
    user.receives(&cast::machine_mail(1));
    logs_in(&user);
    let mut seen = vec![client.newest_refresh()];
    for _ in 0..4 {
        it_ends();
        user.mailherd(&["run", "--once", "--yes"]).done();
        assert_eq!(kept(&user)["refresh_token"], client.newest_refresh());
        seen.push(client.newest_refresh());
    }
    seen.dedup();
    assert_eq!((seen.len(), client.renewals()), (5, 4));
    for (body, token) in client.asked().iter().filter(|body| body.contains("refresh_token=")).zip(&seen) {
        assert!(body.contains(&format!("refresh_token={token}&")), "{token}: {body}");
    }
}

/// A refresh token may be good for one use: the second process takes what the first one got.
#[test]
fn two_processes_renew_once() {
    let (user, client) = user(Conduct { delay: Duration::from_millis(700), ..short() });
    logs_in(&user);
    it_ends();
    client.is_treated(|conduct| conduct.says_life = 3_600);
    let before = client.renewals();
    let both =
        ["plan", "doctor"].map(|word| user.start_at(&format!("{word}.toml"), &user.configuration(), &[word], &[]));
    for running in both {
        running.finish().done();
    }
    assert_eq!(client.renewals() - before, 1);
}

/// Killed at some moment around the answer, and hung up on between the new token and its arrival: where the provider takes the token before
/// the newest once more, as Microsoft does, nobody notices; else the login is asked for. What is kept is whole at each moment.
#[test]
fn a_crash_around_the_renewal_loses_no_more_than_the_provider_lets_it() {
    let (user, client) = user(Conduct { grace: 1, ..short() });
    logs_in(&user);
    for millis in [0, 1, 2, 3, 5, 8, 13, 21] {
        it_ends();
        let asked = client.asked().len();
        let mut running = user.start(&["plan"]);
        client.was_asked(asked + 1);
        std::thread::sleep(Duration::from_millis(millis));
        running.kill();
        running.finish();
        assert!(kept(&user)["refresh_token"].is_string(), "after {millis} ms");
        user.mailherd(&["plan"]).done();
    }
    let left: Vec<_> = std::fs::read_dir(user.state_dir().join("tokens")).unwrap().collect();
    assert!(left.len() <= 2 + 8, "{left:?}");
    client.is_treated(|conduct| (conduct.hangs_up, conduct.grace) = (true, 0));
    it_ends();
    user.mailherd(&["plan"]).complains(1).says("cannot be reached").says("tries again");
    client.is_treated(|conduct| conduct.hangs_up = false);
    user.mailherd(&["plan"]).complains(1).says("revoked or has expired").says("mailherd login --account home");
    logs_in(&user);
    user.mailherd(&["plan"]).done();
}

/// A place that cannot be written to is found out before the old refresh token is spent.
#[test]
fn a_token_that_could_not_be_kept_is_not_asked_for() {
    let (user, client) = user(short());
    logs_in(&user);
    it_ends();
    // A folder stands where the new file would be written first: it is replaced by nothing.
    let (tokens, away) = (user.state_dir().join("tokens/home.json"), user.path("home.json"));
    std::fs::rename(&tokens, &away).unwrap();
    std::os::unix::fs::symlink("/proc/self/environ/x", &tokens).unwrap();
    let before = client.renewals();
    let outcome = user.mailherd(&["plan"]);
    outcome.complains(1);
    assert_eq!(client.renewals(), before, "{outcome}");
    std::fs::remove_file(&tokens).unwrap();
    std::fs::rename(&away, &tokens).unwrap();
    user.mailherd(&["plan"]).done();
}

fn edit(user: &User, change: impl FnOnce(&mut Value)) {
    let mut tokens = kept(user);
    change(&mut tokens);
    write_private(&user.state_dir().join("tokens/home.json"), &tokens.to_string());
}

#[test]
fn clocks_that_are_wrong_cost_one_renewal() {
    let (user, client) = user(Conduct::default());
    logs_in(&user);
    // Ours was ahead when the token came, and was set right since.
    edit(&user, |tokens| {
        for key in ["obtained", "expires"] {
            tokens[key] = (tokens[key].as_i64().unwrap() + 86_400).into();
        }
    });
    user.mailherd(&["plan"]).done();
    assert_eq!(client.renewals(), 1);
    // The server's is ahead, or the provider ended the token early: ours says that it is good.
    client.tokens_end();
    user.mailherd(&["plan"]).done();
    assert_eq!(client.renewals(), 2);
    user.mailherd(&["plan"]).done();
    assert_eq!(client.renewals(), 2);
}

/// Tokens go to the endpoint that they came from, and to no other.
#[test]
fn a_changed_config_does_not_show_old_tokens_to_somebody_else() {
    let (mut user, _) = user(Conduct::default());
    logs_in(&user);
    let other = Provider::shared().register(&format!("other-of-{}", user.name), &user.name, Conduct::default());
    user.set_account("oauth2", &table(&other.id, ""));
    user.mailherd(&["plan"]).complains(1).says("another client's").says("mailherd login");
    assert!(other.asked().is_empty());
    logs_in(&user);
    user.mailherd(&["plan"]).done();
    write_private(&user.state_dir().join("tokens/home.json"), "{");
    user.mailherd(&["plan"]).complains(1).says("cannot be read").says("mailherd login");
    logs_in(&user);
    std::fs::set_permissions(user.state_dir().join("tokens/home.json"), PermissionsExt::from_mode(0o644)).unwrap();
    user.mailherd(&["plan"]).complains(1).says("chmod 600");
}

#[track_caller]
fn doctor(user: &User, part: &str, detail: &str, hint: &str) {
    let outcome = user.mailherd(&["doctor", "--json"]);
    outcome.complains(1);
    let rows = outcome.rows();
    let bad = rows.iter().find(|row| row["finding"] == "bad").unwrap_or_else(|| panic!("{outcome}"));
    assert_eq!(bad["check"], part, "{bad}");
    let has = |key: &str, words: &str| bad[key].as_str().unwrap_or_default().contains(words);
    assert!(has("detail", detail) && has("hint", hint), "{detail:?}, {hint:?}: {bad}");
}

#[test]
fn doctor_tells_what_is_wrong_with_a_login() {
    let (mut user, client) = user(short());
    doctor(&user, "secret", "not logged in with OAuth2 yet", "mailherd login --account home");
    logs_in(&user);
    it_ends();
    client.is_treated(|conduct| conduct.first = vec![(503, "<html>later</html>".into()); 1]);
    doctor(&user, "secret", "does not work now (status 503)", "tries again");
    client.is_treated(|conduct| conduct.first = vec![(200, "<html>Welcome to Hotel</html>".into())]);
    doctor(&user, "secret", "answers unlike a token endpoint", "hotel");
    client.is_treated(|conduct| conduct.first = vec![refuses(400, "invalid_scope")]);
    doctor(&user, "secret", "does not grant this scope", "`scope`");
    client.is_treated(|conduct| conduct.secret = Some("wanted".into()));
    doctor(&user, "secret", "does not accept this client: invalid_client", "client_id");
    client.is_treated(|conduct| conduct.secret = None);
    user.mailherd(&["doctor"]).done();
    // The provider gives tokens, and the server has nobody of that name.
    user.set_account("username", "\"somebody-else\"");
    it_ends();
    doctor(&user, "login", "refused the access token", "mailherd login --account home");
    let name = format!("{:?}", user.name);
    user.set_account("username", &name);
    client.is_revoked();
    it_ends();
    doctor(&user, "secret", "revoked or has expired", "mailherd login --account home");
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let table = format!(
        "{{ client_id = \"x\", token_url = \"http://{gone}/\", device_url = \"http://{gone}/\", scope = \"y\" }}"
    );
    user.set_account("oauth2", &table);
    user.mailherd(&["login"]).complains(1).says("cannot be reached");
    let (other, _) = user_on(Flavour::PLAIN, Conduct::default());
    let (_, code) = LoggingIn::start(&other, &[]).ends();
    assert_eq!(code, 1, "the tokens are kept, and the server takes none");
    doctor(&other, "login", "takes no OAuth2", "password");
}

#[test]
fn an_expired_token_in_mid_session_is_renewed_without_a_word() {
    let (mut user, client) = user(Conduct::default());
    user.set("settle_seconds", "0").has_a_friend();
    logs_in(&user);
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    // What a provider's server does when the hour is over.
    client.tokens_end();
    user.server.doveadm(&["kick", &user.name]);
    let before = user.world().count("News");
    user.receives(&cast::machine_mail(3));
    let deadline = Instant::now() + Duration::from_secs(60);
    while user.world().count("News") == before {
        assert!(Instant::now() < deadline, "{}", user.mailherd(&["status"]));
        std::thread::sleep(Duration::from_millis(100));
    }
    daemon.rests("home");
    assert_eq!((client.renewals(), daemon.status("home")["error"].is_null()), (1, true));
    let (outcome, _) = daemon.ends();
    assert!(!outcome.stderr.contains("login"), "nobody was bothered: {outcome}");
}

/// The other account goes on; the login brings this one back without a restart.
#[test]
fn a_revoked_login_stops_one_account_and_says_so() {
    let (user, client) = user(Conduct::default());
    logs_in(&user);
    let other = User::new(flavour());
    let account = other.configuration().split_once("[[accounts]]\n").unwrap().1.replace("\"home\"", "\"work\"");
    let both = format!("{}[[accounts]]\n{account}", user.configuration());
    let daemon = Daemon::start_on(&user, &both);
    daemon.rests("home");
    daemon.rests("work");
    client.is_revoked();
    user.server.doveadm(&["kick", &user.name]);
    let status = daemon.until("home", |status| status["state"] == "stopped");
    assert!(status["error"].as_str().unwrap().contains("the OAuth2 login was revoked or has expired"), "{status}");
    assert_eq!(status["hint"], "mailherd login --account home");
    user.mailherd(&["status"]).complains(1).says("home needs you").says("mailherd login --account home");
    other.receives(&cast::machine_mail(2));
    let deadline = Instant::now() + Duration::from_secs(60);
    while other.world().count("News") == 0 {
        assert!(Instant::now() < deadline, "the other account files");
        std::thread::sleep(Duration::from_millis(100));
    }
    logs_in(&user);
    let status = daemon.rests("home");
    assert!(status["error"].is_null(), "{status}");
}

#[test]
fn an_endpoint_that_is_down_is_waited_for() {
    let (user, client) = user(Conduct::default());
    logs_in(&user);
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    client.is_treated(|conduct| conduct.hangs_up = true);
    client.is_treated(|conduct| conduct.grace = 9);
    client.tokens_end();
    // Those that the provider makes while nobody hears of them are good for nothing.
    user.server.doveadm(&["kick", &user.name]);
    let status = daemon
        .until("home", |status| status["error"].as_str().is_some_and(|error| error.contains("cannot be reached")));
    assert_ne!(status["state"], "stopped", "{status}");
    client.is_treated(|conduct| conduct.hangs_up = false);
    daemon.until("home", |status| status["error"].is_null() && status["state"] != "connecting");
    daemon.rests("home");
}

#[test]
fn a_command_that_prints_a_token() {
    let (mut user, client) = user(Conduct::default());
    user.receives(&cast::machine_mail(1));
    logs_in(&user);
    let token = kept(&user)["access_token"].as_str().unwrap().to_owned();
    write_private(&user.path("token"), &token);
    let command = |user: &mut User, command: &str| {
        user.set_account("oauth2", &format!("{{ token_command = {command:?} }}"));
    };
    let file = user.path("token");
    command(&mut user, &format!("cat {}", file.display()));
    assert!(filed(&user.files()) > 0);
    user.mailherd(&["login"]).complains(2).says("token_command");
    client.tokens_end();
    let outcome = user.mailherd(&["plan"]);
    outcome.complains(1).says("refused the access token").says("token_command");
    assert!(!outcome.stderr.contains(MARKER), "{outcome}");
    command(&mut user, "echo no agent >&2; exit 2");
    user.mailherd(&["plan"]).complains(1).says("token_command failed (exit status: 2): no agent");
    let other = User::new(Flavour::PLAIN);
    other.mailherd(&["login"]).complains(2).says("no account").says("oauth2");
    other.mailherd(&["login", "--account", "home"]).complains(2).says("logs in with a password");
}

/// The port of a tunnel, or the one that was registered.
#[test]
fn the_port_of_the_browser_can_be_chosen() {
    let (mut user, client) = user(Conduct::default());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    user.mailherd(&["login", "--browser", "--port", &port]).complains(1).says("cannot listen on").says("--port");
    let fixed = format!(", redirect_url = \"http://127.0.0.1:{port}/\"");
    user.set_account("oauth2", &table(&client.id, &fixed));
    user.mailherd(&["login", "--browser", "--port", "1"]).complains(2).says("redirect_url");
    drop(taken);
    let login = LoggingIn::start(&user, &["--browser"]);
    assert_eq!(login.invitation["port"].to_string(), port);
    assert_eq!(browse(login.page()), 200);
    assert_eq!(login.ends().1, 0);
}

fn config(user: &User) -> std::path::PathBuf {
    user.path("config/mailherd/config.toml")
}

/// The flags of a set-up for this user and client.
fn flags(user: &User, id: &str) -> Vec<String> {
    let (port, provider) = (user.server.port.to_string(), Provider::shared());
    let urls = [("token_url", "token"), ("device_url", "device"), ("authorize_url", "authorize")];
    let urls = urls.iter().flat_map(|(key, path)| ["--oauth2".to_owned(), format!("{key}={}", provider.url(path))]);
    let words = [
        "setup",
        "--email",
        crate::support::mail::ME,
        "--name",
        "home",
        "--host",
        "127.0.0.1",
        "--port",
        &port,
        "--tls",
    ];
    let more = ["none", "--username", &user.name, "--no-alias", "--oauth2-client-id", id, "--oauth2", "scope=mail"];
    words.into_iter().chain(more).map(str::to_owned).chain(urls).collect()
}

#[test]
fn the_set_up_logs_in_and_writes_what_it_needs() {
    let (user, client) = user(Conduct { says_life: 1, secret: Some("shh".into()), ..Conduct::default() });
    user.receives(&cast::machine_mail(1));
    write_private(&user.path("client"), "shh\n");
    let mut words = flags(&user, &client.id);
    let secret = user.path("client");
    let rest = [
        "--oauth2-client-secret-file",
        secret.to_str().unwrap(),
        "--caution",
        "normal",
        "--top",
        "move",
        "--mode",
        "file",
    ];
    words.extend(rest.into_iter().chain(["--no-service", "--yes", "--json"]).map(str::to_owned));
    let outcome = user.bare(&words.iter().map(String::as_str).collect::<Vec<_>>(), &[]).done();
    assert!(outcome.stderr.contains("ABCD-1234") && !outcome.stderr.contains(MARKER), "{outcome}");
    let text = std::fs::read_to_string(config(&user)).unwrap();
    assert!(text.contains(&format!("oauth2 = {{ client_id = \"{}\", client_secret_file", client.id)), "{text}");
    assert!(!text.contains(MARKER) && !text.contains("shh"), "{text}");
    let state = user.path(".local/state/mailherd");
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(state.join("tokens/home.json")).unwrap()).unwrap();
    assert_eq!(kept["refresh_token"], client.newest_refresh(), "also what was renewed during the preview");
    assert!(user.world().count("News") > 0);
    it_ends();
    user.bare(&["doctor"], &[]).done();
    assert!(!Path::new(&state).join("scratch").exists());
}

#[test]
fn a_set_up_that_is_left_keeps_no_token() {
    let (user, client) = user(Conduct::default());
    let words = flags(&user, &client.id);
    let mut screen = user.tall_screen(&words.iter().map(String::as_str).collect::<Vec<_>>());
    screen
        .sees("How do you log in there")
        .press("1\r")
        .sees("ABCD-1234")
        .sees("is logged in")
        .sees("How sure must it be")
        .press("\x03");
    let (status, left) = screen.ends();
    assert!(!status.success() && left.contains("nothing was written"), "{left}");
    assert!(!config(&user).exists() && !user.path(".local/state/mailherd").exists());
    let found = std::process::Command::new("grep").args(["-rl", MARKER]).arg(user.path("")).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
    // By the browser, to the end.
    let mut screen = user.tall_screen(&words.iter().map(String::as_str).collect::<Vec<_>>());
    screen.sees("How do you log in there").press("2\r").sees("It comes back to port");
    let text = screen.text();
    let page = text.split("a browser of this machine:").nth(1).unwrap().split("It comes back").next().unwrap();
    let page: String = page.split_whitespace().collect();
    assert_eq!(browse(&page), 200);
    for (asked, keys) in [
        ("How sure must it be", "\r"),
        ("Mail from people you know", "\r"),
        ("File mail now", "1\r"),
        ("Write it", "\r"),
    ] {
        screen.sees(asked).press(keys);
    }
    assert!(screen.ends().0.success());
    user.bare(&["doctor"], &[]).done();
}
