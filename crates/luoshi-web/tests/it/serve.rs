//! The accept loop on a real socket: what slow and silent clients meet, and how serving ends.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use luoshi_web::{ServeError, WebSettings, serve};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::site::TestSite;

struct Served {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServeError>>,
    _site: TestSite,
}

async fn served(settings: WebSettings) -> Served {
    let site = TestSite::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let app = Arc::clone(&site.app);
    let task = tokio::spawn(async move {
        serve(listener, app, settings, async {
            let _ = stopped.await;
        })
        .await
    });
    Served {
        address,
        stop,
        task,
        _site: site,
    }
}

/// Sends some bytes and reads until the server closes the connection. It blocks, so it runs beside the server.
async fn exchange(address: SocketAddr, bytes: &'static [u8]) -> String {
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        stream
            .read_to_end(&mut answer)
            .expect("the server closes the connection");
        String::from_utf8_lossy(&answer).into_owned()
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_and_slow_clients_are_let_go_and_others_are_served() {
    let served = served(WebSettings {
        head_timeout: Duration::from_millis(200),
        connection_limit: 2,
        ..WebSettings::default()
    })
    .await;
    assert_eq!(exchange(served.address, b"").await, "");
    let half = exchange(served.address, b"GET / HTTP/1.1\r\nHost: x\r\n").await;
    assert!(!half.contains("200 OK"), "{half}");
    let page = exchange(
        served.address,
        b"GET /sign-in HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert!(
        page.starts_with("HTTP/1.1 200 OK") && page.contains("</html>"),
        "{page}"
    );
    served.stop.send(()).unwrap();
    served.task.await.unwrap().unwrap();
    assert!(TcpStream::connect(served.address).is_err(), "nobody listens any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_no_origin_is_refused_at_the_start() {
    let settings = WebSettings {
        public_url: Some("luoshi.example/path".to_owned()),
        ..WebSettings::default()
    };
    let served = served(settings).await;
    assert!(matches!(served.task.await.unwrap(), Err(ServeError::PublicUrl(_))));
}
