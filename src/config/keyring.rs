//! The desktop's keyring (the Secret Service of GNOME, KDE and KeePassXC), over D-Bus. A cargo feature, `keyring`: it is most of
//! the crates that this program would otherwise not need, and a server has none.
//!
//! What is called here blocks, and may ask the user to unlock the keyring.

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::logic::fault::Fault;

/// The password under this name.
///
/// # Errors
/// Credentials, when there is none, or no keyring.
pub(super) fn read(name: &str) -> Result<Zeroizing<Vec<u8>>, Fault> {
    store::read(name)
}

/// What stands under this name, if anything does.
///
/// # Errors
/// Credentials, when there is no keyring, or it stays locked.
pub(super) fn find(name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
    store::find(name)
}

/// Keeps a password under this name, in place of what was there.
///
/// # Errors
/// Credentials, when there is no keyring, or it stays locked.
pub(super) fn write(name: &str, secret: &SecretString) -> Result<(), Fault> {
    store::write(name, secret)
}

/// Whether there is a keyring here.
pub(super) fn is_there() -> bool {
    store::is_there()
}

pub(super) fn broke() -> Fault {
    Fault::credentials("the keyring broke off", HINT)
}

const HINT: &str =
    "unlock the keyring of your desktop, or use password_file or password_command instead of keyring = true";

#[cfg(feature = "keyring")]
mod store {
    use std::sync::Arc;

    use keyring_core::{CredentialStore, Entry};
    use secrecy::{ExposeSecret, SecretString};
    use zeroize::Zeroizing;

    use super::{Fault, HINT};
    use crate::logic::printable::Printable;

    const SERVICE: &str = "mailherd";

    fn store() -> Result<Arc<CredentialStore>, Fault> {
        zbus_secret_service_keyring_store::Store::new()
            .map(|store| store as Arc<CredentialStore>)
            .map_err(|error| cannot(&error))
    }

    fn entry(name: &str) -> Result<Entry, Fault> {
        store()?.build(SERVICE, name, None).map_err(|error| cannot(&error))
    }

    fn cannot(error: &keyring_core::Error) -> Fault {
        match error {
            keyring_core::Error::NoEntry => Fault::credentials(
                "the keyring holds no password for this account",
                "run `mailherd setup`, or use password_file or password_command",
            ),
            error => {
                Fault::credentials(format!("the keyring cannot be used: {}", Printable::new(&error.to_string())), HINT)
            }
        }
    }

    pub(super) fn read(name: &str) -> Result<Zeroizing<Vec<u8>>, Fault> {
        entry(name)?.get_secret().map(Zeroizing::new).map_err(|error| cannot(&error))
    }

    pub(super) fn find(name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        match entry(name)?.get_secret() {
            Ok(found) => Ok(Some(Zeroizing::new(found))),
            Err(keyring_core::Error::NoEntry) => Ok(None),
            Err(error) => Err(cannot(&error)),
        }
    }

    pub(super) fn write(name: &str, secret: &SecretString) -> Result<(), Fault> {
        entry(name)?.set_password(secret.expose_secret()).map_err(|error| cannot(&error))
    }

    pub(super) fn is_there() -> bool {
        store().is_ok()
    }
}

#[cfg(not(feature = "keyring"))]
mod store {
    use secrecy::SecretString;
    use zeroize::Zeroizing;

    use super::Fault;

    fn missing() -> Fault {
        let hint = "build it with `cargo install --features keyring`, or use password_file or password_command";
        Fault::credentials("keyring = true, but this mailherd was built without the keyring", hint)
    }

    pub(super) fn read(_name: &str) -> Result<Zeroizing<Vec<u8>>, Fault> {
        Err(missing())
    }

    pub(super) fn find(_name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        Err(missing())
    }

    pub(super) fn write(_name: &str, _secret: &SecretString) -> Result<(), Fault> {
        Err(missing())
    }

    pub(super) fn is_there() -> bool {
        false
    }
}
