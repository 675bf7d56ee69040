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

/// hyper waits for ever for a client that reads nothing, and a thousand of them held every place.
#[tokio::test(flavor = "multi_thread")]
async fn who_reads_nothing_is_let_go() {
    let served = served(WebSettings {
        write_timeout: Duration::from_millis(300),
        connection_limit: 1,
        ..WebSettings::default()
    })
    .await;
    let address = served.address;
    let page = tokio::task::spawn_blocking(move || {
        let mut deaf = TcpStream::connect(address).unwrap();
        deaf.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
        // Answers to all of these fit into no buffer between the two ends.
        let request = b"GET /static/luoshi.css HTTP/1.1\r\nHost: x\r\n\r\n".repeat(4000);
        let _ended_early = deaf.write_all(&request);
        // There is one place, and the next one in gets it although the first is still there.
        let mut next = TcpStream::connect(address).unwrap();
        next.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        next.write_all(b"GET /sign-in HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = Vec::new();
        next.read_to_end(&mut answer).expect("the next one is served");
        drop(deaf);
        String::from_utf8_lossy(&answer).into_owned()
    })
    .await
    .unwrap();
    assert!(page.starts_with("HTTP/1.1 200 OK"), "{page}");
    served.stop.send(()).unwrap();
    served.task.await.unwrap().unwrap();
}

/// One client could take every place that there is.
#[tokio::test(flavor = "multi_thread")]
async fn one_client_takes_no_more_than_its_share() {
    let served = served(WebSettings {
        connections_per_client: 2,
        ..WebSettings::default()
    })
    .await;
    let address = served.address;
    let (refused, later) = tokio::task::spawn_blocking(move || {
        let held = [(); 2].map(|()| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(b"GET /sign-in HTTP/1.1\r\n").unwrap();
            stream
        });
        let mut third = TcpStream::connect(address).unwrap();
        third.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let refused = matches!(third.read(&mut [0]), Ok(0) | Err(_));
        drop(held);
        // The server sees the end of a connection a moment after the client has closed it.
        let later = (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let _closed_already = stream.write_all(b"GET /sign-in HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).is_ok() && answer.starts_with(b"HTTP/1.1 200")
        });
        (refused, later)
    })
    .await
    .unwrap();
    assert!(refused && later, "{refused} {later}");
    served.stop.send(()).unwrap();
    served.task.await.unwrap().unwrap();
}
