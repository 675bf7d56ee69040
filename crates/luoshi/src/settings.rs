//! The settings of one run: defaults, then the settings file, then the environment, then flags. Nothing else reads the environment.

use std::{
    fmt, fs,
    net::{IpAddr, SocketAddr},
    num::{NonZeroU32, NonZeroU64},
    path::PathBuf,
    time::Duration,
};

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use luoshi_app::files::{FileSettings, FileStore, USUAL_QUOTA};
use luoshi_store::Address;
use luoshi_types::Language;
use luoshi_web::WebSettings;
use serde::{Deserialize, Serialize};

use crate::{
    arguments::Everywhere,
    failure::Failure,
    site::{Database, Place},
};

/// Where a site's data lies when nothing else is said.
const USUAL_DATA: &str = "./luoshi-data";
/// Where the demo's data lies when nothing else is said: apart from a site's, so that neither is taken for the other.
const USUAL_DEMO_DATA: &str = "./luoshi-data/demo";

/// The value of `file_store` and `log_store` for what lies in the data folder.
const IN_THE_FOLDER: &str = "folder";
/// Bytes of a mebibyte.
const MEBIBYTE: u64 = 1024 * 1024;

/// Names that are read from the environment with `LUOSHI_` before them.
const IN_THE_ENVIRONMENT: &[&str] = &[
    "data",
    "database",
    "listen",
    "lang",
    "public_url",
    "allow_plain_http",
    "trusted_proxies",
    "connection_limit",
    "request_timeout_seconds",
    "upload_timeout_seconds",
    "shutdown_grace_seconds",
    "evidence_quota_mib",
    "virus_scanner",
    "file_store",
    "log_store",
    "s3_endpoint",
    "s3_region",
    "s3_access_key_id",
    "s3_secret_access_key",
    "log",
    "log_format",
];

/// What an operator decides about a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The data folder; none means the usual one of the subcommand.
    pub(crate) data: Option<PathBuf>,
    /// The database, as `sqlite:PATH` or `postgres://…`; none means a file in the data folder. It may hold a password and is never shown.
    pub(crate) database: Option<String>,
    /// The address that the site listens on.
    pub(crate) listen: SocketAddr,
    /// The language of messages.
    pub(crate) lang: Language,
    /// The address under which people reach the site through a proxy that speaks TLS.
    pub(crate) public_url: Option<String>,
    /// Whether the site may be served without TLS to other machines.
    pub(crate) allow_plain_http: bool,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: Vec<IpAddr>,
    /// Connections served at once.
    pub(crate) connection_limit: NonZeroU32,
    /// Time in which a request has to be answered.
    pub(crate) request_timeout_seconds: NonZeroU64,
    /// Time in which a request with files has to be answered.
    pub(crate) upload_timeout_seconds: NonZeroU64,
    /// Time that running requests are given when the program ends.
    pub(crate) shutdown_grace_seconds: u64,
    /// Mebibytes of evidence that one body may keep.
    pub(crate) evidence_quota_mib: NonZeroU64,
    /// The scanner that every file of evidence has to pass.
    pub(crate) virus_scanner: Option<String>,
    /// Where received files are kept: `folder`, or `s3://bucket/prefix`.
    pub(crate) file_store: String,
    /// Where the logs are published: `folder`, or `s3://bucket/prefix`.
    pub(crate) log_store: String,
    /// The address of the object store; none means Amazon's.
    pub(crate) s3_endpoint: Option<String>,
    /// Its region.
    pub(crate) s3_region: String,
    /// Who asks it.
    pub(crate) s3_access_key_id: Option<String>,
    /// Their secret.
    pub(crate) s3_secret_access_key: Option<Secret>,
    /// What is logged, as a filter of the `tracing` crate.
    pub(crate) log: String,
    /// How it is logged.
    pub(crate) log_format: LogFormat,
}

/// A setting that is not shown where settings are.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

