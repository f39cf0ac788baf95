//! Knockout templates: shorter, or the same bytes.

use scd_minify::html::html;

fn minified(source: &str) -> String {
    String::from_utf8(html(source.as_bytes()).bytes).expect("text")
}

#[test]
fn white_space_goes_and_bindings_stay() {
    let source =
        "<div  data-bind=\"text: a  &gt; 'b'\"   class='x'>\n    <p>one   two</p>\n</div>\n";
    assert_eq!(
        minified(source),
        "<div  data-bind=\"text: a  &gt; 'b'\"   class='x'><p>one two</p></div>"
    );
}

#[test]
fn virtual_elements_stay() {
    let source = "<ul>\n    <!-- ko foreach: items -->\n    <li  text=\"a\"></li>\n    <!-- /ko -->\n</ul>\n";
    let written = minified(source);
    assert!(written.contains("<!-- ko foreach: items -->"), "{written}");
    assert!(written.contains("<!-- /ko -->"), "{written}");
    assert!(written.contains("<li  text=\"a\"></li>"), "{written}");
    assert!(written.len() < source.len());
}

#[test]
fn what_is_not_safe_is_left_alone() {
    let sources = [
        "<pre>  a  </pre>   <p>b</p>",
        "<script>  a()  </script>   <p>b</p>",
        "<div data-bind=\"a   <p>",
        "<p>a</p></div>   <p>b</p>",
        "a < b     c",
    ];
    for source in sources {
        assert_eq!(minified(source), source);
    }
}
