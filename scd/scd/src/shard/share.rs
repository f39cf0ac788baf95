//! Which packages a shard makes.
//!
//! Work is done once wherever it can be: packages with the same list of outputs want the same jobs, so they stay together as
//! long as that leaves the shards about equal; a list whose files alone would keep a machine busy for longer than its share
//! is cut. Each piece goes, heaviest first, where the load is least once it is there; jobs that a shard has already cost it
//! nothing more. The templates are a piece of their own.

use rustc_hash::FxHashMap;

use super::Shard;
use crate::context::Context;
use crate::derive::lists_of_ancestors;
use crate::plan::{Filling, JobId, PlacementList, Plan};

/// What writing one output costs, in the unit of a job's weight: about nanoseconds.
const OUTPUT_COST: u64 = 25_000;

/// What a shard makes of a plan.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Share {
    /// Indices of the packages that it makes, ascending.
    pub(crate) packages: Vec<usize>,
    /// The jobs that these need, ascending.
    pub(crate) jobs: Vec<JobId>,
    /// Whether it makes the templates.
    pub(crate) has_templates: bool,
}

/// What stays together.
struct Piece {
    packages: Vec<usize>,
    /// The lists whose jobs it needs.
    lists: Vec<usize>,
    has_templates: bool,
    /// What its outputs cost, whoever writes them.
    writing: u64,
    /// That, and all of its jobs.
    weight: u64,
}

/// The share of a shard.
pub(crate) fn share(plan: &Plan, context: &Context<'_>, shard: Shard) -> Share {
    let jobs = jobs_of_lists(plan);
    let pieces = pieces(plan, context, &jobs, u64::from(shard.count()));
    let mut shards: Vec<Load> = (0..shard.count()).map(|_| Load::new(plan)).collect();
    for piece in &pieces {
        let loads = shards.iter().map(|load| load.with(piece, plan, &jobs));
        let lightest = loads.enumerate().min_by_key(|&(index, load)| (load, index));
        if let Some((index, _)) = lightest {
            shards[index].add(piece, plan, &jobs);
        }
    }
    shards.swap_remove(shard.index()).share
}

/// The distinct jobs of each list, ascending, and behind them those of the templates.
fn jobs_of_lists(plan: &Plan) -> Vec<Vec<JobId>> {
    let of_list = |list: &PlacementList| {
        let jobs = list
            .placements
            .iter()
            .filter_map(|placement| match placement.filling {
                Filling::Job(job) => Some(job),
                Filling::Verbatim(_) => None,
            });
        distinct(jobs.collect())
    };
    let templates = distinct(plan.templates.iter().map(|(_, job)| *job).collect());
    plan.lists.iter().map(of_list).chain([templates]).collect()
}

fn distinct(mut jobs: Vec<JobId>) -> Vec<JobId> {
    jobs.sort_unstable();
    jobs.dedup();
    jobs
}

/// All pieces, heaviest first.
fn pieces(plan: &Plan, context: &Context<'_>, jobs: &[Vec<JobId>], count: u64) -> Vec<Piece> {
    let writing = |package: usize| {
        // An empty package has derived files, too.
        let outputs = plan.lists[plan.packages[package].list].placements.len() as u64 + 1;
        outputs * OUTPUT_COST
    };
    let templates = plan.templates.len() as u64 * OUTPUT_COST;
    let work: u64 = plan.jobs.iter().map(|job| job.weight).sum();
    let all = work + templates + (0..plan.packages.len()).map(writing).sum::<u64>();
    // Half of a fair share, so that what is placed last can still even things out.
    let largest = all / count / 2;
    let mut groups: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    let mut known: FxHashMap<Vec<usize>, usize> = FxHashMap::default();
    for (index, package) in plan.packages.iter().enumerate() {
        let mut lists = vec![package.list];
        lists.extend(lists_of_ancestors(index, plan, context));
        let group = *known.entry(lists.clone()).or_insert_with(|| {
            groups.push((lists, Vec::new()));
            groups.len() - 1
        });
        groups[group].1.push(index);
    }
    let piece = |packages: Vec<usize>, lists: &[usize]| {
        let writing = packages.iter().map(|&package| writing(package)).sum();
        let jobs = needed(lists, jobs);
        let weight = writing
            + jobs
                .iter()
                .map(|job| plan.jobs[job.index()].weight)
                .sum::<u64>();
        Piece {
            packages,
            lists: lists.to_vec(),
            has_templates: false,
            writing,
            weight,
        }
    };
    let mut pieces = Vec::new();
    for (lists, packages) in groups {
        let mut left = Vec::new();
        let mut cost = 0;
        for package in packages {
            if !left.is_empty() && cost + writing(package) > largest {
                pieces.push(piece(std::mem::take(&mut left), &lists));
                cost = 0;
            }
            cost += writing(package);
            left.push(package);
        }
        pieces.push(piece(left, &lists));
    }
    if !plan.templates.is_empty() {
        let lists = [plan.lists.len()];
        let mut piece = piece(Vec::new(), &lists);
        piece.writing += templates;
        piece.weight += templates;
        pieces.push(Piece {
            has_templates: true,
            ..piece
        });
    }
    // Equal weights keep the order of the plan.
    pieces.sort_by_key(|piece| std::cmp::Reverse(piece.weight));
    pieces
}

fn needed(lists: &[usize], jobs: &[Vec<JobId>]) -> Vec<JobId> {
    distinct(
        lists
            .iter()
            .flat_map(|&list| jobs[list].iter().copied())
            .collect(),
    )
}

/// What a shard has got so far.
struct Load {
    share: Share,
    /// By job.
    has: Vec<bool>,
    weight: u64,
}

impl Load {
    fn new(plan: &Plan) -> Self {
        Self {
            share: Share::default(),
            has: vec![false; plan.jobs.len()],
            weight: 0,
        }
    }

    /// What the load would be with a piece more.
    fn with(&self, piece: &Piece, plan: &Plan, jobs: &[Vec<JobId>]) -> u64 {
        let new = needed(&piece.lists, jobs)
            .into_iter()
            .filter(|job| !self.has[job.index()]);
        let work: u64 = new.map(|job| plan.jobs[job.index()].weight).sum();
        self.weight + piece.writing + work
    }

    fn add(&mut self, piece: &Piece, plan: &Plan, jobs: &[Vec<JobId>]) {
        self.weight = self.with(piece, plan, jobs);
        for job in needed(&piece.lists, jobs) {
            self.has[job.index()] = true;
        }
        self.share.packages.extend(&piece.packages);
        self.share.packages.sort_unstable();
        self.share.jobs = distinct([&self.share.jobs[..], &needed(&piece.lists, jobs)].concat());
        self.share.has_templates |= piece.has_templates;
    }
}
