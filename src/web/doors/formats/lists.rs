//! Pages of lists that are not searched: series, providers, vocabularies.

use actix_web::HttpRequest;

use crate::error::{ErrorKind, UserError};
use crate::web::fault::Fault;
use crate::web::view::paging;

/// Items on a page.
pub const LIST_PAGE: usize = 100;
/// Characters of an outside text that an error repeats.
const QUOTED_CHARACTERS: usize = 20;

/// The error for a page after the last.
#[must_use]
pub fn no_page(asked: usize, last: usize) -> Fault {
    let words = match last {
        1 => format!("There is no page {asked}: the list has one page."),
        last => format!("There is no page {asked}: the list has {last} pages."),
    };
    UserError::new(ErrorKind::BadRequest, words).field("page").into()
}

/// The page that is asked for of a list with so many items, and the last one, both from 1.
///
/// # Errors
/// 400 for what is no number of a page of this list.
pub fn page_of(http: &HttpRequest, items: usize) -> Result<(usize, usize), Fault> {
    let last = paging::pages(items, LIST_PAGE);
    let asked = url::form_urlencoded::parse(http.query_string().as_bytes())
        .find(|(name, value)| name == "page" && !value.is_empty())
        .map(|(_, value)| value.into_owned());
    let Some(asked) = asked else { return Ok((1, last)) };
    match asked.parse::<usize>() {
        Ok(number) if (1..=last).contains(&number) => Ok((number, last)),
        Ok(number) if number > last => Err(no_page(number, last)),
        _ => {
            let shown: String = asked.chars().take(QUOTED_CHARACTERS).collect();
            let words = format!("\u{201c}{shown}\u{201d} is no page number: pages are counted from 1.");
            Err(UserError::new(ErrorKind::BadRequest, words).field("page").into())
        }
    }
}

/// The address of a page of a list: the first one without a number.
#[must_use]
pub fn address(path: &str, query: &str, number: usize) -> String {
    let page = if number > 1 { format!("page={number}") } else { String::new() };
    let parts: Vec<&str> = [query, page.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
}

/// The items of a page.
pub fn slice<T>(items: &[T], number: usize) -> &[T] {
    let start = number.saturating_sub(1).saturating_mul(LIST_PAGE).min(items.len());
    let end = start.saturating_add(LIST_PAGE).min(items.len());
    items.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_a_list_are_its_parts() {
        let items: Vec<usize> = (0..250).collect();
        let parts: Vec<usize> = (1..=3).flat_map(|number| slice(&items, number).to_vec()).collect();
        assert_eq!(parts, items);
        assert!(slice(&items, 4).is_empty());
        assert_eq!(address("/providers", "country=es", 2), "/providers?country=es&page=2");
        assert_eq!(address("/series", "", 1), "/series");
    }
}
