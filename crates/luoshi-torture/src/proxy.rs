//! A proxy on the loopback that treats connections as bad networks do: late, slow, cut, silent.
//!
//! It reads nothing of what passes but how many bytes there are.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::Result;

/// How long a silent connection is held at most.
const LONGEST_SILENCE: Duration = Duration::from_secs(60);
/// Pause between two looks at whether the proxy is over.
const GLANCE: Duration = Duration::from_millis(5);

/// What happens to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// Every part is late by so much.
    Late(Duration),
    /// The question passes, and the connection ends when the answer comes, before a byte of it: after the commit, before the answer.
    CutBeforeAnswer,
    /// The answer ends after so many bytes.
    CutAnswerAfter(usize),
    /// The question ends after so many bytes, and the connection with it.
    CutQuestionAfter(usize),
    /// The question passes, the answer does not, and the connection stays open.
    HalfOpen,
    /// Nothing passes, and the connection stays open.
    BlackHole,
    /// So many bytes pass at once, each after a pause of ten milliseconds.
    Slow(usize),
    /// The connection is torn down while the question is under way, with a reset.
    Reset,
}

/// A proxy before one address.
pub(crate) struct Proxy {
    address: SocketAddr,
    fault: Arc<Mutex<Fault>>,
    over: Arc<AtomicBool>,
    acceptor: Option<JoinHandle<()>>,
}

impl Proxy {
    /// A proxy before `site` that harms nothing yet.
    pub(crate) fn before(site: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let fault = Arc::new(Mutex::new(Fault::None));
        let over = Arc::new(AtomicBool::new(false));
        let (present, ended) = (Arc::clone(&fault), Arc::clone(&over));
        let acceptor = thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                let Ok((client, _)) = listener.accept() else {
                    thread::sleep(GLANCE);
                    continue;
                };
                let fault = *present.lock().unwrap_or_else(PoisonError::into_inner);
                let ended = Arc::clone(&ended);
                thread::spawn(move || {
                    // A connection that breaks is what this is for.
                    let _broken = carry(client, site, fault, &ended);
                });
            }
        });
        Ok(Self {
            address,
            fault,
            over,
            acceptor: Some(acceptor),
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Treats every connection from now on so.
    pub(crate) fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(acceptor) = self.acceptor.take() {
            let _never_panics = acceptor.join();
        }
    }
}

fn carry(mut client: TcpStream, site: SocketAddr, fault: Fault, over: &AtomicBool) -> Result<()> {
    client.set_nonblocking(false)?;
    client.set_nodelay(true)?;
    match fault {
        Fault::BlackHole => {
            hold(over);
            return Ok(());
        }
        Fault::Reset => {
            // Closing while received bytes are unread makes the system send a reset.
            client.read_exact(&mut [0; 16])?;
            return Ok(());
        }
        _ => {}
    }
    let mut server = TcpStream::connect(site)?;
    server.set_nodelay(true)?;
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    let question = thread::spawn(move || {
        let _broken = pass(&mut from_client, &mut to_server, fault, Way::Question);
        if matches!(fault, Fault::CutQuestionAfter(_)) {
            let _ended_already = from_client.shutdown(Shutdown::Both);
            let _ended_already = to_server.shutdown(Shutdown::Both);
        }
    });
    let _broken = match fault {
        Fault::CutBeforeAnswer => server.read(&mut [0; 1]).map(|_| ()),
        Fault::HalfOpen => {
            hold(over);
            Ok(())
        }
        _ => pass(&mut server, &mut client, fault, Way::Answer),
    };
    let _ended_already = client.shutdown(Shutdown::Both);
    let _ended_already = server.shutdown(Shutdown::Both);
    let _never_panics = question.join();
    Ok(())
}

fn hold(over: &AtomicBool) {
    let mut held = Duration::ZERO;
    while held < LONGEST_SILENCE && !over.load(Ordering::Relaxed) {
        thread::sleep(GLANCE);
        held += GLANCE;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Question,
    Answer,
}

fn pass(from: &mut TcpStream, to: &mut TcpStream, fault: Fault, way: Way) -> std::io::Result<()> {
    let mut room = match (fault, way) {
        (Fault::CutAnswerAfter(bytes), Way::Answer) | (Fault::CutQuestionAfter(bytes), Way::Question) => bytes,
        _ => usize::MAX,
    };
    let mut part = [0; 4096];
    let most = if let Fault::Slow(bytes) = fault {
        bytes
    } else {
        part.len()
    };
    while room > 0 {
        let most = most.min(room).min(part.len());
        let count = from.read(part.get_mut(..most).unwrap_or_default())?;
        if count == 0 {
            return Ok(());
        }
        match fault {
            Fault::Late(pause) => thread::sleep(pause),
            Fault::Slow(_) => thread::sleep(Duration::from_millis(10)),
            _ => {}
        }
        to.write_all(part.get(..count).unwrap_or_default())?;
        room -= count;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Connection, Trouble};

    /// Answers every question with two bytes.
    fn site() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                thread::spawn(move || {
                    let mut bytes = [0; 4096];
                    while stream.read(&mut bytes).is_ok_and(|count| count > 0) {
                        let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
                    }
                });
            }
        });
        address
    }

    fn asked(fault: Fault) -> Result<u16, Trouble> {
        let proxy = Proxy::before(site()).unwrap();
        proxy.set(fault);
        let mut connection = Connection::to(proxy.address(), Duration::from_millis(500));
        connection.ask("GET", "/", &[], &[]).map(|answer| answer.status)
    }

    #[test]
    fn each_fault_looks_to_a_client_as_it_should() {
        for harmless in [Fault::None, Fault::Late(Duration::from_millis(20)), Fault::Slow(16)] {
            assert_eq!(asked(harmless).unwrap(), 200, "{harmless:?}");
        }
        for cut in [
            Fault::CutBeforeAnswer,
            Fault::CutAnswerAfter(20),
            Fault::CutQuestionAfter(10),
            Fault::Reset,
        ] {
            assert!(matches!(asked(cut), Err(Trouble::Cut(_))), "{cut:?}");
        }
        for silent in [Fault::HalfOpen, Fault::BlackHole] {
            assert!(matches!(asked(silent), Err(Trouble::Late)), "{silent:?}");
        }
    }
}
