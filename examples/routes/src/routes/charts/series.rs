//! Numbers that were typed: reading and smoothing them. No page needed.

/// Columns of equal length.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Series {
    pub(super) labels: Vec<String>,
    pub(super) columns: Vec<Named>,
}

/// A column and its name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) values: Vec<f64>,
}

impl Series {
    /// Reads lines of the form `label, number, number, …`, the first of which names the columns.
    ///
    /// # Errors
    /// Says which line is wrong, and what should be there.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut lines = text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line.split(',').map(str::trim)))
            .filter(|(_, cells)| cells.clone().any(|cell| !cell.is_empty()));
        let (_, names) = lines.next().ok_or("There is nothing to draw yet.")?;
        let mut series = Series {
            labels: Vec::new(),
            columns: names.skip(1).map(Named::new).collect(),
        };
        if series.columns.is_empty() {
            return Err("Line 1 should name at least one column behind the labels.".to_owned());
        }
        for (line, mut cells) in lines {
            series
                .labels
                .push(cells.next().unwrap_or_default().to_owned());
            for column in &mut series.columns {
                let cell = cells.next().unwrap_or_default();
                let value = cell.parse().ok().filter(|value: &f64| value.is_finite());
                let value = value.ok_or_else(|| {
                    format!(
                        "Line {line}: “{cell}” under “{}” should be a number.",
                        column.name
                    )
                })?;
                column.values.push(value);
            }
        }
        if series.labels.is_empty() {
            return Err("Line 2 should hold the first label and its numbers.".to_owned());
        }
        Ok(series)
    }

    /// The number of rows; never 0.
    pub(super) fn len(&self) -> usize {
        self.labels.len()
    }

    /// Each value replaced by the mean of itself and its neighbours on both sides.
    pub(super) fn smoothed(&self, reach: usize) -> Self {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let smooth = |values: &Vec<f64>| {
            let window = |at: usize| at.saturating_sub(reach)..(at + reach + 1).min(values.len());
            (0..values.len())
                .map(|at| mean(&values[window(at)]))
                .collect()
        };
        Series {
            labels: self.labels.clone(),
            columns: self
                .columns
                .iter()
                .map(|column| Named {
                    name: column.name.clone(),
                    values: smooth(&column.values),
                })
                .collect(),
        }
    }

    /// The least and the greatest value, and 0.
    pub(super) fn range(&self) -> (f64, f64) {
        let values = self.columns.iter().flat_map(|column| &column.values);
        values.fold((0.0, 0.0), |(least, greatest), &value| {
            (value.min(least), value.max(greatest))
        })
    }
}

impl Named {
    fn new(name: &str) -> Self {
        Named {
            name: name.to_owned(),
            values: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_and_empty_lines_skipped() {
        let series = Series::read("month, a, b\n\nJan, 1, -2.5\nFeb,3,4\n").unwrap();
        assert_eq!(series.labels, ["Jan", "Feb"]);
        assert_eq!(series.columns[1].values, [-2.5, 4.0]);
        assert_eq!(series.range(), (-2.5, 4.0));
    }

    #[test]
    fn mistakes_name_the_line() {
        let error = Series::read("month,a\nJan,1\nFeb,x\n").unwrap_err();
        assert!(error.contains("Line 3") && error.contains("“x”"), "{error}");
        assert!(Series::read("month,a\nJan\n").is_err());
        assert!(Series::read("month,a\nJan,inf\n").is_err());
        assert!(Series::read("month,a\n").is_err());
        assert!(Series::read("month\nJan\n").is_err());
        assert!(Series::read("").is_err());
    }

    #[test]
    fn smoothing_takes_the_mean_of_neighbours() {
        let series = Series::read("x,a\n1,0\n2,3\n3,6\n4,30\n").unwrap();
        assert_eq!(series.smoothed(0), series);
        assert_eq!(series.smoothed(1).columns[0].values, [1.5, 3.0, 13.0, 18.0]);
    }
}
