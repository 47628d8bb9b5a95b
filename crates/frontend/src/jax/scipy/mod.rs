//! `jax.scipy`: special functions and distributions.

pub(crate) mod linalg;
pub(crate) mod special;
pub(crate) mod stats;

use crate::modules::{Contents, modules};

modules! {
    /// `jax.scipy`.
    SCIPY = Contents::new("jax.scipy");
    /// `jax.scipy.linalg`.
    LINALG = Contents { tensor_tables: &[linalg::FUNCTIONS], ..Contents::new("jax.scipy.linalg") };
    /// `jax.scipy.special`.
    SPECIAL = Contents { tensor_tables: &[special::FUNCTIONS], ..Contents::new("jax.scipy.special") };
    /// `jax.scipy.stats`.
    STATS = Contents::new("jax.scipy.stats");
    /// `jax.scipy.stats.bernoulli`.
    BERNOULLI = Contents { tensor_tables: &[stats::BERNOULLI], ..Contents::new("jax.scipy.stats.bernoulli") };
    /// `jax.scipy.stats.beta`.
    BETA = Contents { tensor_tables: &[stats::BETA], ..Contents::new("jax.scipy.stats.beta") };
    /// `jax.scipy.stats.binom`.
    BINOM = Contents { tensor_tables: &[stats::BINOM], ..Contents::new("jax.scipy.stats.binom") };
    /// `jax.scipy.stats.cauchy`.
    CAUCHY = Contents { tensor_tables: &[stats::CAUCHY], ..Contents::new("jax.scipy.stats.cauchy") };
    /// `jax.scipy.stats.chi2`.
    CHI2 = Contents { tensor_tables: &[stats::CHI2], ..Contents::new("jax.scipy.stats.chi2") };
    /// `jax.scipy.stats.dirichlet`.
    DIRICHLET = Contents { tensor_tables: &[stats::DIRICHLET], ..Contents::new("jax.scipy.stats.dirichlet") };
    /// `jax.scipy.stats.expon`.
    EXPON = Contents { tensor_tables: &[stats::EXPON], ..Contents::new("jax.scipy.stats.expon") };
    /// `jax.scipy.stats.gamma`.
    GAMMA = Contents { tensor_tables: &[stats::GAMMA], ..Contents::new("jax.scipy.stats.gamma") };
    /// `jax.scipy.stats.laplace`.
    LAPLACE = Contents { tensor_tables: &[stats::LAPLACE], ..Contents::new("jax.scipy.stats.laplace") };
    /// `jax.scipy.stats.logistic`.
    LOGISTIC = Contents { tensor_tables: &[stats::LOGISTIC], ..Contents::new("jax.scipy.stats.logistic") };
    /// `jax.scipy.stats.norm`.
    NORM = Contents { tensor_tables: &[stats::NORM], ..Contents::new("jax.scipy.stats.norm") };
    /// `jax.scipy.stats.poisson`.
    POISSON = Contents { tensor_tables: &[stats::POISSON], ..Contents::new("jax.scipy.stats.poisson") };
    /// `jax.scipy.stats.t`.
    T = Contents { tensor_tables: &[stats::T], ..Contents::new("jax.scipy.stats.t") };
    /// `jax.scipy.stats.uniform`.
    UNIFORM = Contents { tensor_tables: &[stats::UNIFORM], ..Contents::new("jax.scipy.stats.uniform") };
}
