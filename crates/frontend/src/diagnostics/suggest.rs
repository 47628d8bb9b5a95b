//! "Did you mean …?"

/// The candidate that `wrong` was most likely meant to be, if one is close enough.
///
/// Closeness is the Damerau–Levenshtein distance (insertions, deletions, substitutions, swapped
/// neighbours), counted without regard to case; a third of the word may be wrong, and one letter always.
/// Among equally close candidates the alphabetically first one is given.
pub fn closest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = wrong.chars().count();
    let allowed = (length / 3).max(1);
    let folded = fold(wrong);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != wrong && candidate.chars().count().abs_diff(length) <= allowed)
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &fold(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

/// The candidate that `wrong` was most likely meant to be: the [`closest`], or else the shortest that begins with it, if it has
/// some letters.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> Option<&'a str> {
    const LETTERS: usize = 3;
    closest(wrong, candidates.clone()).or_else(|| {
        let begun = fold(wrong);
        let longer = candidates.into_iter().filter(|candidate| fold(candidate).starts_with(&begun));
        longer.min_by_key(|candidate| (candidate.len(), *candidate)).filter(|_| begun.chars().count() >= LETTERS)
    })
}

/// The sentence for a diagnostic's help, if a candidate is close enough.
pub fn did_you_mean<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(wrong, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// Lower case, with underscores dropped, so that `max_pool2d` and `MaxPool2D` are the same word.
fn fold(word: &str) -> String {
    word.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}
