//! Opening a real Magento tree. Needs `SCD_REFERENCE_ROOT`.

#![expect(
    clippy::print_stdout,
    reason = "figures for whoever runs the tests by hand"
)]

use std::path::PathBuf;
use std::time::Instant;

use scd_magento::{
    Area, ComponentKind, Environment, FsTree, LessDialect, Project, ThemeCode, ThemeId,
};

#[test]
fn opens_the_reference_tree() {
    let Some(root) = std::env::var_os("SCD_REFERENCE_ROOT").map(PathBuf::from) else {
        println!("skipped: SCD_REFERENCE_ROOT is not set");
        return;
    };
    let start = Instant::now();
    let project = Project::open(&FsTree, &root, &Environment::default()).unwrap();
    println!("opened in {:?}", start.elapsed());
    for component in &project.registrations().components {
        let kind = component.kind.word();
        println!(
            "REG {kind} {} {}",
            component.name,
            component.directory.display()
        );
    }
    for notice in &project.notices {
        println!("NOTICE {}: {}", notice.path.display(), notice.message);
    }
    for found in project.customisations() {
        println!("CUSTOM {found:?}");
    }
    let count = |kind| project.registrations().of(kind).count();
    // As counted by PHP's own ComponentRegistrar in the same tree.
    assert_eq!(project.registrations().file_count, 371);
    assert_eq!(count(ComponentKind::Module), 356);
    assert_eq!(count(ComponentKind::Theme), 3);
    assert_eq!(count(ComponentKind::Language), 7);
    assert_eq!(count(ComponentKind::Library), 4);
    assert_eq!(count(ComponentKind::Setup), 1);

    let luma = ThemeId {
        area: Area::from("frontend"),
        code: ThemeCode::from("Magento/luma"),
    };
    let names: Vec<String> = project
        .themes()
        .chain(&luma)
        .iter()
        .map(|theme| theme.id.to_string())
        .collect();
    assert_eq!(names, ["frontend/Magento/luma", "frontend/Magento/blank"]);

    let mode = project.config().mode().unwrap();
    let minification = project.minification_in(mode).unwrap();
    assert_eq!(
        minification.excludes("js"),
        ["/tiny_mce/", "/v1/songbird", "/pay.google.com/"]
    );
    assert_eq!(
        minification.excludes("css"),
        ["/tiny_mce/", "/pay.google.com/"]
    );
    let features = project.features();
    assert_eq!(features.less, Some(LessDialect::Three));
    assert_eq!(project.integrity(), None);
    assert_eq!(features.cssmin.as_deref(), Some("4.1.1"));
    assert_eq!(features.framework.as_deref(), Some("103.0.6"));

    let view = project.view_config(&FsTree, &luma).unwrap();
    assert_eq!(view.bundle_kilobytes().unwrap(), 1024);
    assert_eq!(view.excluded_files.len(), 21);
    assert_eq!(view.excluded_directories.len(), 20);
    assert_eq!(view.excluded_files[0], "Lib::chartjs/Chart.min.js");

    let unknown = project.customisations().iter().filter(|c| !c.is_known);
    assert_eq!(unknown.count(), 0);
    let known = project.customisations().iter().filter(|c| c.is_known);
    assert_eq!(known.count(), 1);
}
