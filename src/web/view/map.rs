//! A map of Europe as a grid of equal tiles: small countries are as easy to hit as large ones, and the same numbers
//! stand in the table beside it. Positions are our own arrangement, roughly true to the compass.

/// Column and row of each country's tile, ISO 3166-1 alpha-2 in lower case.
const TILES: [(&str, i32, i32); 40] = [
    ("is", 0, 0),
    ("no", 4, 0),
    ("se", 5, 0),
    ("fi", 6, 0),
    ("ee", 7, 1),
    ("lv", 7, 2),
    ("lt", 7, 3),
    ("ie", 0, 2),
    ("gb", 1, 2),
    ("dk", 4, 1),
    ("nl", 3, 2),
    ("de", 4, 2),
    ("pl", 5, 2),
    ("by", 8, 3),
    ("be", 2, 3),
    ("lu", 3, 3),
    ("cz", 4, 3),
    ("sk", 5, 3),
    ("ua", 8, 4),
    ("fr", 2, 4),
    ("ch", 3, 4),
    ("at", 4, 4),
    ("hu", 5, 4),
    ("ro", 6, 4),
    ("md", 7, 4),
    ("pt", 0, 5),
    ("es", 1, 5),
    ("it", 3, 5),
    ("si", 4, 5),
    ("hr", 5, 5),
    ("rs", 6, 5),
    ("bg", 7, 5),
    ("me", 5, 6),
    ("ba", 4, 6),
    ("mk", 6, 6),
    ("al", 5, 7),
    ("gr", 6, 7),
    ("tr", 8, 6),
    ("mt", 3, 7),
    ("cy", 8, 7),
];
/// Side of a tile in SVG user units.
const SIDE: i32 = 44;
/// From one tile to the next.
const STEP: i32 = 48;
/// Tones of the sequential ramp, palest first; tone 0 is a country with nothing.
pub const TONES: i64 = 5;

/// A country with its number.
#[derive(Debug, Clone)]
pub struct Country {
    /// ISO code in lower case.
    pub code: String,
    /// Name.
    pub name: String,
    /// Where a click leads.
    pub href: String,
    /// What decides the tone.
    pub value: i64,
    /// The number in words with its unit.
    pub shown: String,
}

/// A drawn tile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// ISO code in capitals, the tile's writing.
    pub code: String,
    /// Name and number: the link's accessible name.
    pub title: String,
    /// Where a click leads; none for a country with nothing.
    pub href: Option<String>,
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Middle of the tile, across.
    pub text_x: i32,
    /// Base line of the writing.
    pub text_y: i32,
    /// Tone 0 to 5.
    pub tone: i64,
}

/// The step of the sequential ramp for a value: 0 for nothing, else 1 to [`TONES`] on a square-root scale, so that one
/// large number does not make all others look empty.
#[must_use]
pub fn tone(value: i64, greatest: i64) -> i64 {
    if value <= 0 || greatest <= 0 {
        return 0;
    }
    let share = value.saturating_mul(TONES * TONES) / greatest;
    (1..TONES).rev().find(|step| step * step <= share).map_or(1, |step| step + 1).min(TONES)
}

/// The tiles: every country of the grid that has a number, and the others pale.
#[must_use]
pub fn tiles(countries: &[Country]) -> Vec<Tile> {
    let greatest = countries.iter().map(|country| country.value).max().unwrap_or(0);
    TILES
        .iter()
        .map(|(code, column, row)| {
            let country = countries.iter().find(|country| country.code == *code);
            let (x, y) = (column * STEP + 2, row * STEP + 2);
            Tile {
                code: code.to_uppercase(),
                title: country.map_or_else(String::new, |country| format!("{}: {}", country.name, country.shown)),
                href: country.map(|country| country.href.clone()),
                x,
                y,
                text_x: x + SIDE / 2,
                text_y: y + SIDE / 2 + 6,
                tone: country.map_or(0, |country| tone(country.value, greatest)),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_rise_with_the_value() {
        let tones: Vec<i64> = [0, 1, 50, 300, 500, 800, 1000].iter().map(|value| tone(*value, 1000)).collect();
        assert_eq!(tones.first(), Some(&0));
        assert!(tones.windows(2).all(|pair| pair[0] <= pair[1]), "{tones:?}");
        assert_eq!(tones.last(), Some(&TONES));
        assert!(tones[1] >= 1);
    }

    #[test]
    fn no_two_tiles_lie_on_each_other() {
        let mut places: Vec<(i32, i32)> = TILES.iter().map(|(_, column, row)| (*column, *row)).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), TILES.len());
    }
}