impl Default for Settings {
    fn default() -> Self {
        let web = WebSettings::default();
        Self {
            data: None,
            database: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            lang: Language::Chinese,
            public_url: None,
            allow_plain_http: false,
            trusted_proxies: web.trusted_proxies,
            connection_limit: u32::try_from(web.connection_limit)
                .ok()
                .and_then(NonZeroU32::new)
                .unwrap_or(NonZeroU32::MAX),
            request_timeout_seconds: NonZeroU64::new(web.request_timeout.as_secs()).unwrap_or(NonZeroU64::MIN),
            upload_timeout_seconds: NonZeroU64::new(web.upload_timeout.as_secs()).unwrap_or(NonZeroU64::MIN),
            shutdown_grace_seconds: web.shutdown_grace.as_secs(),
            evidence_quota_mib: NonZeroU64::new(USUAL_QUOTA / MEBIBYTE).unwrap_or(NonZeroU64::MIN),
            virus_scanner: None,
            file_store: IN_THE_FOLDER.to_owned(),
            log_store: IN_THE_FOLDER.to_owned(),
            s3_endpoint: None,
            s3_region: "us-east-1".to_owned(),
            s3_access_key_id: None,
            s3_secret_access_key: None,
            log: "info".to_owned(),
            log_format: LogFormat::Text,
        }
    }
}

/// The flags that are settings too, without the ones that were not given.
#[derive(Serialize)]
struct Flags<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<&'a String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<SocketAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<Language>,
}

impl Settings {
    /// The settings of this run.
    ///
    /// # Errors
    /// When the settings file cannot be read, or a value in it, in the environment or in a flag is not one that the setting can have.
    pub(crate) fn read(flags: &Everywhere) -> Result<Self, Failure> {
        let mut figment = Figment::from(Serialized::defaults(Settings::default()));
        if let Some(path) = &flags.config {
            let text = fs::read_to_string(path).map_err(|cause| Failure::ReadFile {
                path: path.clone(),
                cause,
            })?;
            figment = figment.merge(Toml::string(&text));
        }
        let flags = Flags {
            data: flags.data.as_ref(),
            database: flags.database.as_ref(),
            listen: flags.listen,
            lang: flags.lang.map(Language::from),
        };
        let settings: Self = figment
            .merge(Env::prefixed("LUOSHI_").only(IN_THE_ENVIRONMENT))
            .merge(Serialized::defaults(flags))
            .extract()
            .map_err(|cause| Failure::Setting(Box::new(cause)))?;
        if let Some(address) = &settings.public_url
            && !(address.starts_with("https://") || address.starts_with("http://"))
        {
            return Err(Failure::PublicUrl {
                address: address.clone(),
            });
        }
        Ok(settings)
    }

    /// Where a site is.
    ///
    /// # Errors
    /// When the database's address is none.
    pub(crate) fn place(&self) -> Result<Place, Failure> {
        self.place_in(USUAL_DATA)
    }

    /// Where the demo is.
    ///
    /// # Errors
    /// As [`Settings::place`].
    pub(crate) fn demo_place(&self) -> Result<Place, Failure> {
        self.place_in(USUAL_DEMO_DATA)
    }

    fn place_in(&self, usual: &str) -> Result<Place, Failure> {
        Ok(Place {
            data: self.data.clone().unwrap_or_else(|| PathBuf::from(usual)),
            database: database(self.database.as_deref())?,
            files: self.files()?,
        })
    }

    /// What concerns HTTP.
    pub(crate) fn web(&self) -> WebSettings {
        WebSettings {
            public_url: self.public_url.clone(),
            connection_limit: self.connection_limit.get() as usize,
            request_timeout: Duration::from_secs(self.request_timeout_seconds.get()),
            upload_timeout: Duration::from_secs(self.upload_timeout_seconds.get()),
            shutdown_grace: Duration::from_secs(self.shutdown_grace_seconds),
            trusted_proxies: self.trusted_proxies.clone(),
            ..WebSettings::default()
        }
    }

    /// What concerns received files.
    ///
    /// # Errors
    /// When the scanner or the place of the files is none that this program can use.
    fn files(&self) -> Result<FileSettings, Failure> {
        let scanner = match self.virus_scanner.as_deref() {
            None | Some("") => None,
            Some(address) => Some(address.parse().map_err(|_| Failure::Scanner {
                address: address.to_owned(),
            })?),
        };
        Ok(FileSettings {
            store: self.bucket("file_store", &self.file_store)?,
            log_store: self.bucket("log_store", &self.log_store)?,
            scanner,
            quota: self.evidence_quota_mib.get().saturating_mul(MEBIBYTE),
        })
    }

