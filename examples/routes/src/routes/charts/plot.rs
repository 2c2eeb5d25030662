//! Draws a chart as SVG text.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use super::series::{Named, Series};

/// A chart, apart from its numbers.
pub(super) struct Plot<'a> {
    pub(super) title: &'a str,
    pub(super) kind: Kind,
    /// Width and height in pixels.
    pub(super) size: (u32, u32),
    pub(super) colours: Colours,
}

/// How the numbers are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Lines,
    Areas,
    Bars,
    Points,
}

impl Kind {
    /// The kind that the page calls so; lines for a name that it does not know.
    pub(super) fn of_name(name: &str) -> Self {
        match name {
            "areas" => Kind::Areas,
            "bars" => Kind::Bars,
            "points" => Kind::Points,
            _ => Kind::Lines,
        }
    }
}

/// What a chart is drawn with.
#[derive(Clone, Copy)]
pub(super) struct Colours {
    paper: RGBColor,
    ink: RGBColor,
    faint: RGBColor,
    series: [RGBColor; 5],
}

impl Colours {
    pub(super) const LIGHT: Self = Colours {
        paper: RGBColor(255, 255, 255),
        ink: RGBColor(44, 42, 56),
        faint: RGBColor(226, 224, 234),
        series: [
            RGBColor(91, 71, 224),
            RGBColor(232, 104, 63),
            RGBColor(18, 148, 122),
            RGBColor(201, 60, 130),
            RGBColor(176, 128, 14),
        ],
    };
    pub(super) const DARK: Self = Colours {
        paper: RGBColor(30, 29, 40),
        ink: RGBColor(226, 224, 238),
        faint: RGBColor(58, 56, 74),
        series: [
            RGBColor(152, 139, 255),
            RGBColor(255, 151, 112),
            RGBColor(77, 208, 178),
            RGBColor(245, 128, 183),
            RGBColor(230, 190, 90),
        ],
    };

    fn of(&self, index: usize) -> RGBColor {
        self.series[index % self.series.len()]
    }
}

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Drawn = Result<(), String>;

/// Draws the chart.
///
/// # Errors
/// Says what cannot be drawn.
pub(super) fn draw(plot: &Plot<'_>, series: &Series) -> Result<String, String> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, plot.size).into_drawing_area();
        draw_on(&area, plot, series)?;
        area.present().map_err(told)?;
    }
    Ok(svg)
}

fn draw_on(area: &DrawingArea<SVGBackend<'_>, Shift>, plot: &Plot<'_>, series: &Series) -> Drawn {
    let colours = &plot.colours;
    area.fill(&colours.paper).map_err(told)?;
    let (least, greatest) = series.range();
    // Room below, and above for the legend; and a range at all where every number is 0.
    let room = ((greatest - least) * 0.08).max(f64::MIN_POSITIVE.sqrt());
    let bottom = if least < 0.0 { least - room } else { 0.0 };
    let mut builder = ChartBuilder::on(area);
    builder
        .margin(16)
        .x_label_area_size(34)
        .y_label_area_size(52);
    if !plot.title.is_empty() {
        let style = ("sans-serif", 19).into_font().color(&colours.ink);
        builder.caption(plot.title, style);
    }
    let across = -0.5..series.len() as f64 - 0.5;
    let mut chart = builder
        .build_cartesian_2d(across, bottom..greatest + 3.0 * room)
        .map_err(told)?;
    grid(&mut chart, plot, series)?;
    for (index, column) in series.columns.iter().enumerate() {
        match plot.kind {
            Kind::Lines => lines(&mut chart, column, colours.of(index)),
            Kind::Areas => areas(&mut chart, column, colours.of(index)),
            Kind::Bars => bars(
                &mut chart,
                column,
                colours.of(index),
                (index, series.columns.len()),
            ),
            Kind::Points => points(&mut chart, column, colours.of(index)),
        }?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(colours.paper.mix(0.85))
        .border_style(colours.faint)
        .label_font(("sans-serif", 13).into_font().color(&colours.ink))
        .draw()
        .map_err(told)
}

fn grid(chart: &mut Chart<'_, '_>, plot: &Plot<'_>, series: &Series) -> Drawn {
    let colours = &plot.colours;
    let label = |x: &f64| {
        let whole = x.round();
        let at = (whole - x).abs() < 0.01 && whole >= 0.0;
        let label = at.then(|| series.labels.get(whole as usize)).flatten();
        label.cloned().unwrap_or_default()
    };
    // So many labels as have room beside each other.
    let labels = (plot.size.0 as usize / 56).clamp(2, series.len().max(2));
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(labels)
        .y_labels(6)
        .x_label_formatter(&label)
        .light_line_style(TRANSPARENT)
        .bold_line_style(colours.faint)
        .axis_style(colours.faint)
        .label_style(("sans-serif", 13).into_font().color(&colours.ink))
        .draw()
        .map_err(told)
}

fn places(column: &Named) -> impl Iterator<Item = (f64, f64)> + '_ {
    let values = column.values.iter().enumerate();
    values.map(|(index, &value)| (index as f64, value))
}

