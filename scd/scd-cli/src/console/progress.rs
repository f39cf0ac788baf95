//! Progress while jobs run: bars on a terminal, one line for each finished package elsewhere.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use scd::event::{Event, Observer};

use super::Console;
use super::visible::visible;

/// Shows the package table of a deploy.
pub(crate) struct Progress {
    console: Console,
    table: Mutex<Vec<Row>>,
    bars: MultiProgress,
}

struct Row {
    name: String,
    total: usize,
    done: AtomicUsize,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Nothing is shown until the plan is known.
    pub(crate) fn new(console: Console) -> Self {
        Self {
            console,
            table: Mutex::default(),
            bars: MultiProgress::new(),
        }
    }

    fn start(&self, packages: &[(String, usize)], pending: &[usize]) {
        let style =
            ProgressStyle::with_template("{prefix:<40} {pos:>6}/{len:<6} {bar:28} {percent:>3}%")
                .expect("the template is a constant")
                .progress_chars("=>-");
        let rows = packages
            .iter()
            .zip(pending)
            .map(|((name, total), &pending)| {
                let bar = self.console.is_live.then(|| {
                    let bar = self.bars.add(ProgressBar::new(*total as u64));
                    bar.set_style(style.clone());
                    bar.set_prefix(visible(name).into_owned());
                    bar.set_position((*total - pending) as u64);
                    bar
                });
                Row {
                    name: name.clone(),
                    total: *total,
                    done: AtomicUsize::new(*total - pending),
                    bar,
                }
            });
        let rows: Vec<Row> = rows.collect();
        for row in &rows {
            if row.done.load(Ordering::Relaxed) == row.total {
                self.finish(row);
            }
        }
        if let Ok(mut table) = self.table.lock() {
            *table = rows;
        }
    }

    fn finish(&self, row: &Row) {
        match &row.bar {
            Some(bar) => bar.finish(),
            None => self
                .console
                .say(&format!("{:<40} {}/{}", row.name, row.total, row.total)),
        }
    }
}

impl Observer for Progress {
    fn on(&self, event: Event<'_>) {
        match event {
            Event::Planned {
                packages, pending, ..
            } => self.start(packages, pending),
            Event::JobFinished {
                source, outputs, ..
            } => {
                let Ok(table) = self.table.lock() else { return };
                for &(package, count) in outputs {
                    let Some(row) = table.get(package as usize) else {
                        continue;
                    };
                    if self.console.verbosity > 0 {
                        self.console
                            .say(&format!("Processing file '{source}' for '{}'", row.name));
                    }
                    let done =
                        row.done.fetch_add(count as usize, Ordering::Relaxed) + count as usize;
                    if let Some(bar) = &row.bar {
                        bar.set_position(done as u64);
                    }
                    if done >= row.total {
                        self.finish(row);
                    }
                }
            }
            _ => {}
        }
    }
}
