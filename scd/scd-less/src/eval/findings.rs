//! What was found while a compile went on: the errors of statements that were left out, and warnings.
//!
//! A statement that fails is recorded where its list is evaluated, and the next one follows, so that one run tells all that is
//! wrong with an entry. The first finding is what less.php would have ended with. What may only be a consequence of an earlier
//! failure stays silent: names that a lost file, a lost statement or a failed call may have defined.

use rustc_hash::FxHashSet;

use super::math::MathState;
use super::node::{Env, FileId, Place};
use super::problem::{Kind, Outcome, Problem};
use super::{Compiler, Default};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Step};
use crate::source::Location;
use crate::value::Text;

/// The findings of a compile.
#[derive(Default)]
pub(crate) struct Findings {
    list: Vec<Finding>,
    errors: u32,
    /// Whether there were more errors than are kept.
    is_cut: bool,
    /// How often all files were searched for a name.
    searches: std::cell::Cell<u32>,
    seen: FxHashSet<(Option<Place>, String)>,
    /// Whether a file is missing, so that every name may be.
    is_incomplete: bool,
    /// Whether a call failed, so that what it would have brought may be missing.
    has_failed_call: bool,
    /// Names that unreadable statements may have defined.
    lost_names: FxHashSet<Text>,
    /// Variables that are known to lead to themselves.
    cyclic: FxHashSet<Text>,
}

/// A finding, and the file in which the outermost step that led to it stands.
struct Finding {
    diagnostic: Diagnostic,
    outermost: Option<FileId>,
}

impl Findings {
    /// Whether all files may be searched for a name once more: for some errors, not for thousands.
    pub(super) fn may_search(&self) -> bool {
        const MOST: u32 = 200;
        self.searches.set(self.searches.get().saturating_add(1));
        self.searches.get() <= MOST
    }

    /// How many there are; those from a number on are what was found since.
    pub(super) fn count(&self) -> usize {
        self.list.len()
    }

    /// Whether there is an error among them.
    pub(super) fn has_errors(&self) -> bool {
        self.errors > 0
    }
}

/// What is the same before and after a statement, unless the statement fails.
#[derive(Clone, Copy)]
pub(super) struct Footing {
    depth: u32,
    mixin_depth: u32,
    math: MathState,
    important: usize,
    open_uses: usize,
    open_media: usize,
}

impl<'a> Compiler<'a> {
    /// The state to go back to should a statement fail.
    pub(super) fn footing(&self, env: &Env<'a>) -> Footing {
        Footing {
            depth: self.depth,
            mixin_depth: self.mixin_depth,
            math: self.math,
            important: self.important.len(),
            open_uses: self.open_uses.len(),
            open_media: env.media_path.len(),
        }
    }

    /// Records why a statement failed and goes back to where the next one can be evaluated.
    ///
    /// # Errors
    /// The problem itself if it is one that ends the compile: a limit.
    #[cold]
    pub(super) fn recover(
        &mut self,
        problem: Box<Problem>,
        footing: Footing,
        env: &mut Env<'a>,
    ) -> Outcome<()> {
        if problem.is_limit() {
            return Err(problem);
        }
        self.depth = footing.depth;
        self.mixin_depth = footing.mixin_depth;
        self.math = footing.math;
        self.important.truncate(footing.important);
        self.open_uses.truncate(footing.open_uses);
        self.default = Default::Unset;
        env.media_path.truncate(footing.open_media);
        if footing.open_media == 0 {
            env.media_blocks.clear();
        }
        self.record(*problem);
        Ok(())
    }

    /// Notes that a call failed: what it would have defined may be missing.
    pub(super) fn note_failed_call(&mut self) {
        self.findings.has_failed_call = true;
    }

    /// The findings with the imports that led to them: warnings only, or errors and then warnings.
    pub(super) fn finish(&mut self) -> Result<Diagnostics, Diagnostics> {
        let findings = std::mem::take(&mut self.findings);
        let (mut errors, mut warnings) = (Vec::new(), Vec::new());
        for Finding {
            mut diagnostic,
            outermost,
        } in findings.list
        {
            if let Some(file) = outermost {
                let at = diagnostic.location.as_ref();
                self.import_chain(file, at, &mut diagnostic.chain);
            }
            if diagnostic.severity == Severity::Warning {
                warnings.push(diagnostic);
            } else {
                errors.push(diagnostic);
            }
        }
        if errors.is_empty() {
            return Ok(warnings.into_iter().collect());
        }
        if findings.is_cut {
            let mut more = Diagnostic::error("further errors are not shown");
            more.hint = Some("correct those above first".to_owned());
            errors.push(more);
        }
        Err(errors.into_iter().chain(warnings).collect())
    }

