//! Artifacts with executables for several targets, most of which are not here.

use keramos::runtime::pjrt::{Environment, Platform, discover};

use crate::tool::Workplace;

#[test]
fn a_portable_executable_is_used_here_and_says_what_it_relies_on() {
    let place = Workplace::new();
    place.write("tiny.py", crate::journey::MODEL);
    let (x, _) = crate::journey::rows();
    place.arrays("x.npz", vec![("x", x)]);
    let targets = ["--target", "cpu", "--target", "cpu:portable"];
    let said = place.keramos(&[&["compile", "tiny.py", "--no-training"], &targets[..]].concat()).ok();
    assert!(said.stdout.contains("executables for cpu, cpu:portable"), "{}", said.stdout);
    let inspected = place.keramos_run(&["inspect", "tiny.kar"]).ok();
    assert!(inspected.stdout.contains("features avx avx2 bmi2 f16c fma"), "{}", inspected.stdout);

    place.keramos(&["compile", "tiny.py", "--no-training", "--target", "cpu:portable", "-o", "portable.kar"]).ok();
    for (artifact, output) in [("tiny.kar", "host.npy"), ("portable.kar", "portable.npy")] {
        place.keramos_run(&["predict", artifact, "--input", "x.npz", "--require-aot", "-o", output]).ok();
    }
    let values = |name: &str| {
        let arrays = keramos::runtime::data::read(&place.path(name)).expect("predictions");
        arrays.into_values().next().and_then(|array| array.values::<f32>()).expect("floats")
    };
    crate::weights::assert_close((values("portable.npy"), values("host.npy")), 1e-5);
}

/// With the plugins, an artifact is compiled for all three kinds of device; without one, the message names it.
#[test]
fn accelerators_that_are_not_here_are_compiled_for() {
    let place = Workplace::new();
    place.write("tiny.py", crate::journey::MODEL);
    let listed = place.keramos(&["targets"]).ok().stdout;
    for (platform, target, install) in
        [(Platform::Cuda, "cuda:h100", "plugins install cuda13"), (Platform::Tpu, "tpu:v5e:2x2", "plugins install tpu")]
    {
        let compiled = place.keramos(&["compile", "tiny.py", "--target", "cpu", "--target", target]);
        let line = listed.lines().find(|line| line.starts_with(target)).expect("a line of the list");
        if discover::candidates(platform, &Environment::current()).is_empty() {
            assert!(line.contains(install), "{line}");
            compiled.fails_with(&["no PJRT plugin for platform", install]);
            assert!(!place.path("tiny.kar").exists());
        } else {
            assert!(line.contains("ready"), "{line}");
            let said = compiled.ok().stdout;
            assert!(said.contains(&format!("executables for cpu, {target}")), "{said}");
            place.arrays("x.npz", vec![("x", crate::journey::rows().0)]);
            place.keramos_run(&["predict", "tiny.kar", "--input", "x.npz", "--require-aot"]).ok();
        }
    }
}

#[test]
fn targets_that_are_none_say_which_there_are() {
    let place = Workplace::new();
    place.write("tiny.py", crate::journey::MODEL);
    for (targets, part) in [
        (&["--target", "vax"][..], "targets are cpu, cpu:portable, cuda:GPU and tpu:TOPOLOGY"),
        (&["--target", "cuda:h1000"], "known GPUs are h100, h200, a100, b200, l4, rtx6000pro"),
        (&["--target", "cuda:my.txtpb"], "my.txtpb: the description of a GPU cannot be read"),
        (&["--target", "cpu", "--target", "none"], "leave out the others"),
        (&["--target", "cpu", "--target", "cpu"], "--target cpu is there twice"),
    ] {
        place.keramos(&[&["compile", "tiny.py"], targets].concat()).fails_with(&[part]);
    }
}
