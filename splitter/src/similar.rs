//! What the user has meant by a name that is not known: for all "did you mean".

/// The candidate that is most like a name; `None` if none is like it. Of equal ones the first.
///
/// As in rustc, a third of the name may differ.
pub fn most_similar<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let distance = |candidate: &&str| strsim::damerau_levenshtein(candidate, name);
    let best = candidates.into_iter().min_by_key(distance)?;
    (distance(&best) <= name.chars().count().max(3) / 3).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::most_similar;

    #[test]
    fn a_third_of_the_name_may_differ() {
        for (name, candidates, expected) in [
            ("edtor", &["charts", "edit", "editor"][..], Some("editor")),
            ("edtor", &["charts", "edit"], None),
            ("aplication", &["application", "app"], Some("application")),
            ("ab", &["ba", "abc"], Some("ba")),
            ("edtor", &[], None),
        ] {
            let found = most_similar(name, candidates.iter().copied());
            assert_eq!(found, expected, "{name}");
        }
    }
}
