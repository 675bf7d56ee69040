//! Signing in and staying signed in. Outside the ledger (law 4): a session is nobody's promise.
//!
//! It does not know cookies; it gives out tokens and takes them back.

use std::{net::IpAddr, sync::Arc};

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash};
use jiff::{Timestamp, ToSpan};
use luoshi_ledger::{Actor, ids::AccountId, view::AccountSummary};
use luoshi_store::{Attempts, NewSession, StoreError};
use sha2::{Digest, Sha256};
use tokio::sync::OwnedSemaphorePermit;

use crate::{
    digest::{hash_of, hexadecimal},
    error::AppError,
    execute::flatten,
    site::App,
};

/// A session ends after this many minutes without a request.
const IDLE_MINUTES: i64 = 30;
/// A session ends after this many hours whatever happens.
const LONGEST_HOURS: i64 = 12;
/// How many minutes wrong passwords are remembered.
const ATTEMPT_WINDOW_MINUTES: i64 = 15;
/// Wrong passwords in the window for one name from one address. Counting the pair keeps a stranger from locking a department out.
const ATTEMPTS_PER_NAME_AND_ADDRESS: u32 = 10;
/// Wrong passwords in the window from one address, over all names.
const ATTEMPTS_PER_ADDRESS: u32 = 60;
/// The shortest password, in characters (NIST SP 800-63B-4, 3.1.1.2 asks for 15 where a password stands alone, 8 at the least).
pub const SHORTEST_PASSWORD: usize = 12;
/// The longest password, in characters.
pub const LONGEST_PASSWORD: usize = 256;

/// Keys of attempts with the limit of each.
type Limits = [([u8; 32], u32); 2];

/// Why the next attempt is not looked at.
enum TooMany {
    Attempts(u32),
    App(AppError),
}

impl From<StoreError> for TooMany {
    fn from(error: StoreError) -> Self {
        TooMany::App(error.into())
    }
}

impl From<TooMany> for SignInError {
    fn from(cause: TooMany) -> Self {
        match cause {
            TooMany::Attempts(retry_after_seconds) => SignInError::TooManyAttempts { retry_after_seconds },
            TooMany::App(error) => SignInError::App(error),
        }
    }
}

impl From<TooMany> for ChangePasswordError {
    fn from(cause: TooMany) -> Self {
        match cause {
            TooMany::Attempts(_) => ChangePasswordError::TooManyAttempts,
            TooMany::App(error) => ChangePasswordError::App(error),
        }
    }
}

