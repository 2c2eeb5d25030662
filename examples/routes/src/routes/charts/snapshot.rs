//! A chart as a picture. A split inside a split: only the route `charts` enters it.

use wasm_cleave::wasm_split;

use crate::raster::{self, Reader};

/// A picture has this many pixels for each pixel of the page.
const SCALE: f32 = 2.0;

/// Draws a chart into a PNG file.
///
/// # Errors
/// Says why the chart cannot be drawn.
#[wasm_split(snapshot)]
pub(super) fn png(svg: &str) -> Result<Vec<u8>, String> {
    let tree = Reader::new().read(svg).map_err(|error| error.to_string())?;
    raster::png(&tree, SCALE).ok_or_else(|| "The chart is too large for a picture.".to_owned())
}
