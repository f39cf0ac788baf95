//! The requests: several at once, redirects followed, each with its status and time.
//!
//! Mirrors `Magento\MagentoCloud\Http\PoolFactory` with Guzzle's defaults: `GET`, up to five redirects, and a status of 400
//! or more is a failure. Guzzle waits for ever; here each page has a time limit.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The most redirects that are followed.
const REDIRECTS: u32 = 5;

/// How long a page that failed is left alone before it is requested again.
const PAUSE: Duration = Duration::from_secs(1);

/// How pages are requested.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// How many at once.
    pub(super) concurrency: usize,
    /// For each attempt.
    pub(super) timeout: Duration,
    /// How often a page that failed for the time being is requested again.
    pub(super) retries: u8,
}

/// What came of a page.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    /// The page.
    pub(super) url: String,
    /// The last status; none where there was no answer.
    pub(super) status: Option<u16>,
    /// Why there is no answer, or not all of it.
    pub(super) error: Option<String>,
    /// From the request to the first byte of the answer, redirects included; none where there was no answer.
    pub(super) first_byte: Option<Duration>,
    /// From the request to the last byte.
    pub(super) elapsed: Duration,
    /// How often it was requested.
    pub(super) attempts: u8,
}

impl Visit {
    /// Whether the page was warmed up.
    pub(super) fn is_fine(&self) -> bool {
        self.error.is_none() && self.status.is_some_and(|status| status < 400)
    }

    /// Whether another attempt may come to something else.
    fn may_pass(&self) -> bool {
        self.error.is_some() || self.status.is_some_and(|status| status >= 500)
    }
}

/// Requests all pages, in order, several at a time; those that had not begun when `interrupted` went up are left out.
pub(super) fn visit(urls: &[String], manner: &Manner, interrupted: &AtomicBool) -> Vec<Visit> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(REDIRECTS)
        .timeout_global(Some(manner.timeout))
        .user_agent(concat!("scd/", env!("CARGO_PKG_VERSION"), " (warm-up)"))
        .build()
        .into();
    let next = AtomicUsize::new(0);
    let visits = Mutex::new(Vec::with_capacity(urls.len()));
    let work = || {
        while !interrupted.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(url) = urls.get(index) else { break };
            let mut visit = request(&agent, url);
            while visit.may_pass()
                && visit.attempts <= manner.retries
                && !interrupted.load(Ordering::Relaxed)
            {
                thread::sleep(PAUSE);
                let attempts = visit.attempts + 1;
                visit = Visit {
                    attempts,
                    ..request(&agent, url)
                };
            }
            if let Ok(mut visits) = visits.lock() {
                visits.push((index, visit));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..manner.concurrency.min(urls.len()) {
            scope.spawn(work);
        }
    });
    let mut visits = visits.into_inner().unwrap_or_default();
    visits.sort_by_key(|(index, _)| *index);
    visits.into_iter().map(|(_, visit)| visit).collect()
}

fn request(agent: &ureq::Agent, url: &str) -> Visit {
    let started = Instant::now();
    let mut visit = Visit {
        url: url.to_owned(),
        status: None,
        error: None,
        first_byte: None,
        elapsed: Duration::ZERO,
        attempts: 1,
    };
    match agent.get(url).call() {
        Ok(mut response) => {
            visit.first_byte = Some(started.elapsed());
            visit.status = Some(response.status().as_u16());
            // A page is made while it is read.
            let read = io::copy(&mut response.body_mut().as_reader(), &mut io::sink());
            visit.error = read.err().map(|error| error.to_string());
        }
        Err(error) => visit.error = Some(error.to_string()),
    }
    visit.elapsed = started.elapsed();
    visit
}
