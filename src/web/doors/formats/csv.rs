//! Tables as CSV (RFC 4180), UTF-8, with a header row.

/// Media type of every table.
pub const MEDIA_TYPE: &str = "text/csv; charset=utf-8; header=present";

/// A row of a CSV file (RFC 4180). Cells that a spreadsheet would run as a formula are disarmed.
#[must_use]
pub fn csv_row(cells: &[String]) -> String {
    let mut row = String::new();
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            row.push(',');
        }
        let risky = cell.starts_with(['=', '+', '@', '\t']) || (cell.starts_with('-') && cell.parse::<f64>().is_err());
        let safe = if risky { format!("'{cell}") } else { cell.clone() };
        if safe.contains(['"', ',', '\n', '\r']) {
            row.push_str(&format!("\"{}\"", safe.replace('"', "\"\"")));
        } else {
            row.push_str(&safe);
        }
    }
    row.push_str("\r\n");
    row
}

/// A whole table.
#[must_use]
pub fn table(head: &str, rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut text = format!("{head}\r\n");
    for row in rows {
        text.push_str(&csv_row(&row));
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula_and_never_breaks_its_row() {
        let row = csv_row(&["=HYPERLINK(1)".into(), "a,\"b\"".into(), "-5".into(), "-x".into()]);
        assert_eq!(row, "'=HYPERLINK(1),\"a,\"\"b\"\"\",-5,'-x\r\n");
    }
}
