//! `jax.scipy`: special functions and distributions, matrices, signals and images.

mod families;
pub(crate) mod linalg;
mod logarithms;
mod multivariate;
mod samples;
mod signal;
pub(crate) mod special;
pub(crate) mod stats;
mod zeta;

use crate::library::Refused;
use crate::modules::{Contents, modules};

const REFUSED: &[Refused] = &[Refused {
    name: "spatial",
    why: "rotations are not objects here; write them as quaternions or matrices of arrays",
}];

modules! {
    /// `jax.scipy`.
    SCIPY = Contents { refused: REFUSED, ..Contents::new("jax.scipy") };
    /// `jax.scipy.linalg`.
    LINALG = Contents {
        tensor_tables: &[linalg::FUNCTIONS],
        written: &[include_str!("../../packages/jax/scipy_linalg.py")],
        refused: linalg::REFUSED,
        ..Contents::new("jax.scipy.linalg")
    };
    /// `jax.scipy.sparse`.
    SPARSE = Contents::new("jax.scipy.sparse");
    /// `jax.scipy.sparse.linalg`.
    SPARSE_LINALG = Contents {
        written: &[include_str!("../../packages/jax/scipy_sparse_linalg.py")],
        ..Contents::new("jax.scipy.sparse.linalg")
    };
    /// `jax.scipy.special`.
    SPECIAL = Contents {
        tensor_tables: &[special::FUNCTIONS],
        written: &[
            include_str!("../../packages/jax/scipy_special_tables.py"),
            include_str!("../../packages/jax/scipy_special.py"),
            include_str!("../../packages/jax/scipy_special_integrals.py"),
            include_str!("../../packages/jax/scipy_special_gamma.py"),
            include_str!("../../packages/jax/scipy_special_hypergeometric.py"),
        ],
        ..Contents::new("jax.scipy.special")
    };
    /// `jax.scipy.stats`.
    STATS = Contents {
        tensor_functions: &[samples::FUNCTIONS],
        written: &[include_str!("../../packages/jax/scipy_stats.py")],
        ..Contents::new("jax.scipy.stats")
    };
    /// `jax.scipy.optimize`.
    OPTIMIZE = Contents {
        written: &[include_str!("../../packages/jax/scipy_optimize.py")],
        ..Contents::new("jax.scipy.optimize")
    };
    /// `jax.scipy.fft`.
    FFT = Contents { written: &[include_str!("../../packages/jax/scipy_fft.py")], ..Contents::new("jax.scipy.fft") };
    /// `jax.scipy.interpolate`.
    INTERPOLATE = Contents {
        written: &[include_str!("../../packages/jax/scipy_interpolate.py")],
        ..Contents::new("jax.scipy.interpolate")
    };
    /// `jax.scipy.cluster`.
    CLUSTER = Contents::new("jax.scipy.cluster");
    /// `jax.scipy.cluster.vq`.
    CLUSTER_VQ = Contents {
        written: &[include_str!("../../packages/jax/scipy_cluster_vq.py")],
        ..Contents::new("jax.scipy.cluster.vq")
    };
    /// `jax.scipy.signal`.
    SIGNAL = Contents {
        tensor_functions: &[signal::FUNCTIONS],
        written: &[include_str!("../../packages/jax/scipy_signal.py")],
        ..Contents::new("jax.scipy.signal")
    };
    /// `jax.scipy.ndimage`.
    NDIMAGE = Contents { tensor_functions: &[signal::IMAGES], ..Contents::new("jax.scipy.ndimage") };
    /// `jax.scipy.integrate`.
    INTEGRATE = Contents { tensor_functions: &[signal::INTEGRALS], ..Contents::new("jax.scipy.integrate") };
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
    POISSON = Contents {
        tensor_tables: &[stats::POISSON],
        written: &[include_str!("../../packages/jax/scipy_stats_poisson.py")],
        ..Contents::new("jax.scipy.stats.poisson")
    };
    /// `jax.scipy.stats.t`.
    T = Contents { tensor_tables: &[stats::T], ..Contents::new("jax.scipy.stats.t") };
    /// `jax.scipy.stats.uniform`.
    UNIFORM = Contents { tensor_tables: &[stats::UNIFORM], ..Contents::new("jax.scipy.stats.uniform") };
    /// `jax.scipy.stats.betabinom`.
    BETABINOM = Contents { tensor_tables: &[families::BETABINOM], ..Contents::new("jax.scipy.stats.betabinom") };
    /// `jax.scipy.stats.gennorm`.
    GENNORM = Contents { tensor_tables: &[families::GENNORM], ..Contents::new("jax.scipy.stats.gennorm") };
    /// `jax.scipy.stats.geom`.
    GEOM = Contents { tensor_tables: &[families::GEOM], ..Contents::new("jax.scipy.stats.geom") };
    /// `jax.scipy.stats.gumbel_l`.
    GUMBEL_L = Contents { tensor_tables: &[families::GUMBEL_L], ..Contents::new("jax.scipy.stats.gumbel_l") };
    /// `jax.scipy.stats.gumbel_r`.
    GUMBEL_R = Contents { tensor_tables: &[families::GUMBEL_R], ..Contents::new("jax.scipy.stats.gumbel_r") };
    /// `jax.scipy.stats.nbinom`.
    NBINOM = Contents { tensor_tables: &[families::NBINOM], ..Contents::new("jax.scipy.stats.nbinom") };
    /// `jax.scipy.stats.pareto`.
    PARETO = Contents { tensor_tables: &[families::PARETO], ..Contents::new("jax.scipy.stats.pareto") };
    /// `jax.scipy.stats.truncnorm`.
    TRUNCNORM = Contents { tensor_tables: &[families::TRUNCNORM], ..Contents::new("jax.scipy.stats.truncnorm") };
    /// `jax.scipy.stats.vonmises`.
    VONMISES = Contents { tensor_tables: &[families::VONMISES], ..Contents::new("jax.scipy.stats.vonmises") };
    /// `jax.scipy.stats.wrapcauchy`.
    WRAPCAUCHY = Contents { tensor_tables: &[families::WRAPCAUCHY], ..Contents::new("jax.scipy.stats.wrapcauchy") };
    /// `jax.scipy.stats.multinomial`.
    MULTINOMIAL = Contents { tensor_functions: &[multivariate::MULTINOMIAL], ..Contents::new("jax.scipy.stats.multinomial") };
    /// `jax.scipy.stats.multivariate_normal`.
    MULTIVARIATE_NORMAL = Contents {
        tensor_functions: &[multivariate::NORMAL],
        ..Contents::new("jax.scipy.stats.multivariate_normal")
    };
}
