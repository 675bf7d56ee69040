//! Where a PostgreSQL database is and how it is spoken to. It opens nothing.

use std::{fmt, net::IpAddr, str::FromStr};

use tokio_postgres::config::{Config, Host, SslMode, SslNegotiation};

use crate::error::StoreError;

/// The parameter of an address that says that a pooler gives each transaction another connection.
const POOLER: &str = "pooler=transaction";

/// The address of a PostgreSQL database, as `postgres://user:password@host1,host2/name?target_session_attrs=read-write`.
///
/// It is never shown whole, since it may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    config: Box<Config>,
    is_pooled: bool,
}

impl Address {
    /// Whether a text is meant to be an address of PostgreSQL.
    pub fn is_meant_by(text: &str) -> bool {
        text.starts_with("postgres://") || text.starts_with("postgresql://")
    }

    /// The address as PostgreSQL's own programs take it, in their environment, where other users of the machine do not see it. Of several
    /// hosts the first.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let host = self.config.get_hosts().first().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        });
        let port = self.config.get_ports().first().map(u16::to_string);
        let password = self
            .config
            .get_password()
            .map(|password| String::from_utf8_lossy(password).into_owned());
        let of = |value: Option<&str>| value.map(str::to_owned);
        [
            ("PGHOST", host),
            ("PGPORT", port),
            ("PGUSER", of(self.config.get_user())),
            ("PGPASSWORD", password),
            ("PGDATABASE", of(self.config.get_dbname())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }

    /// What the driver needs to know.
    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// What the driver needs to know to let a connection without encryption be wrapped as an encrypted one is: it hands its stream over at once, as to
    /// an encryption that need not be asked for. None where a host is a socket of this machine, which the driver never hands over.
    pub(super) fn config_of_plain(&self) -> Option<Config> {
        let is_named = |host: &Host| matches!(host, Host::Tcp(_));
        let hosts = self.config.get_hosts();
        (!hosts.is_empty() && hosts.iter().all(is_named)).then(|| {
            let mut config = self.config.as_ref().clone();
            config
                .ssl_mode(SslMode::Require)
                .ssl_negotiation(SslNegotiation::Direct);
            config
        })
    }

    /// Whether connections lose their prepared statements between transactions (PgBouncer in transaction mode).
    pub(super) fn is_pooled(&self) -> bool {
        self.is_pooled
    }

    /// Whether the connection has to be encrypted. Without a word about it in the address only connections that stay on the machine are not.
    pub(super) fn wants_encryption(&self) -> bool {
        match self.config.get_ssl_mode() {
            SslMode::Disable => false,
            SslMode::Require => true,
            _ => !self.stays_on_the_machine(),
        }
    }

    fn stays_on_the_machine(&self) -> bool {
        let is_here =
            |name: &str| name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let hosts = self.config.get_hosts();
        self.config.get_hostaddrs().iter().all(IpAddr::is_loopback)
            && hosts.iter().all(|host| match host {
                Host::Tcp(name) => is_here(name),
                #[cfg(unix)]
                Host::Unix(_) => true,
            })
    }
}

impl FromStr for Address {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let is_pooled = text.contains(POOLER);
        let plain = text
            .replace(&format!("{POOLER}&"), "")
            .replace(&format!("?{POOLER}"), "")
            .replace(&format!("&{POOLER}"), "");
        // What the parser complains of may quote a part of the address, which may be the password.
        let mut config: Config = plain.parse().map_err(|_| StoreError::BadAddress)?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(StoreError::BadAddress);
        }
        if config.get_application_name().is_none() {
            config.application_name("luoshi");
        }
        if is_pooled && config.get_options().is_some() {
            // Options are sent at the start of a session, and a pooler's sessions are not ours.
            return Err(StoreError::BadAddress);
        }
        Ok(Self {
            config: Box::new(config),
            is_pooled,
        })
    }
}

impl fmt::Display for Address {
    /// User, hosts and name, without the password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<String> = self
            .config
            .get_hosts()
            .iter()
            .map(|host| match host {
                Host::Tcp(name) => name.clone(),
                #[cfg(unix)]
                Host::Unix(path) => path.display().to_string(),
            })
            .collect();
        write!(
            formatter,
            "postgres://{}@{}/{}",
            self.config.get_user().unwrap_or_default(),
            hosts.join(","),
            self.config.get_dbname().unwrap_or_default()
        )
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn a_password_is_never_shown() {
        let shown = address("postgres://clerk:geheim@127.0.0.1,db2.example:5433/ledger");
        assert_eq!(shown.to_string(), "postgres://clerk@127.0.0.1,db2.example/ledger");
        assert!(!format!("{shown:?}").contains("geheim"));
    }

    #[test]
    fn other_programs_are_told_by_their_environment() {
        let told = address("postgres://clerk:geheim@db1.example:5433,db2.example/ledger").environment();
        let told: Vec<(&str, &str)> = told.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(
            told,
            [
                ("PGHOST", "db1.example"),
                ("PGPORT", "5433"),
                ("PGUSER", "clerk"),
                ("PGPASSWORD", "geheim"),
                ("PGDATABASE", "ledger")
            ]
        );
    }

    #[test]
    fn a_pooler_is_told_by_a_parameter_of_ours() {
        for text in [
            "postgres://u@localhost/d?pooler=transaction",
            "postgres://u@localhost/d?pooler=transaction&connect_timeout=3",
            "postgres://u@localhost/d?connect_timeout=3&pooler=transaction",
        ] {
            assert!(address(text).is_pooled(), "{text}");
        }
        assert!(!address("postgres://u@localhost/d").is_pooled());
    }

    #[test]
    fn only_connections_on_the_machine_are_plain_by_themselves() {
        assert!(!address("postgres://u@127.0.0.1/d").wants_encryption());
        assert!(!address("postgres://u@localhost,[::1]/d").wants_encryption());
        assert!(!address("postgres:///d?host=/run/postgresql&user=u").wants_encryption());
        assert!(address("postgres://u@localhost,db.example/d").wants_encryption());
        assert!(!address("postgres://u@db.example/d?sslmode=disable").wants_encryption());
        assert!(address("postgres://u@localhost/d?sslmode=require").wants_encryption());
    }

    #[test]
    fn an_address_that_cannot_be_read_is_refused_without_quoting_it() {
        for text in ["postgres://u:geheim@/d", "postgres://u@h/d?sslmoed=1", "postgres://"] {
            let refused = text.parse::<Address>();
            assert!(matches!(refused, Err(StoreError::BadAddress)), "{text}: {refused:?}");
        }
    }
}
