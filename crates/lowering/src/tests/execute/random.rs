//! Random programs, many to a module, against reference evaluation.
//!
//! `KERAMOS_RANDOM_PROGRAMS` multiplies the number of programs, `KERAMOS_RANDOM_SEED` changes them.

use keramos_ir::passes::{self, Target};
use keramos_ir::transform::vmap;
use keramos_ir::{Array, Batch, DType, eval};

use super::{Case, Effort, run_cases};

use agreement::{difference, spread};
use generate::{Choices, Domain, essence, program, shrink, steps};

#[path = "../../../../ir/tests/suite/random/agreement.rs"]
mod agreement;
#[path = "../../../../ir/tests/suite/random/generate/mod.rs"]
mod generate;

/// Programs in one module: more take longer to compile than several modules, fewer do not pay for one.
const TOGETHER: u64 = 25;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// The program, every third time simplified for the plugin, and every third time batched.
fn case(seed: u64, steps: &[u64], domain: Domain) -> Case {
    let mut function = program(steps, domain);
    let made = match seed % 3 {
        0 => Ok(function.clone()),
        1 => {
            let options = passes::Options { target: Target::Cpu, differentiable: false, ..passes::Options::default() };
            passes::simplify(&function, &options)
        }
        _ => vmap(&function, &vec![true; function.params.len()], &Batch::new(2), &[]).map(|(batched, _)| batched),
    };
    function = made.unwrap_or_else(|e| panic!("{e}\n{function}"));
    let mut choices = Choices(seed);
    let arguments = function.param_types().iter().map(|ty| choices.array(ty)).collect();
    Case { name: format!("seed {seed}"), function, arguments }
}

/// How far results may be off for rounding alone, and by how much arguments move to tell where it decides.
fn tolerances(float: DType) -> (f64, f64) {
    if float == DType::F64 { (1e-11, 1e-13) } else { (1e-5, 1e-6) }
}

/// What differs in the results of a case, where more than rounding decides.
fn differs(case: &Case, found: &[Vec<u8>], float: DType) -> Option<String> {
    let expected = eval(&case.function, &case.arguments).unwrap_or_else(|e| panic!("{e}\n{}", case.function));
    let found = found.iter().zip(&expected).map(|(bytes, x)| Array::from_le_bytes(x.ty(), bytes).unwrap());
    let found: Vec<Array> = found.collect();
    let (tolerance, by) = tolerances(float);
    difference(&found, &expected, tolerance, None)?;
    let spread = spread(&case.function, &case.arguments, &expected, by);
    difference(&found, &expected, tolerance, Some(&spread))
}

/// What differs for one program, compiled alone.
fn alone(seed: u64, steps: &[u64], domain: Domain) -> Option<String> {
    let case = case(seed, steps, domain);
    let found = run_cases(std::slice::from_ref(&case), Effort::Full).remove(0);
    differs(&case, &found, domain.float)
}

/// Checks `modules` modules of programs, the first of which has the number `first`.
fn agree(first: u64, modules: u64, float: DType, effort: Effort) {
    const MOST: usize = 10;
    let domain = Domain { iterative: false, ..Domain::all(float) };
    let base = setting("KERAMOS_RANDOM_SEED", 0) << 32;
    for module in first..first + modules * setting("KERAMOS_RANDOM_PROGRAMS", 1) {
        let seeds: Vec<u64> = (0..TOGETHER).map(|i| base + module * TOGETHER + i).collect();
        let cases: Vec<Case> = seeds.iter().map(|&seed| case(seed, &steps(seed, MOST), domain)).collect();
        for ((made, found), &seed) in cases.iter().zip(run_cases(&cases, effort)).zip(&seeds) {
            let Some(why) = differs(made, &found, float) else { continue };
            let least = shrink(&steps(seed, MOST), |steps| alone(seed, steps, domain).is_some());
            let least = essence(&case(seed, &least, domain).function);
            panic!("seed {seed}: {why}\narguments {:?}\n{least}", made.arguments);
        }
    }
}

#[test]
fn compiled_programs_compute_what_they_mean_in_double_precision() {
    agree(0, 4, DType::F64, Effort::Full);
}

#[test]
fn compiled_programs_compute_what_they_mean_in_single_precision() {
    agree(0, 2, DType::F32, Effort::Full);
}

/// Modules of each long run. The runs, two thousand programs together, are as many tests so that they run side
/// by side.
const MANY: u64 = 20;

#[test]
fn five_hundred_programs_in_double_precision() {
    agree(4, MANY, DType::F64, Effort::Little);
}

#[test]
fn five_hundred_others_in_double_precision() {
    agree(4 + MANY, MANY, DType::F64, Effort::Little);
}

#[test]
fn five_hundred_more_in_double_precision() {
    agree(4 + 2 * MANY, MANY, DType::F64, Effort::Little);
}

#[test]
fn five_hundred_programs_in_single_precision() {
    agree(2, MANY, DType::F32, Effort::Little);
}
