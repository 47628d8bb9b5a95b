//! Images in the terminal, two pixels in each character.

use keramos_artifact::DType;
use keramos_runtime::{Error, HostTensor};

/// Images in one line of the terminal.
const PER_LINE: usize = 4;
/// From dark to bright: colours 232 to 255 of the 256-colour palette are a ramp of greys.
const DARKEST: f64 = 232.0;
const BRIGHTEST: f64 = 255.0;

/// Draws the first `count` inputs, which must be images of one channel, each with the class of
/// the highest score and that score; in greys, or without colours in black and white.
pub(super) fn draw(inputs: &HostTensor, scores: &HostTensor, count: usize, colours: bool) -> Result<String, Error> {
    let (height, width) = match *inputs.row_shape() {
        [height, width] | [height, width, 1] if height > 0 && width > 0 => (height, width),
        _ => return Err(not_images(inputs, count)),
    };
    let pixels = inputs.cast(DType::F64).ok().and_then(|tensor| tensor.values::<f64>()).unwrap_or_default();
    let scores_per_row = scores.row_shape().iter().product::<usize>().max(1);
    let values = scores.cast(DType::F64).ok().and_then(|tensor| tensor.values::<f64>()).unwrap_or_default();
    let rows: Vec<(&[f64], &[f64])> =
        pixels.chunks(height * width).zip(values.chunks(scores_per_row)).take(count).collect();
    let shown = rows.iter().flat_map(|(image, _)| image.iter());
    let (low, high) = shown.fold((f64::MAX, f64::MIN), |(low, high), &pixel| (low.min(pixel), high.max(pixel)));
    let brightness = |pixel: f64| (pixel - low) / (high - low).max(1e-12);
    let character = |top: f64, bottom: f64| {
        let (top, bottom) = (brightness(top), brightness(bottom));
        let grey = |bright: f64| (DARKEST + bright * (BRIGHTEST - DARKEST)).round() as u8;
        match (colours, top > 0.5, bottom > 0.5) {
            (true, ..) => format!("\x1b[38;5;{};48;5;{}m▀", grey(top), grey(bottom)),
            (false, false, false) => " ".to_owned(),
            (false, true, false) => "▀".to_owned(),
            (false, false, true) => "▄".to_owned(),
            (false, true, true) => "█".to_owned(),
        }
    };
    let end = if colours { "\x1b[0m  " } else { "  " };

    let mut text = String::new();
    for line in rows.chunks(PER_LINE) {
        for top in (0..height).step_by(2) {
            for (image, _) in line {
                for x in 0..width {
                    let pixel = |y: usize| image.get(y * width + x).filter(|_| y < height).copied().unwrap_or(low);
                    text.push_str(&character(pixel(top), pixel(top + 1)));
                }
                text.push_str(end);
            }
            text.push('\n');
        }
        for (_, scores) in line {
            text.push_str(&format!("{:<1$}  ", verdict(scores), width));
        }
        text.push_str("\n\n");
    }
    Ok(text)
}

/// The class of the highest score.
fn verdict(scores: &[f64]) -> String {
    match scores {
        [only] => format!("output {only:.3}"),
        _ => match scores.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b)) {
            Some((class, score)) if (0.0..=1.0).contains(score) => {
                format!("predicted {class} ({:.1} %)", score * 100.0)
            }
            Some((class, score)) => format!("predicted {class} (score {score:.2})"),
            None => String::new(),
        },
    }
}

fn not_images(inputs: &HostTensor, count: usize) -> Error {
    Error::Option {
        option: "--show-images",
        value: count.to_string(),
        reason: format!(
            "rows of shape {} are no images of one channel, which have the shape (height, width) or (height, width, 1)",
            keramos_artifact::as_tuple(inputs.row_shape())
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_half_as_many_lines_and_has_a_verdict() {
        let inputs = HostTensor::from_values(vec![1, 4, 3], &[0u8, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0]).unwrap();
        let scores = HostTensor::from_values(vec![1, 2], &[0.25f32, 0.75]).unwrap();
        let text = draw(&inputs, &scores, 5, true).unwrap();
        assert_eq!(text.matches('▀').count(), 2 * 3);
        assert!(text.contains("\x1b[38;5;255;48;5;255m▀"));
        assert!(text.contains("\x1b[38;5;232;48;5;232m▀"));
        assert!(text.contains("predicted 1 (75.0 %)"));
        let plain = draw(&inputs, &scores, 5, false).unwrap();
        assert!(plain.starts_with(" █   \n █   \n"), "{plain:?}");
    }

    #[test]
    fn other_shapes_are_refused() {
        let inputs = HostTensor::zeros(DType::F32, vec![1, 12]).unwrap();
        let error = draw(&inputs, &inputs, 1, false).unwrap_err();
        assert!(error.to_string().contains("(12,) are no images"), "{error}");
    }
}
