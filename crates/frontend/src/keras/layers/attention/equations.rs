//! The einsum equations of attention over any axes, with Keras's choice of letters.

/// The projection of the last dimension of a tensor of rank `rank` to `outputs` new dimensions, having
/// contracted the last `bound` ones: equation and labels of the bias.
pub(super) fn projection(rank: usize, bound: usize, outputs: usize) -> (String, String) {
    let letters = |from: usize, n: usize| (from..from + n).map(letter).collect::<String>();
    let free = rank - bound;
    let (kept, contracted, made) = (letters(0, free), letters(free, bound), letters(free + bound, outputs));
    (format!("{kept}{contracted},{contracted}{made}->{kept}{made}"), made)
}

/// Scores from key and query, and context from scores and value, for projected tensors of rank `rank`
/// (batch…, steps…, heads, size) attending along `axes`.
pub(super) fn attention(rank: usize, axes: &[usize]) -> (String, String) {
    let target: Vec<char> = (0..rank).map(letter).collect();
    let mut source = target.clone();
    for (next, &axis) in (rank..).zip(axes) {
        source[axis] = letter(next);
    }
    let batch = (0..rank - 1).filter(|d| !axes.contains(d));
    let scores: String = batch
        .map(|d| target[d])
        .chain(axes.iter().map(|&d| target[d]))
        .chain(axes.iter().map(|&d| source[d]))
        .collect();
    let (source, target) = (String::from_iter(source), String::from_iter(target));
    (format!("{source},{target}->{scores}"), format!("{scores},{source}->{target}"))
}

fn letter(i: usize) -> char {
    char::from(b'a' + (i % 26) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_attend_along_their_steps() {
        assert_eq!(projection(3, 1, 2), ("abc,cde->abde".into(), "de".into()));
        assert_eq!(projection(4, 2, 1), ("abcd,cde->abe".into(), "e".into()));
        assert_eq!(attention(4, &[1]), ("aecd,abcd->acbe".into(), "acbe,aecd->abcd".into()));
        assert_eq!(attention(5, &[1, 2]), ("afgde,abcde->adbcfg".into(), "adbcfg,afgde->abcde".into()));
    }
}
