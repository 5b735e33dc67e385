//! How complete a data set's metadata is.
