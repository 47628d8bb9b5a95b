//! Pooling layers.

mod global;
mod windows;

pub(super) use global::{
    GLOBAL_AVERAGE1D, GLOBAL_AVERAGE2D, GLOBAL_AVERAGE3D, GLOBAL_MAX1D, GLOBAL_MAX2D, GLOBAL_MAX3D,
};
pub(super) use windows::{AVERAGE1D, AVERAGE2D, AVERAGE3D, MAX1D, MAX2D, MAX3D};

/// What is made of the elements of a window.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Max,
    Average,
}
