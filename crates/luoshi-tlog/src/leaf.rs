//! Leaves: the salted commitment to an event that stands in the log for ever.
//!
//! The salt is kept beside the event and is disclosed when the event is published; when it is destroyed the leaf says
//! nothing about anybody. Not for making salts: they are random, so `App` makes them (law 9).

use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroize;

type HmacSha256 = Hmac<Sha256>;

/// The secret 256-bit salt of one leaf. It is overwritten in memory when dropped and never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct LeafSalt([u8; 32]);

impl LeafSalt {
    /// Takes 32 random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for storing them or for publishing them with their event.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for LeafSalt {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for LeafSalt {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("LeafSalt(redacted)")
    }
}

fn keyed(salt: &LeafSalt, event_bytes: &[u8]) -> HmacSha256 {
    // HMAC takes a key of its block size unchanged and pads a shorter one with zeroes, so this is the plain HMAC under
    // the 32 bytes, through a constructor that cannot fail.
    let mut block = [0_u8; 64];
    block[..32].copy_from_slice(&salt.0);
    let mut mac = <HmacSha256 as hmac::digest::KeyInit>::new(&block.into());
    block.zeroize();
    mac.update(event_bytes);
    mac
}

/// The log entry of an event: HMAC-SHA-256 of its bytes, exactly as stored, under its salt.
#[must_use]
pub fn leaf_entry(salt: &LeafSalt, event_bytes: &[u8]) -> [u8; 32] {
    keyed(salt, event_bytes).finalize().into_bytes().into()
}

/// Whether `entry` is the commitment to the event, compared in constant time.
#[must_use]
pub fn leaf_matches(salt: &LeafSalt, event_bytes: &[u8], entry: &[u8]) -> bool {
    keyed(salt, event_bytes).verify_slice(entry).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_leaf_is_plain_hmac_sha256_under_the_salt() {
        // The same bytes through the constructor for keys of any length.
        let mut reference = <HmacSha256 as Mac>::new_from_slice(&[0x0b; 32]).unwrap();
        reference.update(b"Hi There");
        let expected: [u8; 32] = reference.finalize().into_bytes().into();
        assert_eq!(leaf_entry(&LeafSalt::new([0x0b; 32]), b"Hi There"), expected);
        // RFC 4231 case 2 has the short key "Jefe"; padded with zeroes to the salt's length it is the same HMAC key.
        let mut salt = [0_u8; 32];
        salt[..4].copy_from_slice(b"Jefe");
        assert_eq!(
            leaf_entry(&LeafSalt::new(salt), b"what do ya want for nothing?"),
            [
                0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a,
                0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43
            ]
        );
    }

    #[test]
    fn another_salt_or_event_does_not_match() {
        let salt = LeafSalt::new([1; 32]);
        let entry = leaf_entry(&salt, b"event");
        assert!(leaf_matches(&salt, b"event", &entry));
        assert!(!leaf_matches(&salt, b"Event", &entry));
        assert!(!leaf_matches(&LeafSalt::new([2; 32]), b"event", &entry));
        assert!(!leaf_matches(&salt, b"event", &entry[..31]));
    }

    #[test]
    fn debug_hides_the_salt() {
        assert_eq!(format!("{:?}", LeafSalt::new([7; 32])), "LeafSalt(redacted)");
    }
}
