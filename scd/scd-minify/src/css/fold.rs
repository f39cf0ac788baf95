//! Shorthand properties in one spelling: parts in a fixed order, initial values left out, four sides written out.

/// The components of a value, each a token or a function as canonical text.
type Components = Vec<Vec<u8>>;

/// Brings the value of `property`, in lower case, into one spelling.
pub(super) fn fold(property: &[u8], components: Components) -> Components {
    const SIDES: [&[u8]; 7] = [
        b"margin",
        b"padding",
        b"border-width",
        b"border-radius",
        b"border-style",
        b"border-color",
        b"inset",
    ];
    let property = property.to_ascii_lowercase();
    let punctuated = components
        .iter()
        .any(|part| matches!(&part[..], b"/" | b"," | b"!"));
    match &property[..] {
        b"background" => return layers(components, background),
        b"background-position" => return layers(components, |layer| position(&layer)),
        b"font-family" => return layers(components, family),
        b"list-style" if components.iter().all(|part| part == b"none") => {
            return vec![b"none".to_vec()];
        }
        b"border" | b"outline" | b"column-rule" | b"border-top" | b"border-right"
        | b"border-bottom" | b"border-left"
            if !punctuated =>
        {
            return line(components);
        }
        _ => {}
    }
    if !punctuated && SIDES.iter().any(|side| property.ends_with(side)) {
        return sides(components);
    }
    if property.ends_with(b"background") && components.len() == 1 {
        let empty = components[0] == b"none" || components[0] == TRANSPARENT;
        if empty {
            return vec![b"0".to_vec(), b"0".to_vec()];
        }
    }
    components
}

const TRANSPARENT: &[u8] = b"rgba(0,0,0,0)";

/// Applies `fold` to each part between commas.
fn layers(components: Components, fold: impl Fn(Components) -> Components) -> Components {
    let mut result = Vec::new();
    for (index, layer) in components.split(|part| part == b",").enumerate() {
        if index > 0 {
            result.push(b",".to_vec());
        }
        result.extend(fold(layer.to_vec()));
    }
    result
}

/// One to four sides become four.
fn sides(components: Components) -> Components {
    match &components[..] {
        [all] => vec![all.clone(); 4],
        [ends, sides] => vec![ends.clone(), sides.clone(), ends.clone(), sides.clone()],
        [top, sides, bottom] => vec![top.clone(), sides.clone(), bottom.clone(), sides.clone()],
        _ => components,
    }
}

/// Width, style and colour of a line, in this order, initial values left out.
fn line(components: Components) -> Components {
    let mut parts: [Option<Vec<u8>>; 3] = [None, None, None];
    let original = components.clone();
    for part in components {
        let slot = match &part[..] {
            b"none" | b"hidden" | b"dotted" | b"dashed" | b"solid" | b"double" | b"groove"
            | b"ridge" | b"inset" | b"outset" | b"auto" => 1,
            b"thin" | b"medium" | b"thick" => 0,
            [b'0'..=b'9' | b'.', ..] | [b'-', b'0'..=b'9', ..] => 0,
            part if part.starts_with(b"calc(") => 0,
            _ => 2,
        };
        if parts[slot].is_some() {
            return original;
        }
        parts[slot] = Some(part);
    }
    let initial: [&[u8]; 3] = [b"medium", b"none", b"currentcolor"];
    let mut result: Components = parts
        .into_iter()
        .zip(initial)
        .filter_map(|(part, initial)| part.filter(|part| part != initial))
        .collect();
    if result.is_empty() {
        result.push(b"none".to_vec());
    }
    result
}

/// One background layer. Anything it does not know makes it keep the layer as it is.
fn background(components: Components) -> Components {
    let mut image = None;
    let mut place: Components = Vec::new();
    let mut size: Components = Vec::new();
    let mut repeat: Components = Vec::new();
    let mut others: Components = Vec::new();
    let mut sizes = false;
    let original = components.clone();
    for part in components {
        let length = matches!(
            part[..],
            [b'0'..=b'9' | b'.', ..] | [b'-', b'0'..=b'9' | b'.', ..]
        ) || part.starts_with(b"calc(");
        match &part[..] {
            b"/" => sizes = true,
            b"auto" | b"cover" | b"contain" if sizes => size.push(part),
            _ if length && sizes && size.len() < 2 => size.push(part),
            b"none" if image.is_none() => image = Some(part),
            b"left" | b"right" | b"top" | b"bottom" | b"center" => place.push(part),
            _ if length => place.push(part),
            b"repeat" | b"no-repeat" | b"repeat-x" | b"repeat-y" | b"space" | b"round" => {
                repeat.push(part);
            }
            TRANSPARENT | b"scroll" => {}
            part_text if part_text.contains(&b'(') && !part_text.starts_with(b"rgba(") => {
                if image.replace(part).is_some() {
                    return original;
                }
            }
            _ => others.push(part),
        }
    }
    let mut result: Components = image.into_iter().filter(|image| image != b"none").collect();
    let place = position(&place);
    let zero: Components = vec![b"0".to_vec(), b"0".to_vec()];
    let auto = size.iter().all(|part| part == b"auto");
    if (!place.is_empty() && place != zero) || !auto {
        result.extend(if place.is_empty() { zero } else { place });
    }
    if !auto {
        result.push(b"/".to_vec());
        if size.len() == 1 && !matches!(&size[0][..], b"cover" | b"contain") {
            size.push(b"auto".to_vec());
        }
        result.extend(size);
    }
    result.extend(repeat.into_iter().filter(|part| part != b"repeat"));
    others.sort();
    result.extend(others);
    result
}

/// A position as two lengths where it has one or two parts.
fn position(parts: &[Vec<u8>]) -> Components {
    let zeros = parts.iter().all(|part| part == b"0");
    if zeros && matches!(parts.len(), 3 | 4) {
        return vec![b"0".to_vec(), b"0".to_vec()];
    }
    let is_vertical = |part: &[u8]| matches!(part, b"top" | b"bottom");
    let is_horizontal = |part: &[u8]| matches!(part, b"left" | b"right");
    let center = b"center".to_vec();
    let (x, y) = match parts {
        [one] if is_vertical(one) => (&center, one),
        [one] => (one, &center),
        [first, second] if is_vertical(first) || is_horizontal(second) => (second, first),
        [first, second] => (first, second),
        _ => return parts.to_vec(),
    };
    let length = |part: &[u8]| match part {
        b"left" | b"top" | b"0%" => b"0".to_vec(),
        b"center" => b"50%".to_vec(),
        b"right" | b"bottom" => b"100%".to_vec(),
        part => part.to_vec(),
    };
    vec![length(x), length(y)]
}

/// One font family: a string and the names it consists of are the same, except that a quoted generic family is a font of that name.
fn family(components: Components) -> Components {
    const GENERIC: [&[u8]; 8] = [
        b"serif",
        b"sans-serif",
        b"monospace",
        b"cursive",
        b"fantasy",
        b"system-ui",
        b"inherit",
        b"initial",
    ];
    let [quoted] = &components[..] else {
        let mut joined = components.join(&b" "[..]);
        joined.make_ascii_lowercase();
        return vec![joined];
    };
    let mut name = quoted.to_ascii_lowercase();
    if let Some(inner) = name
        .strip_prefix(b"\"")
        .and_then(|name| name.strip_suffix(b"\""))
        && !GENERIC.contains(&inner)
        && inner
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-' | b'_'))
    {
        name = inner.to_vec();
    }
    vec![name]
}
