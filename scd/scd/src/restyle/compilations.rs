//! What a run has compiled, written down so that the next one can compile some of it again without planning.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use scd_magento::minification::Terms;
use scd_magento::{Area, Minification, SourceId};
use scd_store::{Digest, Reader, Record, Writer};

use crate::context::Context;
use crate::derive::Rewritten;
use crate::diagnostic::Diagnostic;
use crate::execute::Products;
use crate::link::Replacements;
use crate::options::{Cache, Link, Options, Strategy};
use crate::package_sizes;
use crate::plan::{CssContext, Filling, JobId, Plan, Recipe};
use crate::sources::Sources;
use crate::stylesheet::closure::{Closure, ClosureFile};
use crate::stylesheet::language::Language;
use crate::stylesheet::prepared::PreparedFile;
use crate::warm::findings::{self, Files};
use crate::warm::key::BUILD;
use crate::warm::run_record::with_files;

/// The LESS jobs of a run with all that they depend on.
#[derive(Debug)]
pub(crate) struct Compilations {
    pub(super) minification: Minification,
    /// The directory of Composer's packages.
    pub(super) vendor: PathBuf,
    /// What all closures are compiled as.
    pub(super) language: Language,
    /// The packages of the run, each with its number of outputs that have a source.
    pub(super) packages: Vec<(String, usize)>,
    /// By the numbers that files know them by.
    pub(super) sources: Vec<KnownSource>,
    /// The distinct LESS files of all closures.
    pub(super) files: Vec<Arc<PreparedFile>>,
    /// In the order of the plan.
    pub(super) jobs: Vec<Compilation>,
    /// What else was found: before each of the jobs in the order of a report, and after the last one.
    pub(super) between: Vec<Vec<Diagnostic>>,
}

/// A source of stylesheets, as it was.
#[derive(Debug)]
pub(super) struct KnownSource {
    pub(super) path: PathBuf,
    pub(super) digest: Digest,
    /// Whether what it holds matters to nobody else, and to these compilations alone as LESS.
    pub(super) is_theirs_alone: bool,
}

/// One LESS job.
#[derive(Debug)]
pub(super) struct Compilation {
    entry: Arc<str>,
    parts: Vec<Part>,
    /// Of the closure.
    pub(super) digest: Digest,
    pub(super) minify: bool,
    pub(super) place: CssContext,
    pub(super) weight: u64,
    pub(super) outputs: Vec<CompiledOutput>,
    /// Of the bytes that came out.
    pub(super) product: Digest,
    pub(super) findings: Vec<Diagnostic>,
}

/// What a job fills.
#[derive(Debug)]
pub(super) struct CompiledOutput {
    /// The number of the package.
    pub(super) package: usize,
    /// The path in it.
    pub(super) path: String,
    /// What becomes of urls, where the output is not the very product of the job.
    pub(super) replacements: Replacements,
}

/// One file of a closure.
#[derive(Debug)]
enum Part {
    /// The number of a LESS file.
    Less(usize),
    Text {
        path: Arc<str>,
        source: SourceId,
        text: Arc<[u8]>,
    },
}

/// Whether runs with these options can go by what an earlier one has compiled.
fn are_of_use(options: &Options) -> bool {
    options.strategy != Strategy::Compact
        && options.cache != Cache::Off
        && options.shard.is_none()
        && options.bundle_order.is_none()
        && !options.exclusive
        && options.compression.is_off()
        && options.link == Link::Copy
        && options.keep_versions == 0
}

