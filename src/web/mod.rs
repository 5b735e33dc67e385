//! Routes, middleware, pages, the API and the open-data doors. Handlers extract, authorise, call once, view, answer.
