//! `luoshi serve`: the site on a socket, with the worker of its jobs beside it, until somebody stops it.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use luoshi_app::App;
use luoshi_ledger::Actor;
use luoshi_web::ServeError;
use tokio::{net::TcpListener, sync::watch};
use tracing_subscriber::EnvFilter;

use crate::{
    exit::Exit,
    failure::Failure,
    output::{complain, print},
    settings::{LogFormat, Settings},
    site,
    words::{Words, text},
};

/// How often the server looks whether it still has its disk.
const DISK_GLANCE: Duration = Duration::from_millis(200);

/// Serves the site of the data folder; makes it where the folder is empty.
pub(crate) fn run(settings: &Settings, words: Words) -> Result<Exit, Failure> {
    settings.refuse_plain_http()?;
    start_log(settings)?;
    let place = settings.place()?;
    runtime()?.block_on(async {
        // Before the folder is touched, so that a taken port makes no site.
        let listener = listen(settings.listen).await?;
        let app = site::open_patiently(&place, |failure, pause| {
            complain(&failure.message(words));
            complain(&words.say_with("serve-waiting", &[("seconds", text(pause.as_secs()))]));
        })
        .await?;
        let stopped = stop_signal()?;
        if app.accounts(&Actor::console())?.is_empty() {
            print(&words.say_with("serve-no-accounts", &[("data", text(place.data.display()))]))?;
        }
        announce(settings, &listener, words)?;
        print(&words.say("serve-stop"))?;
        until_stopped(app, listener, settings, stopped).await?;
        print(&words.say("serve-stopped"))?;
        Ok(Exit::Done)
    })
}

/// The runtime that waits for sockets and writes.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|cause| Failure::Defect(cause.into()))
}

/// Takes the address before anything is promised to the user.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|cause| Failure::Listen { listen: address, cause })
}

/// Says where the site is, on a line of its own and flushed, since scripts wait for it. The caller says last how to stop it.
pub(super) fn announce(settings: &Settings, listener: &TcpListener, words: Words) -> Result<String, Failure> {
    let bound = listener.local_addr().map_err(|cause| Failure::Listen {
        listen: settings.listen,
        cause,
    })?;
    let address = settings.address(bound);
    print(&words.say_with("serve-address", &[("address", text(&address))]))?;
    Ok(address)
}

/// Serves until the system asks the program to end, then lets running requests and the present job finish.
pub(super) async fn until_stopped(
    app: Arc<App>,
    listener: TcpListener,
    settings: &Settings,
    stopped: impl Future<Output = ()> + Send,
) -> Result<(), Failure> {
    let (stop_jobs, stop) = watch::channel(false);
    let jobs = tokio::spawn(Arc::clone(&app).run_jobs(stop));
    let watched = Arc::clone(&app);
    let ended = async move {
        tokio::select! {
            () = stopped => {}
            () = disk_lost(&watched) => {}
        }
    };
    let served = luoshi_web::serve(listener, Arc::clone(&app), settings.web(), ended).await;
    // The worker has gone already where nobody listens; then there is nobody to wait for.
    let _nobody_listens = stop_jobs.send(true);
    jobs.await.map_err(|cause| Failure::Defect(cause.into()))?;
    served.map_err(|error| match error {
        ServeError::PublicUrl(address) => Failure::PublicUrl { address },
    })?;
    if app.has_lost_its_disk() {
        // A service manager starts a program again that ends with this.
        return Err(Failure::DiskLost {
            data: app.data_folder().to_owned(),
        });
    }
    Ok(())
}

/// Resolves when the disk has failed so that nothing more can be acknowledged.
async fn disk_lost(app: &App) {
    while !app.has_lost_its_disk() {
        tokio::time::sleep(DISK_GLANCE).await;
    }
}

/// Resolves on SIGINT (Ctrl+C) and SIGTERM (a service manager). Taken before the address is announced, so that nobody who has read it can
/// end the program in the middle of something.
#[cfg(unix)]
pub(super) fn stop_signal() -> Result<impl Future<Output = ()> + Send, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |cause: io::Error| Failure::Defect(cause.into());
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves on Ctrl+C.
#[cfg(not(unix))]
pub(super) fn stop_signal() -> Result<impl Future<Output = ()> + Send, Failure> {
    Ok(async {
        // Where the signal cannot be waited for, the program runs until the system ends it.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// Writes the log to the standard error output, as detailed as the settings say.
pub(super) fn start_log(settings: &Settings) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&settings.log)
        .map_err(|error| Failure::Setting(Box::new(figment::Error::from(format!("log: {error}")))))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    match settings.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}