impl Compilations {
    /// What the jobs of a plan have come to; none where the next run could not go by it. Besides, what was found before the jobs and
    /// after them.
    pub(crate) fn of(
        plan: &Plan,
        products: &Products,
        rewritten: &[Vec<Rewritten>],
        [before, after]: &[Vec<Diagnostic>; 2],
        context: &Context<'_>,
        sources: &Sources<'_>,
    ) -> Option<Self> {
        if !are_of_use(context.options) {
            return None;
        }
        let mut numbers = Numbers::default();
        let elsewhere = used_elsewhere(plan);
        let mut outputs = outputs(plan, rewritten);
        let mut language = None;
        let mut jobs = Vec::new();
        let mut between = vec![before.clone()];
        for &id in &plan.wanted {
            let job = &plan.jobs[id.index()];
            let product = products.get(id);
            let Recipe::Less {
                closure,
                minify,
                context,
            } = &job.recipe
            else {
                let found = product.diagnostics.iter().cloned();
                between.last_mut()?.extend(found);
                continue;
            };
            language = Some(closure.language);
            let parts = closure.files.iter().map(|(path, file)| match file {
                ClosureFile::Less(file) => Part::Less(numbers.file(file)),
                ClosureFile::Text { source, text } => Part::Text {
                    path: path.clone(),
                    source: numbers.source(*source, false),
                    text: text.clone(),
                },
            });
            jobs.push(Compilation {
                entry: closure.entry.clone(),
                parts: parts.collect(),
                digest: closure.digest,
                minify: *minify,
                place: context.clone(),
                weight: job.weight,
                outputs: outputs.remove(&id).unwrap_or_default(),
                product: product.content.as_ref()?.digest(sources).ok()?,
                findings: product.diagnostics.clone(),
            });
            between.push(Vec::new());
        }
        between.last_mut()?.extend(after.iter().cloned());
        let known = numbers.sources.iter().map(|&(source, is_less)| {
            let is_used_otherwise =
                elsewhere.contains(&source) || plan.lookalikes.contains(&source);
            Some(KnownSource {
                path: sources.path(source).to_path_buf(),
                digest: sources.digest(source).ok()?,
                is_theirs_alone: is_less && !is_used_otherwise,
            })
        });
        Some(Self {
            minification: context.minification.clone(),
            vendor: context.project.vendor().to_path_buf(),
            language: language?,
            packages: package_sizes(plan),
            sources: known.collect::<Option<_>>()?,
            files: numbers.files,
            jobs,
            between,
        })
    }

    /// The closure of a job, of the files as they are known now.
    pub(super) fn closure(&self, job: &Compilation) -> Closure {
        let parts = job.parts.iter().map(|part| match part {
            Part::Less(number) => {
                let file = &self.files[*number];
                (file.path.clone(), ClosureFile::Less(file.clone()))
            }
            Part::Text { path, source, text } => {
                let (source, text) = (*source, text.clone());
                (path.clone(), ClosureFile::Text { source, text })
            }
        });
        let files: BTreeMap<_, _> = parts.collect();
        Closure::new(job.entry.clone(), files, self.language)
    }

    /// Everything that was found, in the order of a run.
    pub(super) fn findings(&self) -> Vec<Diagnostic> {
        let own = self.jobs.iter().map(|job| job.findings.as_slice());
        let own = own.chain(std::iter::once([].as_slice()));
        let parts = self.between.iter().zip(own);
        let all = parts.flat_map(|(between, own)| between.iter().chain(own));
        all.cloned().collect()
    }

    /// What was kept at `path` under that number.
    pub(crate) fn load(path: &Path, id: u64) -> Option<Self> {
        let record = Record::load(path, &kind(id))?;
        let mut reader = Reader::new(record.payload());
        let known = with_files(|files| Self::unpack(&mut reader, files))?;
        reader.is_at_end().then_some(known)
    }