/// A signed-in person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// What they may do.
    pub actor: Actor,
    /// Who they are.
    pub account: AccountSummary,
    /// The token that each form of this session must carry back.
    pub form_token: String,
    /// Whether the password was given by somebody else and has to be changed before anything.
    pub must_change_password: bool,
}

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The name is unknown or the password is not its; the two are not told apart.
    #[error("wrong name or password")]
    WrongNameOrPassword,
    /// Too many wrong passwords; wait.
    #[error("too many attempts")]
    TooManyAttempts {
        /// After how many seconds to try again.
        retry_after_seconds: u32,
    },
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The present password is not the one given.
    #[error("wrong password")]
    WrongPassword,
    /// Too many wrong passwords; wait.
    #[error("too many attempts")]
    TooManyAttempts,
    /// Shorter than [`SHORTEST_PASSWORD`] or longer than [`LONGEST_PASSWORD`].
    #[error("unsuitable length")]
    UnsuitableLength,
    /// The new password is the old one.
    #[error("the same password")]
    Unchanged,
    /// The new password is the person's name or the like.
    #[error("too easily guessed")]
    TooEasilyGuessed,
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl App {
    /// Signs somebody in and returns the secret token of the new session: 64 hexadecimal digits. The store keeps only its hash.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub async fn sign_in(self: &Arc<Self>, name: &str, password: &str, remote: IpAddr) -> Result<String, SignInError> {
        let origin = origin_of(remote);
        let limits = [
            (
                hash_of(&[name.as_bytes(), origin.as_bytes()]),
                ATTEMPTS_PER_NAME_AND_ADDRESS,
            ),
            (hash_of(&[origin.as_bytes()]), ATTEMPTS_PER_ADDRESS),
        ];
        // Whoever has tried too often is told so before anything is kept for them.
        self.refuse_too_many(&limits)?;
        let waiting = Arc::clone(&self.sign_ins)
            .try_acquire_owned()
            .map_err(|_| AppError::Busy)?;
        let (app, name, password) = (Arc::clone(self), name.to_owned(), password.to_owned());
        // A task of its own: a client that hangs up before the answer has tried all the same, and its attempt counts.
        let tried = tokio::spawn(async move {
            let _waiting = waiting;
            app.try_password(&name, password, limits).await
        });
        let account = tried.await.map_err(AppError::internal)??;
        let now = self.now();
        let [(pair_key, _), _] = limits;
        let secret = self.moments.secret();
        let token = hexadecimal(&secret);
        let session = NewSession {
            token_hash: token_hash(&token),
            account,
            created_at: now,
            expires_at: later(now, LONGEST_HOURS * 60),
        };
        self.store
            .write(move |transaction| {
                transaction.clear_attempts(&pair_key)?;
                transaction.delete_sessions_before(now, earlier(now, IDLE_MINUTES))?;
                transaction.save_session(&session)?;
                Ok::<_, AppError>(())
            })
            .await
            .map_err(flatten)?;
        Ok(token)
    }

    async fn try_password(
        self: &Arc<Self>,
        name: &str,
        password: String,
        limits: Limits,
    ) -> Result<AccountId, SignInError> {
        let permit = self.password_permit().await?;
        // Asked again when it is their turn: of attempts that were sent all at once each would have found the count of the first.
        self.refuse_too_many(&limits)?;
        let credential = self
            .store
            .read(|snapshot| {
                let Some(account) = snapshot.account_by_sign_in_name(name)? else {
                    return Ok(None);
                };
                Ok(snapshot
                    .credential(account.id)?
                    .map(|credential| (account.id, credential.password_hash)))
            })
            .map_err(AppError::from)?;
        // An unknown name costs the same work as a known one, so that time does not tell which names exist.
        let (account, password_hash) = match credential {
            Some((account, password_hash)) => (Some(account), password_hash),
            None => (None, ABSENT_PASSWORD_HASH.to_owned()),
        };
        let (matches, permit) = check_password(password, password_hash, permit).await?;
        if let Some(account) = account.filter(|_| matches) {
            return Ok(account);
        }
        self.note_attempts(limits).await?;
        // Kept until the attempt is written, so that no more than a handful can be tried beyond the limit.
        drop(permit);
        Err(SignInError::WrongNameOrPassword)
    }

    /// Refuses where one of the counts has reached its limit.
    fn refuse_too_many<const N: usize>(&self, limits: &[([u8; 32], u32); N]) -> Result<(), TooMany> {
        let now = self.now();
        let window_start = earlier(now, ATTEMPT_WINDOW_MINUTES);
        for (key, limit) in limits {
            let attempts = self.store.read(|snapshot| snapshot.attempts(key, window_start))?;
            if attempts.count >= *limit {
                return Err(TooMany::Attempts(wait(&attempts, now)));
            }
        }
        Ok(())
    }

    async fn note_attempts<const N: usize>(self: &Arc<Self>, limits: [([u8; 32], u32); N]) -> Result<(), AppError> {
        let now = self.now();
        let window_start = earlier(now, ATTEMPT_WINDOW_MINUTES);
        self.store
            .write(move |transaction| {
                for (key, _) in limits {
                    transaction.note_attempt(&key, now, window_start)?;
                }
                Ok::<_, AppError>(())
            })
            .await
            .map_err(flatten)
    }

    /// Who holds `token`; none where the session has ended or never was. Roles are read anew, so a change of them counts at once.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn session(self: &Arc<Self>, token: &str) -> Result<Option<SignedIn>, AppError> {
        let now = self.now();
        let hash = token_hash(token);
        let Some(session) = self.store.read_async(move |snapshot| snapshot.session(&hash)).await? else {
            return Ok(None);
        };
        if session.expires_at <= now || session.last_seen_at < earlier(now, IDLE_MINUTES) {
            return Ok(None);
        }
        if session.last_seen_at < earlier(now, 1) {
            // Nobody waits for this write: a lost one ends the session a minute early.
            drop(self.store.write(move |transaction| {
                transaction.touch_session(&hash, now)?;
                Ok::<_, StoreError>(())
            }));
        }
        let account = session.account;
        let actor = Actor {
            identity: luoshi_ledger::ActorIdentity::Account(account.id),
            organisation: Some(account.organisation),
            roles: account.roles.clone(),
        };
        let form_token = hexadecimal(&hash_of(&[b"form", token.as_bytes()]));
        Ok(Some(SignedIn {
            actor,
            account,
            form_token,
            must_change_password: session.must_change_password,
        }))
    }

    /// Ends a session; an unknown token is no error.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_out(self: &Arc<Self>, token: &str) -> Result<(), AppError> {
        let hash = token_hash(token);
        self.store
            .write(move |transaction| Ok::<_, AppError>(transaction.delete_session(&hash)?))
            .await
            .map_err(flatten)
    }

    /// Changes the password of a signed-in person and ends their other sessions.
    ///
    /// # Errors
    /// See [`ChangePasswordError`].
    pub async fn change_password(
        self: &Arc<Self>,
        person: &SignedIn,
        token: &str,
        old: &str,
        new: &str,
    ) -> Result<(), ChangePasswordError> {
        let length = new.chars().count();
        if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&length) {
            return Err(ChangePasswordError::UnsuitableLength);
        }
        if old == new {
            return Err(ChangePasswordError::Unchanged);
        }
        if is_easily_guessed(new, &person.account) {
            return Err(ChangePasswordError::TooEasilyGuessed);
        }
        let account = person.account.id;
        // Whoever sits down at a session that was left open must not find the password out by trying.
        let limits = [(
            hash_of(&[b"change", account.to_string().as_bytes()]),
            ATTEMPTS_PER_NAME_AND_ADDRESS,
        )];
        let permit = self.password_permit().await?;
        self.refuse_too_many(&limits)?;
        let credential = self
            .store
            .read(|snapshot| snapshot.credential(account))
            .map_err(AppError::from)?;
        let Some(credential) = credential else {
            return Err(AppError::NotFound.into());
        };
        let (matches, permit) = check_password(old.to_owned(), credential.password_hash, permit).await?;
        if !matches {
            self.note_attempts(limits).await?;
            return Err(ChangePasswordError::WrongPassword);
        }
        drop(permit);
        let password_hash = self.hash_password(new.to_owned()).await?;
        let keep = token_hash(token);
        self.store
            .write(move |transaction| {
                transaction.save_credential(account, &password_hash, false)?;
                transaction.delete_other_sessions(account, Some(&keep))?;
                Ok::<_, AppError>(())
            })
            .await
            .map_err(flatten)?;
        Ok(())
    }

    pub(crate) async fn hash_password(self: &Arc<Self>, password: String) -> Result<String, AppError> {
        let permit = self.password_permit().await?;
        let secret = self.moments.secret();
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            hash_with(&password, &secret[..16])
        })
        .await
        .map_err(AppError::internal)?
    }

    async fn password_permit(&self) -> Result<OwnedSemaphorePermit, AppError> {
        Arc::clone(&self.passwords)
            .acquire_owned()
            .await
            .map_err(AppError::internal)
    }
}

