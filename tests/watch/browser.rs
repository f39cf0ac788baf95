//! The client script in a real browser: stylesheets are exchanged in the page, scripts load it again past the cache.
//!
//! Needs `SCD_CHROMIUM`, the program.

use std::sync::mpsc::Receiver;
use std::time::Duration;

use scd_tests::browser::Browser;
use scd_tests::edits::shop;
use scd_tests::say::say;
use scd_tests::server::serve;

use crate::command::start;
use crate::events::script;

/// Waits until the page is as it is to be.
#[track_caller]
fn state(
    states: &Receiver<Vec<u8>>,
    is_wanted: impl Fn(&serde_json::Value) -> bool,
) -> serde_json::Value {
    loop {
        let state = states
            .recv_timeout(Duration::from_secs(60))
            .expect("the page changes in time");
        let state: serde_json::Value =
            serde_json::from_slice(&state).expect("the page answers in JSON");
        if is_wanted(&state) {
            return state;
        }
    }
}

#[test]
fn stylesheets_are_exchanged_and_scripts_reload_the_page() {
    let Some(program) = std::env::var_os("SCD_CHROMIUM") else {
        say(
            "stylesheets_are_exchanged_and_scripts_reload_the_page: skipped: SCD_CHROMIUM is not set",
        );
        return;
    };
    let shop = shop();
    shop.write("lib/web/lib.js", "window.lib = 1;\n");
    let (watch, _) = start(&shop, &["--livereload=127.0.0.1:0"]);
    let page = include_str!("page.html").replace("%SCRIPT%", &script(&watch));
    let (address, states) = serve(&shop.root().join("pub/static"), page);
    let _browser = Browser::open(&program, &format!("http://{address}/page"));
    let first = state(&states, |state| {
        state["color"] == "rgb(255, 0, 0)" && state["listens"] == true
    });

    let partial = "app/design/frontend/Acme/base/web/css/source/_x.less";
    shop.write(partial, "@c: #0000ff;\n");
    let styled = state(&states, |state| state["color"] == "rgb(0, 0, 255)");
    assert_eq!(styled["born"], first["born"], "the page was loaded again");

    shop.write(partial, "@c: @nope;\n");
    let failed = state(&states, |state| state["problem"].is_string());
    assert!(
        failed["problem"]
            .as_str()
            .is_some_and(|text| text.contains("_x.less:1:")),
        "{failed}"
    );
    assert_eq!(failed["color"], "rgb(0, 0, 255)");
    shop.write(partial, "@c: #00ff00;\n");
    let mended = state(&states, |state| {
        state["color"] == "rgb(0, 255, 0)" && state["problem"].is_null()
    });
    assert_eq!(mended["born"], first["born"], "the page was loaded again");

    shop.write("lib/web/lib.js", "window.lib = 2;\n");
    // The stylesheet, which a browser may keep for a year, is the new one, too.
    let reloaded = state(&states, |state| {
        state["lib"] == 2 && state["color"] == "rgb(0, 255, 0)"
    });
    assert_ne!(reloaded["born"], first["born"]);
    assert_eq!(watch.interrupt().0, Some(0));
}