    /// Keeps everything at `path`.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn save(&self, path: &Path, id: u64) -> Result<(), scd_store::Error> {
        let mut writer = Writer::new();
        with_files(|files| self.pack(&mut writer, files));
        Record::save(path, &kind(id), &writer.finish())
    }

    fn pack(&self, writer: &mut Writer, files: &Files<'_>) {
        for terms in self.minification.terms() {
            writer.flag(terms.store).flag(terms.default);
            writer.list(&terms.excludes, |writer, exclusion| {
                writer.text(exclusion);
            });
        }
        writer
            .flag(self.minification.templates())
            .bytes(self.vendor.as_os_str().as_bytes());
        for byte in self.language.bytes() {
            writer.number(u64::from(byte));
        }
        writer.list(&self.packages, |writer, (name, count)| {
            writer.text(name).length(*count);
        });
        writer.list(&self.sources, |writer, source| {
            writer
                .bytes(source.path.as_os_str().as_bytes())
                .digest(&source.digest)
                .flag(source.is_theirs_alone);
        });
        writer.list(&self.files, |writer, file| file.pack(writer));
        writer.list(&self.jobs, |writer, job| job.pack(writer, files));
        writer.list(&self.between, |writer, between| {
            findings::write(writer, between, files);
        });
    }

    fn unpack(reader: &mut Reader<'_>, files: &Files<'_>) -> Option<Self> {
        let path =
            |reader: &mut Reader<'_>| Some(PathBuf::from(OsStr::from_bytes(reader.bytes()?)));
        let mut terms = [Terms::default(), Terms::default()];
        for terms in &mut terms {
            terms.store = reader.flag()?;
            terms.default = reader.flag()?;
            terms.excludes = reader.list(|reader| Some(reader.text()?.to_owned()))?;
        }
        let known = Self {
            minification: Minification::of_terms(terms, reader.flag()?).ok()?,
            vendor: path(reader)?,
            language: {
                let mut bytes = [0; 4];
                for byte in &mut bytes {
                    *byte = u8::try_from(reader.number()?).ok()?;
                }
                Language::of_bytes(bytes)?
            },
            packages: reader.list(|reader| Some((reader.text()?.to_owned(), reader.length()?)))?,
            sources: reader.list(|reader| {
                Some(KnownSource {
                    path: path(reader)?,
                    digest: reader.digest()?,
                    is_theirs_alone: reader.flag()?,
                })
            })?,
            files: reader.list(|reader| PreparedFile::unpack(reader).map(Arc::new))?,
            jobs: reader.list(|reader| Compilation::unpack(reader, files))?,
            between: reader.list(|reader| findings::read(reader, files))?,
        };
        known.is_consistent().then_some(known)
    }

    /// Whether every number leads somewhere.
    fn is_consistent(&self) -> bool {
        let is_source = |source: SourceId| (source.0 as usize) < self.sources.len();
        let is_part = |part: &Part| match part {
            Part::Less(number) => *number < self.files.len(),
            Part::Text { source, .. } => is_source(*source),
        };
        let is_entry = |job: &Compilation, part: &Part| match part {
            Part::Less(number) => self.files[*number].path == job.entry,
            Part::Text { .. } => false,
        };
        self.files.iter().all(|file| is_source(file.source))
            && self.jobs.iter().all(|job| {
                let is_package = |output: &CompiledOutput| output.package < self.packages.len();
                job.parts.iter().all(is_part)
                    && job.parts.iter().any(|part| is_entry(job, part))
                    && job.outputs.iter().all(is_package)
            })
            && self.between.len() == self.jobs.len() + 1
    }
}

impl Compilation {
    /// Whether one of these LESS files is among its parts.
    pub(super) fn has_any(&self, files: &FxHashSet<usize>) -> bool {
        let is_one = |part: &Part| matches!(part, Part::Less(number) if files.contains(number));
        self.parts.iter().any(is_one)
    }

    fn pack(&self, writer: &mut Writer, files: &Files<'_>) {
        writer.text(&self.entry);
        writer.list(&self.parts, |writer, part| match part {
            Part::Less(number) => {
                writer.flag(true).length(*number);
            }
            Part::Text { path, source, text } => {
                writer.flag(false).text(path);
                writer.number(u64::from(source.0)).bytes(text);
            }
        });
        writer
            .digest(&self.digest)
            .flag(self.minify)
            .text(self.place.area.as_str())
            .text(&self.place.package)
            .text(&self.place.path)
            .number(self.weight);
        writer.list(&self.outputs, |writer, output| {
            writer.length(output.package).text(&output.path);
            let replacements: Vec<_> = output.replacements.iter().collect();
            writer.list(&replacements, |writer, (url, target)| {
                writer.bytes(url).bytes(target);
            });
        });
        writer.digest(&self.product);
        findings::write(writer, &self.findings, files);
    }

