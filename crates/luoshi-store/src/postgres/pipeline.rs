//! Lets requests that are sent together be answered together. The driver ends each of its requests with a `Sync`, at which the server sends
//! what it has to say and lets whoever waits be woken. Of those that are sent together only the last keeps its `Sync` on the way to the server, as in
//! the pipelines of the server's own library; on the way back the driver is shown what it expects.
//!
//! It knows frames of the protocol (version 3.0, "Frontend/Backend Protocol" in the manual of PostgreSQL) by their kind and length, and reads
//! nothing in them. A request that is no prepared statement keeps its end: it is passed on as it is.
//!
//! Outside a transaction statements between two of these ends would be undone together, so whoever sends several there waits for each.

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::{Future, Ready, ready},
    io,
    mem::MaybeUninit,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};

/// How many bytes are taken from the server at once.
const READ_AT_ONCE: usize = 8 * 1024;

/// The kind of a frame and its length, which counts itself.
const HEADER: usize = 5;

/// Kinds of frames that the driver sends.
mod to_server {
    pub(super) const BIND: u8 = b'B';
    pub(super) const EXECUTE: u8 = b'E';
    pub(super) const PARSE: u8 = b'P';
    pub(super) const QUERY: u8 = b'Q';
    pub(super) const SYNC: u8 = b'S';
}

/// Kinds of frames that the server sends.
mod to_driver {
    pub(super) const COMMAND_COMPLETE: u8 = b'C';
    pub(super) const EMPTY_QUERY: u8 = b'I';
    pub(super) const ERROR: u8 = b'E';
    pub(super) const PORTAL_SUSPENDED: u8 = b's';
    pub(super) const READY_FOR_QUERY: u8 = b'Z';
}

/// Ready, inside a transaction. The driver does not look at the last byte.
const READY: &[u8] = b"Z\0\0\0\x05T";

/// What the server says of a statement after one that failed, here said of those that it passes over in silence.
const PASSED_OVER: &[u8] = b"E\0\0\0\x45SERROR\0VERROR\0C25P02\0Mpassed over: a statement before it failed\0\0";

/// By what the answer to a request ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The server says that it is ready for the next.
    Ready,
    /// A statement is executed, and the server goes on to the next.
    Executed,
}

/// What is on its way. It moves no bytes itself.
#[derive(Debug, Default)]
struct Exchange {
    /// Whether the server has let the driver in. Before that frames have other forms.
    is_open: bool,
    /// What the server has still to answer, in order.
    awaited: VecDeque<End>,
}

impl Exchange {
    /// Takes the whole frames of `sent`, and adds to `out` what the server is to get. Only requests that come at once are taken together.
    fn send(&mut self, sent: &mut BytesMut, out: &mut BytesMut) {
        let mut before = None;
        while let Some(length) = frame(sent) {
            let kind = sent[0];
            match kind {
                to_server::SYNC if before == Some(to_server::EXECUTE) && begins_statement(&sent[length..]) => {
                    self.awaited.push_back(End::Executed);
                    sent.advance(length);
                }
                _ => {
                    if matches!(kind, to_server::SYNC | to_server::QUERY) {
                        self.awaited.push_back(End::Ready);
                    }
                    out.extend_from_slice(&sent[..length]);
                    sent.advance(length);
                }
            }
            before = Some(kind);
        }
    }

    /// Takes the whole frames of `received`, and adds to `shown` what the driver is to see.
    fn receive(&mut self, received: &mut BytesMut, shown: &mut BytesMut) {
        while let Some(length) = frame(received) {
            let kind = received[0];
            shown.extend_from_slice(&received[..length]);
            received.advance(length);
            match kind {
                to_driver::READY_FOR_QUERY => {
                    self.is_open = true;
                    self.awaited.pop_front();
                }
                to_driver::COMMAND_COMPLETE | to_driver::EMPTY_QUERY | to_driver::PORTAL_SUSPENDED => {
                    self.show_end(shown);
                }
                to_driver::ERROR if self.show_end(shown) => {
                    // The server says nothing more until the next `Sync`, which belongs to a request that it passes over too.
                    shown.extend_from_slice(PASSED_OVER);
                    while self.show_end(shown) {
                        shown.extend_from_slice(PASSED_OVER);
                    }
                }
                _ => {}
            }
        }
    }

    /// Ends the answer to a request that has no `Sync` of its own; says whether it was one.
    fn show_end(&mut self, shown: &mut BytesMut) -> bool {
        let is_one = self.awaited.front() == Some(&End::Executed);
        if is_one {
            self.awaited.pop_front();
            shown.extend_from_slice(READY);
        }
        is_one
    }
}

