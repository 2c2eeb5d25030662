//! The text of the SVG: where things are, in units of which a picture is 300 high.

use super::histogram::{BINS, Histogram};
use super::{Caption, FAMILY};

const HEIGHT: f32 = 300.0;
/// Between the edge and the frame, and between the frame and what is in it.
const MARGIN: f32 = 9.0;
const INDENT: f32 = 22.0;

const TITLE_SIZE: f32 = 25.0;
const AUTHOR_SIZE: f32 = 15.0;
/// How wide a letter is at most on average, as a part of its size.
const LETTER: f32 = 0.56;

const PLATE_WIDTH: f32 = 84.0;
const PLATE_HEIGHT: f32 = 42.0;

const COLOURS: [&str; 3] = ["#f2554a", "#43c46f", "#4a86f0"];

/// The whole drawing for a picture whose width is `ratio` times its height.
pub(super) fn text(ratio: f32, caption: &Caption, histogram: &Histogram) -> String {
    let width = HEIGHT * ratio;
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{HEIGHT}' font-family='{FAMILY}'>\
         <linearGradient id='dusk' x2='0' y2='1'>\
         <stop offset='.6' stop-opacity='0'/><stop offset='1' stop-opacity='.68'/></linearGradient>\
         <rect width='{width}' height='{HEIGHT}' fill='url(#dusk)'/>\
         <rect x='{MARGIN}' y='{MARGIN}' width='{}' height='{}' rx='5' fill='none' stroke='#fff' stroke-opacity='.7'/>",
        width - 2.0 * MARGIN,
        HEIGHT - 2.0 * MARGIN,
    );
    write_caption(&mut svg, width - 2.0 * INDENT, caption);
    // A plate as wide as the picture would hide it.
    if width > 2.0 * PLATE_WIDTH {
        write_histogram(&mut svg, width - INDENT - PLATE_WIDTH, histogram);
    }
    svg + "</svg>"
}

fn write_caption(svg: &mut String, room: f32, caption: &Caption) {
    let has_author = !caption.author.is_empty();
    let title_at = HEIGHT - INDENT - if has_author { AUTHOR_SIZE + 8.0 } else { 2.0 };
    let title = shortened(&caption.title, room / (TITLE_SIZE * LETTER));
    *svg += &format!(
        "<text x='{INDENT}' y='{title_at}' font-size='{TITLE_SIZE}' font-weight='600' fill='#fff'>{title}</text>"
    );
    if has_author {
        let author_at = HEIGHT - INDENT - 2.0;
        let author = shortened(&caption.author, room / (AUTHOR_SIZE * LETTER));
        *svg += &format!(
            "<text x='{INDENT}' y='{author_at}' font-size='{AUTHOR_SIZE}' fill='#fff' fill-opacity='.82'>{author}</text>"
        );
    }
}

fn write_histogram(svg: &mut String, x: f32, histogram: &Histogram) {
    *svg += &format!(
        "<g transform='translate({x} {INDENT})' style='isolation:isolate'>\
         <rect width='{PLATE_WIDTH}' height='{PLATE_HEIGHT}' rx='5' fill-opacity='.5'/>"
    );
    let (left, bottom) = (4.0, PLATE_HEIGHT - 4.0);
    let step = (PLATE_WIDTH - 2.0 * left) / (BINS - 1) as f32;
    let height = PLATE_HEIGHT - 8.0;
    for (curve, colour) in histogram.curves().iter().zip(COLOURS) {
        *svg += &format!("<path fill='{colour}' style='mix-blend-mode:screen' d='M{left} {bottom}");
        for (bin, part) in curve.iter().enumerate() {
            let (x, y) = (left + bin as f32 * step, bottom - part * height);
            *svg += &format!("L{x:.1} {y:.1}");
        }
        *svg += &format!("L{:.1} {bottom}z'/>", PLATE_WIDTH - left);
    }
    *svg += "</g>";
}

/// A text of at most that many letters, as XML wants it.
fn shortened(text: &str, letters: f32) -> String {
    let letters = (letters as usize).max(2);
    let mut short = String::new();
    for (count, letter) in text.chars().enumerate() {
        if count + 1 == letters && text.chars().count() > letters {
            short.push('…');
            break;
        }
        match letter {
            '<' => short += "&lt;",
            '>' => short += "&gt;",
            '&' => short += "&amp;",
            // XML has no words for these.
            _ if letter.is_control() => short.push(' '),
            _ => short.push(letter),
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn long_texts_end_in_an_ellipsis() {
        assert_eq!(shortened("Bridge", 6.0), "Bridge");
        assert_eq!(shortened("Bridges", 6.9), "Bridg…");
        assert_eq!(shortened("R&D <i>\u{1}", 20.0), "R&amp;D &lt;i&gt; ");
    }
}
