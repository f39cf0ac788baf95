//! `SCD_THREADS`: the number of worker threads, as ece-tools spells it.

use anyhow::{Result, bail};

/// The number of threads asked for; none for all cores (unset, empty, 0, or negative, which is ece-tools' "automatic").
///
/// # Errors
/// Anything that is not a whole number.
pub(crate) fn threads(value: Option<&str>) -> Result<Option<usize>> {
    let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    match value.parse() {
        Ok(count) => Ok(explicit(count)),
        Err(_) => bail!("`SCD_THREADS` must be a whole number, found `{value}`"),
    }
}

/// The same for a number: none for all cores, of which a container's quota leaves fewer than the machine has.
pub(crate) fn explicit(count: i64) -> Option<usize> {
    usize::try_from(count).ok().filter(|&count| count > 0)
}

#[cfg(test)]
mod tests {
    use super::threads;

    #[test]
    fn automatic_values_mean_all_cores() {
        for value in [None, Some(""), Some("0"), Some("-1"), Some("-5")] {
            assert_eq!(threads(value).unwrap(), None, "{value:?}");
        }
        assert_eq!(threads(Some(" 3 ")).unwrap(), Some(3));
        assert!(
            threads(Some("many"))
                .unwrap_err()
                .to_string()
                .contains("`many`")
        );
    }
}
