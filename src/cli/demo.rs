//! `mailherd demo`
