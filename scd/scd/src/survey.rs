//! What a run finds out before it plans: the root, the request checked against it, and what lies in it.

use std::path::Path;

use scd_magento::{
    Components, DefaultLocales, Inventory, Packages, Project, Template, Tree, resolve, templates,
};

use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::error::Error;
use crate::options::Options;

/// The root as it was opened.
pub(crate) struct Survey {
    pub(crate) project: Project,
}

/// What lies in the root, as far as the request wants it.
pub(crate) struct Scene {
    pub(crate) inventory: Inventory,
    pub(crate) packages: Packages,
    pub(crate) templates: Vec<Template>,
}

impl Survey {
    /// Opens the root and refuses what this version cannot follow.
    pub(crate) fn open(tree: &dyn Tree, root: &Path, options: &Options) -> Result<Self, Error> {
        let project = Project::open(tree, root, options.mode.as_deref())?;
        check_mode(&project, options)?;
        if project.config().translate_strategy() == "embedded" && !options.skip.javascript {
            return Err(Error::refused(
                "the configuration embeds translations into scripts (`dev/js/translate_strategy` is `embedded`), which scd does not do yet",
                "set it to `dictionary`, Magento's default, or deploy with bin/magento",
            ));
        }
        Ok(Self { project })
    }

    fn components(&self) -> Components<'_> {
        Components {
            root: self.project.root(),
            modules: self.project.modules(),
            themes: self.project.themes(),
        }
    }

    /// Lists the sources and finds the packages.
    pub(crate) fn scan(&self, tree: &dyn Tree, options: &Options) -> Result<Scene, Error> {
        let components = self.components();
        let inventory = Inventory::scan(&components, tree)?;
        let locales = self.default_locales();
        let packages = resolve(&components, &inventory, &options.selection, &locales)?;
        let templates = if options.skip.html_minify {
            Vec::new()
        } else {
            templates(self.project.root(), &inventory)?
        };
        Ok(Scene { inventory, packages, templates })
    }

    fn default_locales(&self) -> DefaultLocales {
        let mut locales = DefaultLocales::default();
        for locale in self.project.config().admin_locales() {
            if !locales.adminhtml.contains(locale) {
                locales.adminhtml.push(locale.clone());
            }
        }
        locales
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
            inventory: &self.inventory,
            packages: &self.packages,
            templates: &self.templates,
            tree,
            options,
        }
    }

    /// What was noticed about the root so far.
    pub(crate) fn findings(&self, survey: &Survey) -> Vec<Diagnostic> {
        let mut findings: Vec<Diagnostic> =
            survey.project.notices().iter().map(|finding| warning(finding)).collect();
        findings.extend(self.inventory.findings().iter().map(warning));
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

/// Mirrors `Magento\Deploy\Console\Command\App\...`: without `-f` only production mode deploys.
fn check_mode(project: &Project, options: &Options) -> Result<(), Error> {
    let mode = project.config().mode();
    if options.force || mode == "production" {
        return Ok(());
    }
    Err(Error::refused(
        format!(
            "manual static content deployment is not required in the mode `{mode}`, where files are made on demand"
        ),
        "use -f to deploy all the same, or switch to production mode",
    ))
}
