//! What pages are made of: the frame around every page, numbers in words, bars and maps, paging, safe text.

pub mod chart;
pub mod dates;
pub mod facts;
pub mod map;
pub mod numbers;
pub mod paging;
pub mod rules;
pub mod text;