/// The length of the frame at the beginning, once all of it is there.
fn frame(bytes: &[u8]) -> Option<usize> {
    let header = bytes.get(1..HEADER)?;
    let length = header.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)) + 1;
    (bytes.len() >= length).then_some(length)
}

/// Whether a request to execute a statement begins here, which is answered when the statement before it has gone well.
fn begins_statement(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(&(to_server::BIND | to_server::PARSE)))
}

/// A stream to a server on which requests that are sent together are answered together.
pub(super) struct Pipeline<S> {
    stream: S,
    exchange: Exchange,
    /// The beginning of a frame of the driver.
    sent: BytesMut,
    /// What the stream has not taken yet.
    out: BytesMut,
    /// The beginning of a frame of the server.
    received: BytesMut,
    /// What the driver has not taken yet.
    shown: BytesMut,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Pipeline<S> {
    fn new(stream: S) -> Self {
        Self {
            stream,
            exchange: Exchange::default(),
            sent: BytesMut::new(),
            out: BytesMut::new(),
            received: BytesMut::new(),
            shown: BytesMut::new(),
        }
    }

    fn poll_out(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.out.is_empty() {
            match Pin::new(&mut self.stream).poll_write(context, &self.out) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(taken)) => self.out.advance(taken),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Pipeline<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, wanted: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.shown.is_empty() {
            let mut room = [MaybeUninit::uninit(); READ_AT_ONCE];
            let mut read = ReadBuf::uninit(&mut room);
            match Pin::new(&mut this.stream).poll_read(context, &mut read) {
                Poll::Ready(Ok(())) if read.filled().is_empty() => return Poll::Ready(Ok(())),
                Poll::Ready(Ok(())) => this.received.extend_from_slice(read.filled()),
                unready => return unready,
            }
            this.exchange.receive(&mut this.received, &mut this.shown);
        }
        let taken = this.shown.len().min(wanted.remaining());
        wanted.put_slice(&this.shown[..taken]);
        this.shown.advance(taken);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Pipeline<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if !this.exchange.is_open {
            return Pin::new(&mut this.stream).poll_write(context, bytes);
        }
        // What is taken and does not go out yet goes with the next call; one that finds the stream full takes nothing more.
        match this.poll_out(context) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Pending => return Poll::Pending,
        }
        this.sent.extend_from_slice(bytes);
        this.exchange.send(&mut this.sent, &mut this.out);
        match this.poll_out(context) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            _ => Poll::Ready(Ok(bytes.len())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match this.poll_out(context) {
            Poll::Ready(Ok(())) => Pin::new(&mut this.stream).poll_flush(context),
            unready => unready,
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match this.poll_out(context) {
            Poll::Ready(Ok(())) => Pin::new(&mut this.stream).poll_shutdown(context),
            unready => unready,
        }
    }
}

impl<S: TlsStream + Unpin> TlsStream for Pipeline<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.stream.channel_binding()
    }
}

/// Opens connections on which requests that are sent together are answered together: encrypted ones by what is inside, and those that need no
/// encryption without anything inside.
#[derive(Clone)]
pub(super) struct Pipelined<T>(pub(super) T);

impl<S, T> MakeTlsConnect<S> for Pipelined<T>
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: MakeTlsConnect<S>,
    T::TlsConnect: Send + 'static,
    <T::TlsConnect as TlsConnect<S>>::Future: Send + 'static,
{
    type Stream = Pipeline<T::Stream>;
    type TlsConnect = Pipelined<T::TlsConnect>;
    type Error = T::Error;

    fn make_tls_connect(&mut self, domain: &str) -> Result<Self::TlsConnect, Self::Error> {
        self.0.make_tls_connect(domain).map(Pipelined)
    }
}

impl<S, T> TlsConnect<S> for Pipelined<T>
where
    T: TlsConnect<S>,
    T::Future: Send + 'static,
{
    type Stream = Pipeline<T::Stream>;
    type Error = T::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Stream, T::Error>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        let opening = self.0.connect(stream);
        Box::pin(async { opening.await.map(Pipeline::new) })
    }
}

/// What opens a connection that is not encrypted.
#[derive(Clone)]
pub(super) struct Plain;

/// A stream as it is.
pub(super) struct PlainStream<S>(S);

impl<S: AsyncRead + AsyncWrite + Unpin> MakeTlsConnect<S> for Plain {
    type Stream = PlainStream<S>;
    type TlsConnect = Plain;
    type Error = Infallible;

