//! A chromedriver of our own and the browsers that it runs, each with a fresh profile. All that was started here ends with it.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Mutex,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use fantoccini::{Client, ClientBuilder, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use luoshi_types::Language;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::equipment::Equipment;

/// Tallest picture of a page, in pixels. What lies below repeats what stands above it.
const TALLEST_PICTURE: f64 = 8000.0;

/// The driver's process.
pub(super) struct Driver {
    equipment: Equipment,
    process: Child,
    port: u16,
    /// Folders of the browsers, which outlive the browsers.
    profiles: Mutex<Vec<TempDir>>,
}

impl Driver {
    pub(super) fn start(equipment: &Equipment) -> Self {
        let mut process = Command::new(&equipment.driver)
            .args(["--port=0", "--log-level=WARNING"])
            // Without it a machine that names no language finds no file with a Chinese name.
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                line.split_once("successfully on port ")?
                    .1
                    .trim_end_matches('.')
                    .parse()
                    .ok()
            })
            .expect("chromedriver says its port");
        // Its later words are read and dropped: a full pipe would hold it up.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            equipment: equipment.clone(),
            process,
            port,
            profiles: Mutex::default(),
        }
    }

    /// A browser whose owner reads `language`.
    pub(super) async fn open(&self, language: Language) -> Browser {
        let profile = TempDir::new().unwrap();
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--window-size=1440,1000",
            match language {
                Language::Chinese => "--accept-lang=zh-CN,zh",
                Language::English => "--accept-lang=en",
            },
            &format!("--user-data-dir={}", profile.path().display()),
        ]
        .map(str::to_owned);
        let capabilities = json!({
            "goog:chromeOptions": { "binary": self.equipment.browser, "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        self.profiles.lock().unwrap().push(profile);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(serde_json::from_value(capabilities).unwrap())
            .connect(&format!("http://127.0.0.1:{}", self.port))
            .await
            .unwrap();
        Browser { client, language }
    }

    /// Asks the driver to end its browsers and itself.
    fn shut_down(&self) -> Option<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        stream
            .write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            .ok()?;
        stream.read_to_end(&mut Vec::new()).ok()?;
        Some(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let asked = self.shut_down();
        let patience = Instant::now();
        while asked.is_some() && patience.elapsed() < Duration::from_secs(10) {
            if let Ok(Some(_)) = self.process.try_wait() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _already_gone = self.process.kill();
        let _already_gone = self.process.wait();
    }
}

/// How a page is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width: u32,
    pub(super) height: u32,
}

pub(super) const DESK: Size = Size {
    width: 1440,
    height: 1000,
};
pub(super) const PHONE: Size = Size {
    width: 390,
    height: 844,
};

/// One browser with one person before it.
#[derive(Clone)]
pub(super) struct Browser {
    pub(super) client: Client,
    pub(super) language: Language,
}

impl Browser {
    pub(super) async fn go(&self, address: &str) {
        self.client.goto(address).await.unwrap();
    }

    pub(super) async fn address(&self) -> String {
        self.client.current_url().await.unwrap().to_string()
    }

    /// What a script in the page gives back.
    pub(super) async fn ask<T: DeserializeOwned>(&self, script: &str, arguments: Vec<Json>) -> T {
        let answer = self.client.execute(script, arguments).await.unwrap();
        serde_json::from_value(answer).unwrap()
    }

    /// A command of the browser's own protocol.
    pub(super) async fn command(&self, name: &'static str, parameters: Json) -> Json {
        self.client
            .issue_cmd(Extension::Protocol { name, parameters })
            .await
            .unwrap()
    }

    /// The complaints of the browser since they were last asked for: failed loads, refused content, errors of scripts.
    pub(super) async fn complaints(&self) -> Vec<String> {
        let entries = self.client.issue_cmd(Extension::Log).await.unwrap();
        entries
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["level"] != "INFO" && entry["level"] != "DEBUG")
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    pub(super) async fn resize(&self, size: Size) {
        let metrics = json!({ "width": size.width, "height": size.height, "deviceScaleFactor": 1, "mobile": false });
        self.command("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    pub(super) async fn prefer_dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.command("Emulation.setEmulatedMedia", features).await;
    }

    /// Switches the scripts of pages off. What a test asks is still answered.
    pub(super) async fn without_scripts(&self) {
        self.command("Emulation.setScriptExecutionDisabled", json!({ "value": true }))
            .await;
    }

    /// A picture of the whole page as it is at a size, which the window has afterwards.
    pub(super) async fn photograph(&self, size: Size, file: &Path) {
        let height: f64 = self.ask("return document.documentElement.scrollHeight", vec![]).await;
        let height = height.clamp(f64::from(size.height), TALLEST_PICTURE);
        // A window as tall as the page, so that what stands at its lower edge does not stand in the middle of the picture.
        self.resize(Size {
            width: size.width,
            height: height as u32,
        })
        .await;
        let picture = self.command("Page.captureScreenshot", json!({ "format": "png" })).await;
        write(file, &picture);
        self.resize(size).await;
    }

    /// The page as a printer gets it, on the paper that its style asks for.
    pub(super) async fn print(&self, file: &Path) -> Vec<u8> {
        let paper = self
            .command(
                "Page.printToPDF",
                json!({ "preferCSSPageSize": true, "printBackground": false }),
            )
            .await;
        write(file, &paper)
    }

    pub(super) async fn close(self) {
        self.client.close().await.unwrap();
    }
}

fn write(file: &Path, answer: &Json) -> Vec<u8> {
    let bytes = BASE64.decode(answer["data"].as_str().unwrap()).unwrap();
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, &bytes).unwrap();
    bytes
}

/// What chromedriver offers beyond the standard.
#[derive(Debug)]
enum Extension {
    Protocol { name: &'static str, parameters: Json },
    Log,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        let end = match self {
            Extension::Protocol { .. } => "goog/cdp/execute",
            Extension::Log => "se/log",
        };
        base.join(&format!("session/{}/{end}", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _address: &url::Url) -> (http::Method, Option<String>) {
        let body = match self {
            Extension::Protocol { name, parameters } => json!({ "cmd": name, "params": parameters }),
            Extension::Log => json!({ "type": "browser" }),
        };
        (http::Method::POST, Some(body.to_string()))
    }
}
