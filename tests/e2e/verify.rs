//! `scd verify` must see every kind of change, and none where there is none.

use scd_tests::fixture::{Fixture, copy_tree};
use scd_tests::run::{Run, run};
use scd_tests::shop::shop;

use crate::SCD;

const PACKAGE: &str = "pub/static/frontend/Acme/base/en_US";

/// Two equal deploys of one shop, the second one to be changed.
fn twins() -> (Fixture, Fixture) {
    let one = shop();
    one.write(
        "app/design/frontend/Acme/base/web/js/calc.js",
        "var total = function (price, count) { return price * count; };\n",
    );
    one.deploy(SCD, &["en_US"]).expect_code(0);
    let two = Fixture::empty();
    copy_tree(&one.root(), &two.root());
    (one, two)
}

fn verify(checked: &Fixture, reference: &Fixture) -> Run {
    let (root, against) = (checked.root(), reference.root());
    run(
        SCD,
        &[
            "verify",
            "--root",
            root.to_str().unwrap(),
            "--against",
            against.to_str().unwrap(),
        ],
        &[],
    )
}

#[track_caller]
fn seen(change: impl FnOnce(&Fixture), complaint: &str) {
    let (one, two) = twins();
    change(&two);
    let run = verify(&two, &one);
    assert_eq!(run.code, Some(1), "the change must be seen: {}", run.stdout);
    assert!(
        run.stdout.contains(complaint),
        "`{complaint}` is not in\n{}",
        run.stdout
    );
    assert!(run.stdout.contains("the trees differ"));
}

#[track_caller]
fn edit(fixture: &Fixture, path: &str, from: &str, to: &str) {
    let path = format!("{PACKAGE}/{path}");
    let text = fixture.read(&path);
    assert!(text.contains(from), "`{from}` is not in {text}");
    fixture.write(&path, text.replace(from, to));
}

#[test]
fn equal_trees_are_equal() {
    let (one, two) = twins();
    let run = verify(&two, &one).expect_code(0);
    assert!(run.stdout.contains("the trees are equal"), "{}", run.stdout);
}

#[test]
fn every_real_change_is_seen() {
    seen(
        |two| edit(two, "css/plain.min.css", "red", "#f01"),
        "css/plain.min.css",
    );
    seen(
        |two| edit(two, "css/plain.min.css", "b{color:blue}", ""),
        "css/plain.min.css",
    );
    seen(
        |two| {
            edit(
                two,
                "css/plain.min.css",
                "a{color:red}b{color:blue}",
                "b{color:blue}a{color:red}",
            )
        },
        "css/plain.min.css",
    );
    seen(
        |two| edit(two, "js/calc.min.js", "price*count", "price*price"),
        "js/calc.min.js",
    );
    seen(
        |two| {
            two.remove(&format!("{PACKAGE}/lib.min.js"));
        },
        "missing   frontend/Acme/base/en_US/lib.min.js",
    );
    seen(
        |two| {
            two.write(&format!("{PACKAGE}/more.png"), "x");
        },
        "extra     frontend/Acme/base/en_US/more.png",
    );
    seen(
        |two| edit(two, "images/i.png", "PNG", "GNP"),
        "images/i.png",
    );
    seen(
        |two| edit(two, "js-translation.json", "[]", "{}"),
        "js-translation.json",
    );
    seen(
        |two| {
            two.write(
                "var/view_preprocessed/pub/static/app/code/Acme/One/view/frontend/templates/a.phtml",
                "<p> <?= 2 ?></p>",
            );
        },
        "a.phtml",
    );
}

#[test]
fn changes_without_meaning_are_told_apart() {
    let (one, two) = twins();
    edit(
        &two,
        "css/plain.min.css",
        "a{color:red}",
        "a { color : #FF0000 ; }\n",
    );
    edit(
        &two,
        "js/calc.min.js",
        "price*count",
        "price * count /* twice */",
    );
    two.write("pub/static/deployed_version.txt", "7");
    let run = verify(&two, &one).expect_code(0);
    let row = run
        .stdout
        .lines()
        .find(|line| line.starts_with("frontend/Acme/base/en_US"))
        .unwrap();
    let columns: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(columns[3..], ["2", "0", "0", "0", "0"], "{}", run.stdout);
}

#[test]
fn bundles_are_compared_by_what_they_hold() {
    let (one, two) = twins();
    let bundle = |number: usize| format!("{PACKAGE}/js/bundle/bundle{number}.min.js");
    let holds = |fixture: &Fixture, number: &usize, entry: &str| {
        fixture.read(&bundle(*number)).contains(entry)
    };
    let numbers: Vec<usize> = (0..)
        .take_while(|&number| two.has(&bundle(number)))
        .collect();
    let find = |entry: &str| {
        *numbers
            .iter()
            .find(|number| holds(&one, number, entry))
            .unwrap()
    };
    let (first, second) = (find("\"lib.min.js\""), find("\"js/calc.min.js\""));
    let (first_text, second_text) = (two.read(&bundle(first)), two.read(&bundle(second)));
    two.write(&bundle(first), &second_text);
    two.write(&bundle(second), &first_text);
    verify(&two, &one).expect_code(0);
    two.write(&bundle(second), &second_text);
    let run = verify(&two, &one).expect_code(1);
    assert!(
        run.stdout.contains("no bundle holds `lib.min.js`"),
        "{}",
        run.stdout
    );
}

#[test]
fn the_result_can_be_had_as_json() {
    let (one, two) = twins();
    edit(&two, "css/plain.min.css", "red", "#f01");
    let (root, against) = (two.root(), one.root().join("pub/static"));
    let run = run(
        SCD,
        &[
            "verify",
            "--format=json",
            "--root",
            root.to_str().unwrap(),
            "--against",
            against.to_str().unwrap(),
        ],
        &[],
    )
    .expect_code(1);
    let result: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(result["equal"], false);
    let package = &result["packages"][1];
    assert_eq!(package["different"], 1, "{result}");
    assert_eq!(
        package["files"][0]["path"],
        "frontend/Acme/base/en_US/css/plain.min.css"
    );
}

#[test]
fn a_tree_that_is_not_there_is_an_error() {
    run(SCD, &["verify", "--against", "/no/such/tree"], &[])
        .expect_code(2)
        .expect_complaint("/no/such/tree");
}
