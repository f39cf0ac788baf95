//! `requirejs-config.js` and `requirejs-min-resolver.js`: the texts, not the choice of their parts.
//!
//! Mirrors `Magento\Framework\RequireJs\Config`. Both texts are what PHP writes with minification off, byte for byte; with
//! minification on they go through the script minifier as a whole.

use memchr::memmem;

const CONFIG_START: &[u8] = b"(function(require){\n";
const PART_START: &[u8] = b"(function() {\n";
const PART_END: &[u8] = b"\nrequire.config(config);\n})();\n";
const CONFIG_END: &[u8] = b"\n\n\n})(require);";

/// What PHP's template calls a place for more code; nothing is ever put there, wherever it occurs.
const PLACEHOLDER: &[u8] = b"%usages%";

/// Joins the collected `requirejs-config.js` files, in their order, into the one of a package.
///
/// Each file becomes the body of a function that ends by handing its variable `config` to RequireJS, so that no file sees
/// the variables of another. Nothing is merged and nothing overrides anything: the last word has RequireJS.
#[must_use]
pub fn assemble(parts: &[&[u8]]) -> Vec<u8> {
    let size = parts
        .iter()
        .map(|part| part.len() + PART_START.len() + PART_END.len())
        .sum::<usize>();
    let mut text = Vec::with_capacity(size + CONFIG_START.len() + CONFIG_END.len());
    text.extend_from_slice(CONFIG_START);
    for part in parts {
        text.extend_from_slice(PART_START);
        push_without_placeholder(&mut text, part);
        text.extend_from_slice(PART_END);
    }
    text.extend_from_slice(CONFIG_END);
    text
}

/// Appends `part` without any `%usages%`, which PHP replaces by nothing in the joined text. No occurrence can reach over
/// the ends of a part, since the text around it has no `%`.
fn push_without_placeholder(text: &mut Vec<u8>, part: &[u8]) {
    let mut rest = part;
    while let Some(index) = memmem::find(rest, PLACEHOLDER) {
        text.extend_from_slice(&rest[..index]);
        rest = &rest[index + PLACEHOLDER.len()..];
    }
    text.extend_from_slice(rest);
}

/// The script that makes RequireJS ask for `x.min.js` where `x.js` is meant.
///
/// `excludes` are the patterns of files that are not minified, as they stand in the configuration: regular expressions
/// without delimiters, in which only `/` is escaped. The page needs exactly this list and order.
#[must_use]
pub fn min_resolver(excludes: &[String]) -> Vec<u8> {
    let mut condition = String::from("url.indexOf(baseUrl)===0");
    for exclude in excludes {
        condition.push_str("&&!url.match(/");
        condition.push_str(&exclude.replace('/', "\\/"));
        condition.push_str("/)");
    }
    format!(
        r"    (function () {{
        var ctx = require.s.contexts._,
            origNameToUrl = ctx.nameToUrl,
            baseUrl = ctx.config.baseUrl;

        ctx.nameToUrl = function() {{
            var url = origNameToUrl.apply(ctx, arguments);
            if ({condition}) {{
                url = url.replace(/(\.min)?\.js$/, '.min.js');
            }}
            return url;
        }};
    }})();"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assembled(parts: &[&str]) -> String {
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        String::from_utf8(assemble(&parts)).unwrap()
    }

    #[test]
    fn parts_are_wrapped_and_joined() {
        assert_eq!(
            assembled(&["var config = {deps:[\"x\"]};\n", "var config={a:1}"]),
            "(function(require){\n\
             (function() {\nvar config = {deps:[\"x\"]};\n\nrequire.config(config);\n})();\n\
             (function() {\nvar config={a:1}\nrequire.config(config);\n})();\n\
             \n\n\n})(require);"
        );
    }

    #[test]
    fn no_parts_leave_the_frame() {
        assert_eq!(assembled(&[]), "(function(require){\n\n\n\n})(require);");
    }

    #[test]
    fn only_the_placeholder_of_the_template_vanishes() {
        let text = assembled(&["a%usages%b %config% %function% %usages%usages% %usages%%usages%"]);
        assert!(
            text.contains("\nab %config% %function% usages% \n"),
            "{text}"
        );
    }

    #[test]
    fn bytes_are_kept_whatever_they_are() {
        let part = b"\xef\xbb\xbfvar config = {}; // caf\xe9\r\n";
        let text = assemble(&[part]);
        assert!(memmem::find(&text, part).is_some());
    }

    #[test]
    fn the_resolver_tests_the_base_url_and_then_every_pattern() {
        let condition = |excludes: &[&str]| {
            let excludes: Vec<String> = excludes.iter().map(|text| (*text).to_owned()).collect();
            let text = String::from_utf8(min_resolver(&excludes)).unwrap();
            let line = text
                .lines()
                .find(|line| line.trim_start().starts_with("if ("))
                .unwrap();
            line.trim().to_owned()
        };
        assert_eq!(condition(&[]), "if (url.indexOf(baseUrl)===0) {");
        assert_eq!(
            condition(&["/editor/", "https://x.y/z.js"]),
            "if (url.indexOf(baseUrl)===0&&!url.match(/\\/editor\\//)&&!url.match(/https:\\/\\/x.y\\/z.js/)) {"
        );
    }
}