fn lines(chart: &mut Chart<'_, '_>, column: &Named, colour: RGBColor) -> Drawn {
    let style = colour.stroke_width(3);
    let line = LineSeries::new(places(column), style);
    chart
        .draw_series(line)
        .map_err(told)?
        .label(&column.name)
        .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], style));
    Ok(())
}

fn areas(chart: &mut Chart<'_, '_>, column: &Named, colour: RGBColor) -> Drawn {
    let area = AreaSeries::new(places(column), 0.0, colour.mix(0.22));
    chart
        .draw_series(area.border_style(colour.stroke_width(2)))
        .map_err(told)?
        .label(&column.name)
        .legend(move |(x, y)| {
            Rectangle::new([(x, y - 5), (x + 16, y + 5)], colour.mix(0.5).filled())
        });
    Ok(())
}

/// The bars of column `place.0` of `place.1` stand beside those of the others.
fn bars(
    chart: &mut Chart<'_, '_>,
    column: &Named,
    colour: RGBColor,
    place: (usize, usize),
) -> Drawn {
    let width = 0.8 / place.1 as f64;
    let left = width * place.0 as f64 - 0.4;
    let bars = places(column).map(|(x, value)| {
        let corners = [(x + left, 0.0), (x + left + width * 0.92, value)];
        Rectangle::new(corners, colour.filled())
    });
    chart
        .draw_series(bars)
        .map_err(told)?
        .label(&column.name)
        .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 16, y + 5)], colour.filled()));
    Ok(())
}

fn points(chart: &mut Chart<'_, '_>, column: &Named, colour: RGBColor) -> Drawn {
    let points = places(column).map(|place| Circle::new(place, 5, colour.mix(0.8).filled()));
    chart
        .draw_series(points)
        .map_err(told)?
        .label(&column.name)
        .legend(move |(x, y)| Circle::new((x + 8, y), 5, colour.filled()));
    Ok(())
}

fn told(error: impl std::fmt::Display) -> String {
    format!("The chart cannot be drawn: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(kind: Kind, numbers: &str) -> String {
        let plot = Plot {
            title: "Rain",
            kind,
            size: (600, 400),
            colours: Colours::LIGHT,
        };
        draw(&plot, &Series::read(numbers).unwrap()).unwrap()
    }

    #[test]
    fn every_kind_draws_its_own_shapes() {
        let numbers = "month,a,b\nJan,1,2\nFeb,3,1\nMar,2,5\n";
        for (kind, shape, count) in [
            (Kind::Lines, "stroke=\"#5B47E0\" stroke-width=\"3\"", 2),
            (Kind::Areas, "<polygon", 2),
            (Kind::Bars, "fill=\"#E8683F\"", 4),
            (Kind::Points, "<circle", 8),
        ] {
            let svg = chart(kind, numbers);
            assert_eq!(svg.matches(shape).count(), count, "{kind:?}: {svg}");
            assert!(svg.contains("Rain") && svg.contains("Feb"), "{svg}");
        }
    }

    #[test]
    fn hard_numbers_are_drawn() {
        for numbers in [
            "x,a\nonly,5\n",
            "x,a\np,0\nq,0\n",
            "x,a\np,-3\nq,-1\n",
            "x,a\np,1e-9\nq,1e12\n",
        ] {
            for kind in [Kind::Lines, Kind::Areas, Kind::Bars, Kind::Points] {
                assert!(chart(kind, numbers).contains("</svg>"), "{numbers:?}");
            }
        }
    }
}