    /// The bucket that the setting called `name` means; none where it means the data folder.
    fn bucket(&self, name: &'static str, place: &str) -> Result<Option<FileStore>, Failure> {
        if place == IN_THE_FOLDER {
            return Ok(None);
        }
        let unusable = || Failure::FileStore {
            name,
            place: place.to_owned(),
        };
        let (bucket, prefix) = match place.strip_prefix("s3://") {
            Some(rest) => rest.split_once('/').unwrap_or((rest, "")),
            None => return Err(unusable()),
        };
        if bucket.is_empty() || self.s3_access_key_id.is_none() || self.s3_secret_access_key.is_none() {
            return Err(unusable());
        }
        if !cfg!(feature = "s3") {
            return Err(Failure::NoBuckets {
                place: place.to_owned(),
            });
        }
        self.open_bucket(bucket, prefix).map(Some).ok_or_else(unusable)
    }

    #[cfg(feature = "s3")]
    fn open_bucket(&self, bucket: &str, prefix: &str) -> Option<FileStore> {
        let settings = luoshi_app::files::BucketSettings {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            endpoint: self.s3_endpoint.clone(),
            region: self.s3_region.clone(),
            access_key_id: self.s3_access_key_id.clone().unwrap_or_default(),
            secret_access_key: self
                .s3_secret_access_key
                .as_ref()
                .map(|secret| secret.0.clone())
                .unwrap_or_default(),
        };
        FileStore::bucket(&settings).ok()
    }

    #[cfg(not(feature = "s3"))]
    fn open_bucket(&self, _bucket: &str, _prefix: &str) -> Option<FileStore> {
        None
    }

    /// The address of the site for a browser, where it listens on `listen`.
    pub(crate) fn address(&self, listen: SocketAddr) -> String {
        match &self.public_url {
            Some(address) => address.trim_end_matches('/').to_owned(),
            None => format!("http://{listen}"),
        }
    }

    /// Refuses to carry passwords in the clear over a network, unless the settings say that this is meant.
    ///
    /// # Errors
    /// When the site would listen on an address that other machines reach, without TLS before it.
    pub(crate) fn refuse_plain_http(&self) -> Result<(), Failure> {
        let safe = self.listen.ip().is_loopback() || self.allow_plain_http || self.web().is_https();
        if safe {
            Ok(())
        } else {
            Err(Failure::PlainHttp { listen: self.listen })
        }
    }
}