    fn make_tls_connect(&mut self, _domain: &str) -> Result<Self, Infallible> {
        Ok(Plain)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsConnect<S> for Plain {
    type Stream = PlainStream<S>;
    type Error = Infallible;
    type Future = Ready<Result<PlainStream<S>, Infallible>>;

    fn connect(self, stream: S) -> Self::Future {
        ready(Ok(PlainStream(stream)))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for PlainStream<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for PlainStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        wanted: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, wanted)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for PlainStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_frame(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + HEADER - 1).unwrap();
        [&[kind], length.to_be_bytes().as_slice(), body].concat()
    }

    fn frames(kinds: &str) -> Vec<u8> {
        kinds.bytes().flat_map(|kind| a_frame(kind, b"body")).collect()
    }

    fn kinds(mut bytes: &[u8]) -> String {
        let mut kinds = String::new();
        while let Some(length) = frame(bytes) {
            kinds.push(char::from(bytes[0]));
            bytes = &bytes[length..];
        }
        assert!(bytes.is_empty(), "a frame is whole");
        kinds
    }

    fn open() -> Exchange {
        let mut exchange = Exchange::default();
        // Letting the driver in: asked for a password, let in, two settings, ready.
        assert_eq!(received(&mut exchange, "RRSSZ"), "RRSSZ");
        assert!(exchange.is_open && exchange.awaited.is_empty());
        exchange
    }

    fn sent(exchange: &mut Exchange, kinds_of_frames: &str) -> String {
        let (mut sent, mut out) = (BytesMut::from(frames(kinds_of_frames).as_slice()), BytesMut::new());
        exchange.send(&mut sent, &mut out);
        assert!(sent.is_empty());
        kinds(&out)
    }

    fn received(exchange: &mut Exchange, kinds_of_frames: &str) -> String {
        let mut shown = BytesMut::new();
        let mut received = BytesMut::new();
        // However the network cuts it.
        for byte in frames(kinds_of_frames) {
            received.extend_from_slice(&[byte]);
            exchange.receive(&mut received, &mut shown);
        }
        assert!(received.is_empty());
        kinds(&shown)
    }

    #[test]
    fn only_the_last_of_those_that_are_sent_together_keeps_its_end_and_each_is_answered() {
        let mut exchange = open();
        assert_eq!(sent(&mut exchange, "BESBESPBDES"), "BEBEPBDES");
        assert_eq!(received(&mut exchange, "2DDC2C12TDCZ"), "2DDCZ2CZ12TDCZ");
        assert!(exchange.awaited.is_empty());
        // One alone, and one after another.
        for _ in 0..2 {
            assert_eq!(sent(&mut exchange, "BES"), "BES");
            assert_eq!(received(&mut exchange, "2NCZ"), "2NCZ");
        }
    }

    #[test]
    fn what_is_no_statement_to_be_executed_keeps_its_end() {
        let mut exchange = open();
        // A script before and after, and a statement that is prepared between.
        assert_eq!(sent(&mut exchange, "QBESQPDSBES"), "QBESQPDSBES");
        assert_eq!(received(&mut exchange, "CCZ2CZCZ1tTZ2CZ"), "CCZ2CZCZ1tTZ2CZ");
        // Bytes that are copied in belong to the statement before them.
        assert_eq!(sent(&mut exchange, "BESdcS"), "BESdcS");
        assert_eq!(received(&mut exchange, "2GCZZ"), "2GCZZ");
        assert!(exchange.awaited.is_empty());
    }

    #[test]
    fn those_after_one_that_fails_are_said_to_be_passed_over() {
        for (answers, shown) in [
            ("EZ", "EZEZEZ"),
            ("2CEZ", "2CZEZEZ"),
            ("2C2CEZ", "2CZ2CZEZ"),
            // A statement can fail when half of its rows are there.
            ("2C2DEZ", "2CZ2DEZEZ"),
        ] {
            let mut exchange = open();
            assert_eq!(sent(&mut exchange, "BESBESBES"), "BEBEBES");
            assert_eq!(received(&mut exchange, answers), shown);
            assert!(exchange.awaited.is_empty());
            // The next are none of its business.
            assert_eq!(sent(&mut exchange, "BESBES"), "BEBES");
            assert_eq!(received(&mut exchange, "2C2CZ"), "2CZ2CZ");
        }
        assert_eq!(frame(PASSED_OVER), Some(PASSED_OVER.len()));
        assert_eq!(frame(READY), Some(READY.len()));
    }

    #[test]
    fn a_request_that_comes_in_pieces_is_answered_all_the_same() {
        let mut exchange = open();
        let (mut pieces, mut out) = (BytesMut::new(), BytesMut::new());
        for byte in frames("BESBES") {
            pieces.extend_from_slice(&[byte]);
            exchange.send(&mut pieces, &mut out);
        }
        assert_eq!(kinds(&out), "BESBES");
        assert_eq!(received(&mut exchange, "2CZ2CZ"), "2CZ2CZ");
        assert!(exchange.awaited.is_empty());
    }
}
