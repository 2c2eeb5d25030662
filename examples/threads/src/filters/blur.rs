//! Blurring of numbers that lie row by row, with the edge repeated outside.

/// From this standard deviation on, in pixels, three means come close enough to a Gaussian and are faster.
const LARGE: f32 = 4.0;

/// A blur with a Gaussian of this standard deviation, in pixels.
pub(super) fn gaussian(plane: &[f32], width: usize, sigma: f32) -> Vec<f32> {
    if sigma >= LARGE {
        let [first, second, third] = radii(sigma);
        let once = mean(plane, width, first);
        return mean(&mean(&once, width, second), width, third);
    }
    let kernel = kernel(sigma);
    both_ways(plane, width, |plane, width| rows(plane, width, &kernel))
}

/// Those of three squares that together have the variance of the Gaussian, as near as whole numbers can.
///
/// A square of radius `r` has the variance `r (r + 1) / 3`.
fn radii(sigma: f32) -> [usize; 3] {
    let small = (((4.0 * sigma * sigma + 1.0).sqrt() - 1.0) / 2.0).floor();
    let missing = 3.0 * (sigma * sigma - small * (small + 1.0));
    let larger = (missing / (2.0 * (small + 1.0))).round() as usize;
    std::array::from_fn(|square| small as usize + usize::from(square < larger))
}

fn kernel(sigma: f32) -> Vec<f32> {
    let radius = (3.0 * sigma).ceil() as isize;
    let weight = |offset: isize| (-0.5 * (offset as f32 / sigma).powi(2)).exp();
    let sum: f32 = (-radius..=radius).map(weight).sum();
    (-radius..=radius)
        .map(|offset| weight(offset) / sum)
        .collect()
}

/// What `blur` does to the rows, done to rows and columns.
fn both_ways(plane: &[f32], width: usize, blur: impl Fn(&[f32], usize) -> Vec<f32>) -> Vec<f32> {
    let height = plane.len() / width;
    let columns = turned(&blur(plane, width), width);
    turned(&blur(&columns, height), height)
}

fn rows(plane: &[f32], width: usize, kernel: &[f32]) -> Vec<f32> {
    let radius = kernel.len() / 2;
    let mut blurred = Vec::with_capacity(plane.len());
    let mut padded = Vec::with_capacity(width + 2 * radius);
    for row in plane.chunks_exact(width) {
        padded.clear();
        padded.resize(radius, row[0]);
        padded.extend_from_slice(row);
        padded.resize(width + 2 * radius, row[width - 1]);
        let windows = padded.windows(kernel.len());
        blurred.extend(windows.map(|window| -> f32 {
            window
                .iter()
                .zip(kernel)
                .map(|(value, weight)| value * weight)
                .sum()
        }));
    }
    blurred
}

/// The mean of the square that reaches `radius` pixels to every side. Takes the same time for every radius.
pub(super) fn mean(plane: &[f32], width: usize, radius: usize) -> Vec<f32> {
    both_ways(plane, width, |plane, width| row_means(plane, width, radius))
}

fn row_means(plane: &[f32], width: usize, radius: usize) -> Vec<f32> {
    let mut means = Vec::with_capacity(plane.len());
    let scale = 1.0 / (2 * radius + 1) as f32;
    for row in plane.chunks_exact(width) {
        let at = |x: isize| row[x.clamp(0, width as isize - 1) as usize];
        let reach = radius as isize;
        let mut sum: f32 = (-reach..=reach).map(at).sum();
        for x in 0..width as isize {
            means.push(sum * scale);
            sum += at(x + reach + 1) - at(x - reach);
        }
    }
    means
}

/// Columns become rows.
fn turned(plane: &[f32], width: usize) -> Vec<f32> {
    let height = plane.len() / width;
    let mut turned = vec![0.0; plane.len()];
    // In squares, since whole columns would miss the cache at every pixel.
    const SIDE: usize = 32;
    for top in (0..height).step_by(SIDE) {
        for left in (0..width).step_by(SIDE) {
            for y in top..(top + SIDE).min(height) {
                for x in left..(left + SIDE).min(width) {
                    turned[x * height + y] = plane[y * width + x];
                }
            }
        }
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot() -> Vec<f32> {
        let mut plane = vec![0.0; 9 * 7];
        plane[3 * 9 + 4] = 1.0;
        plane
    }

    #[test]
    fn a_dot_is_spread_evenly_and_nothing_is_lost() {
        let blurred = gaussian(&dot(), 9, 0.8);
        assert!((blurred.iter().sum::<f32>() - 1.0).abs() < 1e-4);
        assert!(blurred[3 * 9 + 4] > blurred[3 * 9 + 5]);
        assert!((blurred[3 * 9 + 5] - blurred[2 * 9 + 4]).abs() < 1e-6);
    }

    #[test]
    fn the_two_ways_to_blur_agree() {
        let mut plane = vec![0.0; 65 * 65];
        plane[32 * 65 + 32] = 1.0;
        let fast = gaussian(&plane, 65, LARGE);
        let exact = gaussian(&plane, 65, LARGE - 0.01);
        let middle = exact[32 * 65 + 32];
        for (fast, exact) in fast.iter().zip(&exact) {
            assert!((fast - exact).abs() < 0.2 * middle, "{fast} {exact}");
        }
    }

    #[test]
    fn three_squares_have_the_variance_of_the_gaussian() {
        for sigma in [4.0, 5.5, 12.0, 25.0_f32] {
            let variances = radii(sigma).map(|radius| (radius * (radius + 1)) as f32 / 3.0);
            let sum: f32 = variances.iter().sum();
            assert!((sum.sqrt() - sigma).abs() < 0.2, "{sigma}: {sum}");
        }
    }

    #[test]
    fn a_mean_is_that_of_the_square() {
        let means = mean(&dot(), 9, 1);
        for (at, value) in means.into_iter().enumerate() {
            let inside = (3..=5).contains(&(at % 9)) && (2..=4).contains(&(at / 9));
            let expected = if inside { 1.0 / 9.0 } else { 0.0 };
            assert!((value - expected).abs() < 1e-6, "{at}: {value}");
        }
    }

    #[test]
    fn what_is_even_stays_even_up_to_the_edges() {
        let even = vec![0.25; 40];
        for blurred in [gaussian(&even, 8, 2.0), mean(&even, 8, 6)] {
            assert!(blurred.iter().all(|value| (value - 0.25).abs() < 1e-5));
        }
    }
}