/// The database that an address means.
///
/// # Errors
/// When the address is none.
pub(crate) fn database(address: Option<&str>) -> Result<Database, Failure> {
    let Some(address) = address else {
        return Ok(Database::InTheFolder);
    };
    match address.strip_prefix("sqlite:") {
        Some(path) if !path.is_empty() => Ok(Database::File(PathBuf::from(path))),
        None if Address::is_meant_by(address) => {
            Ok(Database::Server(address.parse().map_err(|_| Failure::DatabaseAddress)?))
        }
        _ => Err(Failure::DatabaseAddress),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_toml(text: &str) -> Result<Settings, Box<figment::Error>> {
        Figment::from(Serialized::defaults(Settings::default()))
            .merge(Toml::string(text))
            .extract()
            .map_err(Box::new)
    }

    #[test]
    fn the_example_states_the_defaults() {
        let example = include_str!("../../../deploy/config.example.toml");
        assert_eq!(
            from_toml(example).unwrap(),
            Settings {
                data: Some("./luoshi-data".into()),
                ..Settings::default()
            }
        );
    }

    #[test]
    fn every_commented_line_of_the_example_is_a_setting() {
        let example = include_str!("../../../deploy/config.example.toml");
        let uncommented: String = example
            .lines()
            .filter_map(|line| {
                line.strip_prefix("# ")
                    .filter(|rest| rest.contains(" = ") && !rest.contains('`'))
            })
            .map(|line| format!("{line}\n"))
            .collect();
        let settings = from_toml(&uncommented).unwrap();
        assert_eq!(settings.public_url.as_deref(), Some("https://luoshi.example.gov.cn"));
        assert!(settings.allow_plain_http);
        assert_eq!(settings.trusted_proxies.len(), 2);
        assert!(matches!(
            database(settings.database.as_deref()).unwrap(),
            Database::Server(_)
        ));
        // Where files are kept is asked apart: a program without the feature cannot use a bucket, and says so.
        assert!(settings.virus_scanner.is_some() && settings.s3_secret_access_key.is_some());
    }

    #[test]
    fn where_files_are_kept_and_who_scans_them_has_to_make_sense() {
        let files = |text: &str| from_toml(text).unwrap().files();
        assert!(files("").unwrap().scanner.is_none());
        assert!(files("virus_scanner = \"\"").unwrap().scanner.is_none());
        assert!(
            files("virus_scanner = \"unix:/run/clamav/clamd.ctl\"")
                .unwrap()
                .scanner
                .is_some()
        );
        assert!(matches!(
            files("virus_scanner = \"clamd\""),
            Err(Failure::Scanner { .. })
        ));
        assert_eq!(files("evidence_quota_mib = 3").unwrap().quota, 3 * 1024 * 1024);
        for place in ["ftp://a", "s3://", "s3://bucket"] {
            for setting in ["file_store", "log_store"] {
                let outcome = files(&format!("{setting} = \"{place}\""));
                assert!(
                    matches!(outcome, Err(Failure::FileStore { name, .. }) if name == setting),
                    "{setting} {place}"
                );
            }
        }
        let bucket = files("file_store = \"s3://a/b\"\ns3_access_key_id = \"c\"\ns3_secret_access_key = \"d\"");
        if cfg!(feature = "s3") {
            assert!(bucket.unwrap().store.is_some());
        } else {
            assert!(matches!(bucket, Err(Failure::NoBuckets { .. })));
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        let settings = from_toml("s3_secret_access_key = \"hush\"").unwrap();
        assert!(!format!("{settings:?}").contains("hush"));
    }

    #[test]
    fn a_database_is_a_file_or_a_server() {
        let database = |text: &str| {
            let settings = Settings {
                database: Some(text.to_owned()),
                ..Settings::default()
            };
            settings.place().map(|place| place.database)
        };
        let file = database("sqlite:/srv/luoshi.db").unwrap();
        assert_eq!(file, Database::File("/srv/luoshi.db".into()));
        let server = database("postgres://luoshi@db1,db2/ledger?target_session_attrs=read-write").unwrap();
        assert!(matches!(server, Database::Server(_)));
        for text in [
            "",
            "sqlite:",
            "mysql://localhost/ledger",
            "luoshi.db",
            "postgres://:geheim@",
        ] {
            assert!(matches!(database(text), Err(Failure::DatabaseAddress)), "{text}");
        }
    }

    #[test]
    fn an_unknown_setting_is_named() {
        let error = from_toml("lisen = \"127.0.0.1:80\"").unwrap_err();
        assert!(error.to_string().contains("lisen"), "{error}");
    }

    /// A site without a single connection, or without a second for an answer, looked as if it were running.
    #[test]
    fn a_limit_that_lets_nothing_through_is_refused() {
        for name in ["connection_limit", "request_timeout_seconds", "evidence_quota_mib"] {
            let error = from_toml(&format!("{name} = 0")).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        let open = |text: &str| from_toml(text).unwrap().refuse_plain_http().is_ok();
        assert!(open("listen = \"127.0.0.1:80\""));
        assert!(open("listen = \"[::1]:80\""));
        assert!(!open("listen = \"0.0.0.0:80\""));
        assert!(!open(
            "listen = \"192.0.2.1:80\"\npublic_url = \"http://luoshi.example\""
        ));
        assert!(open("listen = \"0.0.0.0:80\"\nallow_plain_http = true"));
        assert!(open("listen = \"0.0.0.0:80\"\npublic_url = \"https://luoshi.example\""));
    }

    #[test]
    fn everything_but_the_folder_may_stand_in_the_environment() {
        let known = serde_json::to_value(Settings::default()).unwrap();
        let names: Vec<&str> = known.as_object().unwrap().keys().map(String::as_str).collect();
        for name in &names {
            assert!(
                IN_THE_ENVIRONMENT.contains(name),
                "{name} cannot be set by the environment"
            );
        }
        assert_eq!(names.len(), IN_THE_ENVIRONMENT.len());
    }
}
