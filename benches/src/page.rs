//! Sections of `docs/performance.md` that stand between marks: each benchmark writes its own and leaves the others as they are.

/// What stands before and after the text of a section.
pub(crate) fn marks(name: &str) -> [String; 2] {
    [
        format!("<!-- {name} -->\n"),
        format!("<!-- end of {name} -->\n"),
    ]
}

/// The page with another text in the section of a name, which comes last where there is none yet.
pub(crate) fn with_section(page: &str, name: &str, heading: &str, text: &str) -> String {
    let [begin, end] = marks(name);
    let parts = page.split_once(&begin);
    let parts = parts.and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    match parts {
        Some((before, after)) => [before, &begin, text, &end, after].concat(),
        None => {
            let before = page.trim_end();
            let gap = if before.is_empty() { "" } else { "\n\n" };
            format!("{before}{gap}## {heading}\n\n{begin}{text}{end}")
        }
    }
}
