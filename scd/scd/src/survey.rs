//! What a run finds out before it plans: the root, the request checked against it, and what lies in it.

use std::path::Path;

use scd_magento::{
    Components, DefaultLocales, IntegrityStorage, Inventory, Minification, Mode, Packages, Project,
    Selection, Template, Tree, resolve, templates,
};

use crate::context::Context;
use crate::customised::{self, Customised};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::error::Error;
use crate::options::Options;
use crate::slice::Slices;
use crate::stylesheet::language::{self, Language};

/// The root as it was opened.
pub(crate) struct Survey {
    pub(crate) project: Project,
    pub(crate) minification: Minification,
    pub(crate) mode: Mode,
    pub(crate) language: Language,
    /// What is to be said about the choice of the language.
    language_finding: Option<Diagnostic>,
    /// What the root changes of Magento.
    customised: Customised,
}

/// What lies in the root, as far as the request wants it.
pub(crate) struct Scene {
    pub(crate) inventory: Inventory,
    pub(crate) packages: Packages,
    pub(crate) templates: Vec<Template>,
    /// Themes that were asked for under other names.
    folded: Vec<Diagnostic>,
}

impl Survey {
    /// Opens the root and refuses what this version cannot follow.
    pub(crate) fn open(tree: &dyn Tree, root: &Path, options: &Options) -> Result<Self, Error> {
        let project = Project::open(tree, root, &options.environment)?;
        let mode = mode(&project, options.mode.as_deref())?;
        check_mode(mode, options)?;
        let minification = project.minification_in(mode)?;
        let (installed, chosen) = (project.features().less, options.less_dialect);
        Ok(Self {
            language: Language::of_root(installed, chosen, mode),
            language_finding: language::finding(installed, chosen).filter(|_| !options.skip.css),
            customised: Customised::find(&project, &minification, options),
            project,
            minification,
            mode,
        })
    }

    /// Why a run could come out another way than Magento's.
    pub(crate) fn obstacles(&self, options: &Options) -> Vec<Diagnostic> {
        let mut reasons = Vec::new();
        if self.mode != Mode::Production
            && !options.skip.css
            && customised::compiles_in_browser(&self.project)
        {
            reasons.push(
                Diagnostic::error("the configuration leaves LESS to the browser (`dev/front_end_development_workflow/type` is `client_side_compilation`)")
                    .with_hint("set it to `server_side_compilation`, or deploy in production mode"),
            );
        }
        if !options.allow_customised {
            reasons.extend(self.customised.concerning.iter().cloned());
        }
        for reason in &mut reasons {
            reason.severity = Severity::Error;
        }
        reasons
    }

    /// Lists the sources and finds the packages.
    pub(crate) fn scan(&self, tree: &dyn Tree, options: &Options) -> Result<Scene, Error> {
        let components = Components::from(&self.project);
        let inventory = Inventory::scan(&components, tree)?;
        let (selection, folded) = self.selection(options);
        // As in PHP, the configured list is looked at only where no locale is asked for.
        let asks_for_default = |group: &scd_magento::Group| !group.locales.is_named();
        let locales = if selection.groups.iter().any(asks_for_default) {
            DefaultLocales::read(self.project.config())?
        } else {
            DefaultLocales::default()
        };
        let packages = resolve(&components, &inventory, &selection, &locales)?;
        let templates = if options.skip.html_minify {
            Vec::new()
        } else {
            templates(self.project.root(), &inventory)?
        };
        Ok(Scene {
            inventory,
            packages,
            templates,
            folded,
        })
    }

    /// What is asked for, with themes under their registered names.
    /// Mirrors `Magento\MagentoCloud\StaticContent\ThemeResolver`.
    fn selection(&self, options: &Options) -> (Selection, Vec<Diagnostic>) {
        let mut selection = options.selection.clone();
        let mut folded = Vec::new();
        if !options.fold_theme_case {
            return (selection, folded);
        }
        let themes = self.project.themes().registered();
        let is_registered = |name: &str| themes.iter().any(|theme| theme.id.code.as_str() == name);
        for group in &mut selection.groups {
            for name in group
                .themes
                .include
                .iter_mut()
                .chain(&mut group.themes.exclude)
            {
                let meant = themes
                    .iter()
                    .map(|theme| theme.id.code.as_str())
                    .find(|code| code.eq_ignore_ascii_case(name) && !is_registered(name));
                if let Some(meant) = meant {
                    let message = format!("there is no theme `{name}`; `{meant}` is taken for it");
                    folded.push(Diagnostic::warning(message).with_hint("correct `SCD_MATRIX`"));
                    meant.clone_into(name);
                }
            }
        }
        folded.dedup();
        (selection, folded)
    }
}

impl Scene {
    /// What every further step may look at.
    pub(crate) fn context<'a>(
        &'a self,
        survey: &'a Survey,
        tree: &'a dyn Tree,
        options: &'a Options,
    ) -> Context<'a> {
        Context {
            project: &survey.project,
            minification: &survey.minification,
            mode: survey.mode,
            language: survey.language,
            inventory: &self.inventory,
            packages: &self.packages,
            templates: &self.templates,
            tree,
            options,
            slices: Slices::default(),
        }
    }

    /// What was noticed about the root so far.
    pub(crate) fn findings(&self, survey: &Survey) -> Vec<Diagnostic> {
        let mut findings: Vec<Diagnostic> = survey.project.notices.iter().map(warning).collect();
        findings.extend(self.folded.iter().cloned());
        findings.extend(survey.language_finding.iter().cloned());
        findings.extend(survey.customised.concerning.iter().cloned());
        findings.extend(survey.customised.others.iter().cloned());
        if survey.project.integrity() == Some(IntegrityStorage::Cache) {
            findings.push(
                Diagnostic::warning(
                    "the installed Magento_Csp keeps integrity hashes of scripts in Magento's cache, which scd cannot fill",
                )
                .with_hint("flush Magento's cache after the deploy: the hash of an older script would block the new one"),
            );
        }
        findings.extend(self.inventory.findings().iter().map(warning));
        if self.packages.packages.is_empty() {
            findings.push(
                Diagnostic::warning("no package is selected, so there is nothing to deploy")
                    .with_hint(
                        "check the areas, themes and locales that are asked for and left out",
                    ),
            );
        }
        findings.extend(self.packages.findings.iter().map(warning));
        findings
    }
}

fn warning(finding: &scd_magento::Finding) -> Diagnostic {
    let mut diagnostic =
        Diagnostic::new(Severity::Warning, &finding.message).at(Place::file(&finding.path));
    diagnostic.hint = finding.hint.clone();
    diagnostic
}

/// The mode of this run: the environment's, else that of `app/etc/env.php`.
pub(crate) fn mode(project: &Project, word: Option<&str>) -> Result<Mode, Error> {
    let Some(word) = word else {
        return Ok(project.config().mode()?);
    };
    Mode::parse(word).ok_or_else(|| {
        Error::refused(
            format!("unknown application mode `{word}` in `MAGE_MODE`"),
            "there are `production`, `default` and `developer`",
        )
    })
}

/// Without `-f` only production mode deploys. Mirrors `Magento\Deploy\Console\Command\App\SensitiveConfigSet\...`.
fn check_mode(mode: Mode, options: &Options) -> Result<(), Error> {
    if options.force || mode == Mode::Production {
        return Ok(());
    }
    let word = if mode == Mode::Developer {
        "developer"
    } else {
        "default"
    };
    Err(Error::refused(
        format!(
            "in the mode `{word}` static files are made on demand, so there is nothing to deploy"
        ),
        "use -f to deploy all the same, or switch to production mode",
    ))
}
