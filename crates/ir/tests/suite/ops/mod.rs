//! The primitives: their rules against each other over the table of samples, and known values.

mod corners;
mod dtypes;
mod linalg;
mod rejections;
mod simplified;
mod special;
mod table;
mod values;
