//! Tests of the database, the queue and the projections, each on SQLite and on PostgreSQL in one plain run.

/// Makes a test on each back-end of functions that take a `&TestDatabase`.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            use crate::helpers::database::{Backend, TestDatabase};
            $(#[test] fn $name() { super::$name(&TestDatabase::on(Backend::Sqlite)); })+
        }
        mod postgres {
            use crate::helpers::database::{Backend, TestDatabase};
            $(#[test] fn $name() { super::$name(&TestDatabase::on(Backend::Postgres)); })+
        }
    };
}

mod audit;
mod facade;
mod given;
mod projection;
mod publication;
mod queue;
mod records;
mod schema;