    fn unpack(reader: &mut Reader<'_>, files: &Files<'_>) -> Option<Self> {
        let part = |reader: &mut Reader<'_>| {
            if reader.flag()? {
                return Some(Part::Less(reader.length()?));
            }
            Some(Part::Text {
                path: reader.text()?.into(),
                source: SourceId(u32::try_from(reader.number()?).ok()?),
                text: reader.bytes()?.into(),
            })
        };
        Some(Self {
            entry: reader.text()?.into(),
            parts: reader.list(part)?,
            digest: reader.digest()?,
            minify: reader.flag()?,
            place: CssContext {
                area: Area::new(reader.text()?),
                package: reader.text()?.into(),
                path: reader.text()?.into(),
            },
            weight: reader.number()?,
            outputs: reader.list(|reader| {
                Some(CompiledOutput {
                    package: reader.length()?,
                    path: reader.text()?.to_owned(),
                    replacements: reader
                        .list(|reader| Some((reader.bytes()?.to_vec(), reader.bytes()?.to_vec())))?
                        .into_iter()
                        .collect(),
                })
            })?,
            product: reader.digest()?,
            findings: findings::read(reader, files)?,
        })
    }
}

fn kind(id: u64) -> Digest {
    Digest::of(format!("scd compilations {BUILD} {id}").as_bytes())
}

/// Files and sources by numbers, each given when it is met first.
#[derive(Default)]
struct Numbers {
    files: Vec<Arc<PreparedFile>>,
    /// By the identity of the file.
    file_numbers: FxHashMap<*const PreparedFile, usize>,
    /// With whether they are used as LESS only.
    sources: Vec<(SourceId, bool)>,
    source_numbers: FxHashMap<SourceId, u32>,
}

impl Numbers {
    fn source(&mut self, source: SourceId, is_less: bool) -> SourceId {
        let next = u32::try_from(self.sources.len()).expect("no more than in the inventory");
        let number = *self.source_numbers.entry(source).or_insert(next);
        if number == next {
            self.sources.push((source, true));
        }
        self.sources[number as usize].1 &= is_less;
        SourceId(number)
    }

    fn file(&mut self, file: &Arc<PreparedFile>) -> usize {
        let source = self.source(file.source, true);
        let next = self.files.len();
        let number = *self.file_numbers.entry(Arc::as_ptr(file)).or_insert(next);
        if number == next {
            self.files.push(Arc::new(file.numbered(source)));
        }
        number
    }
}

/// Sources that something else than LESS is made from.
fn used_elsewhere(plan: &Plan) -> FxHashSet<SourceId> {
    let placements = plan.lists.iter().flat_map(|list| &list.placements);
    let verbatim = placements.filter_map(|placement| match placement.filling {
        Filling::Verbatim(source) => Some(source),
        Filling::Job(_) => None,
    });
    let recipes = plan.jobs.iter().filter_map(|job| match job.recipe {
        Recipe::Script { source }
        | Recipe::Css { source, .. }
        | Recipe::Html { source }
        | Recipe::Template { source } => Some(source),
        Recipe::Less { .. } => None,
    });
    verbatim.chain(recipes).collect()
}

/// The outputs that each job fills. `rewritten` are the stylesheets of each package in which urls became something else.
fn outputs(plan: &Plan, rewritten: &[Vec<Rewritten>]) -> FxHashMap<JobId, Vec<CompiledOutput>> {
    let mut outputs: FxHashMap<JobId, Vec<CompiledOutput>> = FxHashMap::default();
    for (number, (package, rewritten)) in plan.own_packages().zip(rewritten).enumerate() {
        for placement in &plan.lists[package.list].placements {
            if let Filling::Job(job) = placement.filling
                && matches!(plan.jobs[job.index()].recipe, Recipe::Less { .. })
            {
                let mut rewritten = rewritten.iter();
                let own = rewritten.find(|(path, _)| *path == placement.path);
                outputs.entry(job).or_default().push(CompiledOutput {
                    package: number,
                    path: placement.path.to_string(),
                    replacements: own.map_or_else(Replacements::new, |(_, own)| own.clone()),
                });
            }
        }
    }
    outputs
}
