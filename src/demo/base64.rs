//! Base64 (RFC 4648), as encoded words, message bodies, SASL and modified UTF-7 want it.

use base64::Engine as _;
use base64::alphabet::{IMAP_MUTF7, STANDARD};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// RFC 4648, section 4; read with or without its padding.
const PADDED: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Modified UTF-7 (RFC 3501, section 5.1.3): a comma for the slash, and no padding.
const MODIFIED: GeneralPurpose =
    GeneralPurpose::new(&IMAP_MUTF7, GeneralPurposeConfig::new().with_encode_padding(false));

/// `bytes` in base64 with padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    PADDED.encode(bytes)
}

/// `bytes` as modified UTF-7 has them.
pub(crate) fn encode_modified(bytes: &[u8]) -> String {
    MODIFIED.encode(bytes)
}

/// The bytes of padded or unpadded base64. `None` when it holds anything else.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    PADDED.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_vectors_of_rfc_4648_hold() {
        let vectors =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")];
        for (plain, coded) in vectors {
            assert_eq!(encode(plain.as_bytes()), coded);
            assert_eq!(decode(coded).as_deref(), Some(plain.as_bytes()));
        }
        assert_eq!(decode("Zm9v!"), None);
    }
}