/// Compares a password with a hash on a thread for work. The permit goes there too: the work goes on when nobody waits for it any more,
/// and must still be counted.
async fn check_password(
    password: String,
    password_hash: String,
    permit: OwnedSemaphorePermit,
) -> Result<(bool, OwnedSemaphorePermit), AppError> {
    tokio::task::spawn_blocking(move || {
        let matches = PasswordHash::new(&password_hash)
            .is_ok_and(|hash| hasher().is_ok_and(|hasher| hasher.verify_password(password.as_bytes(), &hash).is_ok()));
        (matches, permit)
    })
    .await
    .map_err(AppError::internal)
}

/// Where attempts come from: an address, or a network of IPv6, of which a single client may use every address.
fn origin_of(remote: IpAddr) -> String {
    match remote.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [first, second, third, fourth, ..] = address.segments();
            format!("{first:x}:{second:x}:{third:x}:{fourth:x}::/64")
        }
    }
}

/// Argon2id hash of no password that anybody has, with the parameters of [`hasher`]; it makes an unknown name cost what a known one does.
const ABSENT_PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bHVvc2hpLWFic2VudC1zYWx0$4rZ3sCwH5c0F8oQmXkq0oGxkYlR3o2z0bH1n3e5v0aE";

/// Argon2id with 19 MiB, two passes and one lane (RFC 9106; OWASP Password Storage Cheat Sheet).
fn hasher() -> Result<Argon2<'static>, AppError> {
    let parameters = Params::new(19 * 1024, 2, 1, None).map_err(|error| AppError::internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters))
}

pub(crate) fn hash_with(password: &str, salt: &[u8]) -> Result<String, AppError> {
    let hash = hasher()?
        .hash_password_with_salt(password.as_bytes(), salt)
        .map_err(|error| AppError::internal(error.to_string()))?;
    Ok(hash.to_string())
}

/// A password that repeats one character or is made of the person's own names; a list of leaked passwords is not shipped.
fn is_easily_guessed(password: &str, account: &AccountSummary) -> bool {
    let mut characters = password.chars();
    let first = characters.next();
    let repeats = characters.all(|character| Some(character) == first);
    let lower = password.to_lowercase();
    let names = [&account.sign_in_name, &account.display_name, &account.organisation_name];
    let mut rest = lower.clone();
    for name in names {
        rest = rest.replace(&name.to_lowercase(), "");
    }
    repeats || rest.chars().count() < 4
}

fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn earlier(instant: Timestamp, minutes: i64) -> Timestamp {
    instant.checked_sub(minutes.minutes()).unwrap_or(Timestamp::MIN)
}

fn later(instant: Timestamp, minutes: i64) -> Timestamp {
    instant.checked_add(minutes.minutes()).unwrap_or(Timestamp::MAX)
}

fn wait(attempts: &Attempts, now: Timestamp) -> u32 {
    let free_at = later(attempts.first_at, ATTEMPT_WINDOW_MINUTES);
    let seconds = free_at.as_second().saturating_sub(now.as_second());
    u32::try_from(seconds.max(1)).unwrap_or(u32::MAX)
}
