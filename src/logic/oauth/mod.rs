//! OAuth2 without its network: what is asked of a provider's endpoints, what their answers mean, and when a token is to be renewed.
//!
//! ```text
//! device flow (RFC 8628):            device endpoint ─► code for the user ─► token endpoint, asked again and again ─► tokens
//! loopback flow (RFC 8252, 7636):    page in the browser ─► redirect to this machine ─► token endpoint ─► tokens
//! at each login to the IMAP server:  access token, renewed at the token endpoint when it is due (RFC 6749, section 6)
//! ```

mod answer;
mod device;
mod form;
mod page;
mod provider;
mod tokens;

pub use answer::{Grant, Refusal, read_grant};
pub use device::{DeviceCode, Next, Polling, read_device_code};
pub use form::{Form, parameters};
pub use page::{Page, Returned, base64_url};
pub use provider::{Endpoints, LOOPBACK, Preset};
pub use tokens::Tokens;