    /// Adds a problem to the findings unless it is there already or follows from another one.
    #[cold]
    pub(crate) fn record(&mut self, problem: Problem) {
        let is_error = problem.severity != Severity::Warning;
        if is_error && self.findings.errors >= self.options.limits.errors {
            self.findings.is_cut = true;
            return;
        }
        if is_error && self.is_consequence(&problem) {
            return;
        }
        if !self
            .findings
            .seen
            .insert((problem.place, problem.message.clone()))
        {
            return;
        }
        self.findings.is_incomplete |= matches!(problem.kind, Kind::Import);
        // Finding a place takes as long as its line.
        if problem.severity == Severity::Warning && self.has_enough_warnings() {
            return;
        }
        let outermost = problem.place.map(|(file, _)| file);
        let diagnostics = self.diagnose(problem);
        self.add(diagnostics, outermost);
    }

    /// Adds what is wrong with a file that was loaded.
    pub(super) fn add_parse_errors(&mut self, file: FileId) {
        let sheet = self.files[file.0 as usize].sheet;
        if sheet.errors().is_empty() {
            return;
        }
        for name in sheet.lost_names() {
            self.findings.lost_names.insert(Text::clone(name));
        }
        self.add(sheet.errors().clone(), Some(file));
    }

    fn has_enough_warnings(&self) -> bool {
        self.findings.list.len() as u64 >= 4 * u64::from(self.options.limits.errors)
    }

    fn add(&mut self, diagnostics: Diagnostics, outermost: Option<FileId>) {
        let limit = self.options.limits.errors;
        for diagnostic in diagnostics {
            if diagnostic.severity != Severity::Warning {
                if self.findings.errors >= limit {
                    self.findings.is_cut = true;
                    continue;
                }
                self.findings.errors += 1;
            } else if self.has_enough_warnings() {
                continue;
            }
            self.findings.list.push(Finding {
                diagnostic,
                outermost,
            });
        }
    }

    /// Notes a call around everything that was found since there were `before` findings.
    #[cold]
    pub(super) fn note_call(
        &mut self,
        before: usize,
        action: &'static str,
        name: &str,
        place: Place,
    ) {
        const LONGEST: usize = 32;
        let location = self.locate(place);
        for Finding {
            diagnostic: finding,
            outermost,
        } in &mut self.findings.list[before..]
        {
            *outermost = Some(place.0);
            if finding.location.is_none() {
                finding.location = Some(location.clone());
            }
            let is_new = finding.location.as_ref() != Some(&location)
                && finding.chain.iter().all(|step| step.location != location);
            if is_new && finding.chain.len() < LONGEST {
                finding.chain.push(Step {
                    action,
                    name: name.to_owned(),
                    location: location.clone(),
                });
            }
        }
    }

    /// Whether an undefined name may be undefined only because something failed before.
    fn is_consequence(&mut self, problem: &Problem) -> bool {
        let (name, is_variable) = match &problem.kind {
            Kind::Variable(name) => (name, true),
            Kind::Mixin(name) => (name, false),
            Kind::Cycle(names) => {
                let cyclic = &mut self.findings.cyclic;
                let is_known = names.first().is_some_and(|name| cyclic.contains(name));
                cyclic.extend(names.iter().cloned());
                return is_known;
            }
            _ => return false,
        };
        if !self.findings.has_errors() {
            return false;
        }
        if self.findings.is_incomplete {
            return true;
        }
        let first = name.split([' ', '>']).next().unwrap_or_default();
        if self.findings.lost_names.contains(first) {
            return true;
        }
        self.findings.has_failed_call
            && (!self.findings.may_search() || self.is_defined_somewhere(first, is_variable))
    }

    /// Adds the imports that led to a file, innermost first, those that come round in a circle once. `at` is the place of the
    /// finding, which is told already.
    pub(super) fn import_chain(&self, file: FileId, at: Option<&Location>, chain: &mut Vec<Step>) {
        const LONGEST: usize = 64;
        let mut file = file;
        while let Some(place) = self.files[file.0 as usize].imported_at
            && chain.len() < LONGEST
        {
            let location = self.locate(place);
            if at != Some(&location) && chain.iter().all(|step| step.location != location) {
                chain.push(Step {
                    action: "import",
                    name: self.files[file.0 as usize].sheet.source().name.to_string(),
                    location,
                });
            }
            file = place.0;
        }
    }
}
