//! Findings as bytes and back, so that what was warned of once is warned of again although nothing is done again.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scd_store::{Reader, Writer};

use crate::diagnostic::{Diagnostic, Place, Severity};

/// The files that findings speak of.
pub(crate) struct Files<'a> {
    /// Files that go by their number, because they may lie elsewhere when the findings are read.
    pub(crate) paths: &'a [&'a Path],
    /// The text of a file, if it can be had.
    pub(crate) text: &'a dyn Fn(&Path) -> Option<Arc<[u8]>>,
}

/// Writes findings down.
pub(crate) fn write(writer: &mut Writer, findings: &[Diagnostic], files: &Files<'_>) {
    writer.list(findings, |writer, finding| {
        let severity = match finding.severity {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Note => 2,
        };
        writer.number(severity).text(&finding.message);
        writer.optional(finding.place.as_ref(), |writer, place| {
            write_place(writer, place, files);
        });
        // Excerpts are nearly always from the file itself, which need not be kept twice.
        let text = finding.text.as_ref();
        let own = finding.place.as_ref().filter(|_| text.is_some());
        let own = own.and_then(|place| (files.text)(&place.path));
        let is_own = own.is_some() && own.as_ref() == text;
        writer.flag(is_own);
        writer.optional(text.filter(|_| !is_own), |writer, text| {
            writer.bytes(text);
        });
        writer.list(&finding.trail, |writer, (step, place)| {
            writer.text(step);
            write_place(writer, place, files);
        });
        for text in [&finding.hint, &finding.output] {
            writer.optional(text.as_ref(), |writer, text| {
                writer.text(text);
            });
        }
    });
}

fn write_place(writer: &mut Writer, place: &Place, files: &Files<'_>) {
    let number = files.paths.iter().position(|path| *path == place.path);
    writer.optional(number.as_ref(), |writer, number| {
        writer.length(*number);
    });
    if number.is_none() {
        writer.bytes(place.path.as_os_str().as_bytes());
    }
    writer.length(place.line).length(place.column);
}

/// Reads findings; none if the bytes make no sense.
pub(crate) fn read(reader: &mut Reader<'_>, files: &Files<'_>) -> Option<Vec<Diagnostic>> {
    reader.list(|reader| {
        let severity = match reader.number()? {
            0 => Severity::Error,
            1 => Severity::Warning,
            2 => Severity::Note,
            _ => return None,
        };
        let mut finding = Diagnostic::new(severity, reader.text()?);
        finding.place = reader.optional(|reader| read_place(reader, files))?;
        let is_own = reader.flag()?;
        finding.text = reader.optional(Reader::bytes)?.map(Into::into);
        if is_own {
            finding.text = (files.text)(&finding.place.as_ref()?.path);
        }
        finding.trail = reader.list(|reader| {
            let step = reader.text()?.to_owned();
            Some((step, read_place(reader, files)?))
        })?;
        finding.hint = reader.optional(Reader::text)?.map(str::to_owned);
        finding.output = reader.optional(Reader::text)?.map(str::to_owned);
        Some(finding)
    })
}

fn read_place(reader: &mut Reader<'_>, files: &Files<'_>) -> Option<Place> {
    let path = match reader.optional(Reader::length)? {
        Some(number) => files.paths.get(number)?.to_path_buf(),
        None => PathBuf::from(OsStr::from_bytes(reader.bytes()?)),
    };
    Some(Place {
        path,
        line: reader.length()?,
        column: reader.length()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_come_back_as_they_were_wherever_their_files_lie() {
        let at = |path: &str| Place {
            path: path.into(),
            line: 3,
            column: 7,
        };
        let text: Arc<[u8]> = b"of the file".as_slice().into();
        let findings = |root: &str| {
            let mut whole = Diagnostic::error("whole")
                .at(at(&format!("{root}/a.less")))
                .in_text(text.clone())
                .with_hint("hint")
                .for_output("output");
            whole
                .trail
                .push(("by".to_owned(), at(&format!("{root}/b.less"))));
            let other = Diagnostic::warning("other")
                .at(at("/elsewhere"))
                .in_text(b"a text of its own".as_slice().into());
            vec![whole, other, Diagnostic::new(Severity::Note, "bare")]
        };
        let [one, two] = ["/one", "/two"]
            .map(|root| ["a.less", "b.less"].map(|name| Path::new(root).join(name)));
        let of_file = |path: &Path| path.ends_with("a.less").then(|| text.clone());
        let mut writer = Writer::new();
        let files = Files {
            paths: &[&one[0], &one[1]],
            text: &of_file,
        };
        write(&mut writer, &findings("/one"), &files);
        let bytes = writer.finish();
        assert!(!bytes.windows(text.len()).any(|window| window == &*text));

        let files = Files {
            paths: &[&two[0], &two[1]],
            text: &of_file,
        };
        assert_eq!(
            read(&mut Reader::new(&bytes), &files),
            Some(findings("/two"))
        );
        for end in 0..bytes.len() {
            assert_eq!(read(&mut Reader::new(&bytes[..end]), &files), None);
        }
    }
}
