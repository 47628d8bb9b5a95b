//! Runs functions: by the reference evaluator one by one, by the CPU plugin many as one program.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use keramos::Session;
use keramos::artifact::{
    Artifact, ArtifactBuilder, BuildInfo, CodeFormat, DType, Entry, Manifest, Port, PortKind, Program,
};
use keramos::ir::passes::{self, simplify};
use keramos::ir::{Array, Builder, Function, TensorType, Value};
use keramos::lowering::{Format, lower};
use keramos::runtime::HostTensor;
use keramos_pjrt::{Client, CompileOptions};

use crate::store::{Case, Store};

/// The results according to the reference evaluator.
pub fn reference(store: &Store, case: &Case, function: &Function) -> Result<Vec<Array>, String> {
    let arguments = store.arguments(case)?;
    let evaluate = || keramos::ir::eval(function, &arguments).map_err(|e| format!("reference evaluator: {e}"));
    catch_unwind(AssertUnwindSafe(evaluate)).unwrap_or_else(|_| Err("the reference evaluator panics".to_owned()))
}

/// The results of each case, compiled for the CPU. All become one program; where that fails, they are
/// halved until the culprits are alone.
pub fn compiled<'a>(
    session: &Session,
    store: &Store,
    traced: &[(&'a Case, Function)],
) -> Vec<(&'a Case, Result<Vec<Array>, String>)> {
    let run = || one_program(session, store, traced);
    match catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err("the compiler panics".to_owned())) {
        Ok(results) => traced.iter().zip(results).map(|((case, _), result)| (*case, Ok(result))).collect(),
        Err(message) => match traced {
            [] => Vec::new(),
            [(only, _)] => vec![(*only, Err(message))],
            _ => {
                let (left, right) = traced.split_at(traced.len() / 2);
                let mut results = compiled(session, store, left);
                results.extend(compiled(session, store, right));
                results
            }
        },
    }
}

fn one_program(session: &Session, store: &Store, traced: &[(&Case, Function)]) -> Result<Vec<Vec<Array>>, String> {
    let mut builder = Builder::new("group");
    let (mut arguments, mut results) = (Vec::new(), Vec::new());
    // Cases share the parameters that stand for equal arguments: what they compute alike becomes one computation.
    let mut shared: HashMap<usize, Value> = HashMap::new();
    for (case, function) in traced {
        let mut params = Vec::new();
        for (&place, array) in store.argument_places(case).iter().zip(store.arguments(case)?) {
            params.push(*shared.entry(place).or_insert_with(|| {
                let param = builder.param(array.ty().clone());
                arguments.push(array);
                param
            }));
        }
        results.push(builder.inline(function, &params).map_err(|e| e.to_string())?);
    }
    let function = builder.finish(results.concat());
    let outputs = call(session, &function, &arguments)?;
    let mut outputs = outputs.into_iter();
    Ok(results.iter().map(|of_case| outputs.by_ref().take(of_case.len()).collect()).collect())
}

/// The function as compiled programs have it, and its code.
fn lowered(function: &Function) -> Result<(Function, Vec<u8>), String> {
    let options = passes::Options { target: passes::Target::Cpu, differentiable: false, ..passes::Options::default() };
    let function = simplify(function, &options).map_err(|e| format!("passes: {e}"))?;
    let program = keramos::lowering::Program {
        name: "group",
        function: &function,
        arguments: &[],
        results: &[],
        partitions: 1,
        replicas: 1,
    };
    let options = keramos::lowering::Options { format: Format::Bytecode, locations: false };
    let code = lower(&program, &options).map_err(|e| format!("lowering: {e}"))?.code;
    Ok((function, code))
}

/// The results of a function, packed and compiled for the CPU as a user's program is.
pub fn call(session: &Session, function: &Function, arguments: &[Array]) -> Result<Vec<Array>, String> {
    let (function, code) = lowered(function)?;
    let ports = |types: Vec<TensorType>, kind: PortKind| {
        let port = |(i, ty): (usize, TensorType)| {
            Ok(Port { name: i.to_string(), dtype: dtype(&ty)?, shape: ty.shape, kind, donated: false, below: None })
        };
        types.into_iter().enumerate().map(port).collect::<Result<Vec<Port>, String>>()
    };
    let mut builder = ArtifactBuilder::new(BuildInfo::default(), Manifest::default());
    let program = Program {
        entry: Entry::Function("group".to_owned()),
        batch: None,
        inputs: ports(function.param_types(), PortKind::Data)?,
        outputs: ports(function.result_types(), PortKind::Output)?,
        format: CodeFormat::StablehloBytecode,
        counts_padding: Vec::new(),
    };
    builder.add_program(program, code);
    let artifact = builder.finish().and_then(Artifact::from_bytes).map_err(|e| e.to_string())?;
    let tensors = arguments.iter().map(|a| {
        let (ty, bytes) = (a.ty(), a.to_le_bytes());
        HostTensor::new(dtype(ty)?, ty.shape.clone(), bytes).map_err(|e| e.to_string())
    });
    let tensors = tensors.collect::<Result<Vec<_>, String>>()?;
    let outputs = session.load(artifact).call("group", &tensors).map_err(|e| e.to_string())?;
    let types = function.result_types();
    let array =
        |(ty, output): (&TensorType, HostTensor)| Array::from_le_bytes(ty, output.bytes()).map_err(|e| e.to_string());
    types.iter().zip(outputs).map(array).collect()
}

/// The results of a function, compiled for the CPU by a code generator that hardly optimises: in two thirds of the time.
pub fn call_unoptimized(client: &Client, function: &Function, arguments: &[Array]) -> Result<Vec<Array>, String> {
    let (function, code) = lowered(function)?;
    let options =
        CompileOptions::new().xla("xla_cpu_enable_fast_min_max", false).xla("xla_backend_optimization_level", 0);
    let run = || -> Result<Vec<Vec<u8>>, Box<dyn std::error::Error>> {
        let executable = client.compile(code, &options)?;
        let device = client.device(0)?;
        let buffers = arguments.iter().map(|array| {
            let element = array.ty().dtype.numpy_name().parse()?;
            let dims: Vec<i64> = array.ty().shape.iter().map(|&size| size as i64).collect();
            Ok(client.buffer_from_bytes(element, &dims, &array.to_le_bytes(), device)?)
        });
        let buffers = buffers.collect::<Result<Vec<_>, Box<dyn std::error::Error>>>()?;
        let outputs = executable.execute(&buffers)?.wait()?;
        outputs.iter().map(|buffer| Ok(buffer.to_bytes()?)).collect()
    };
    let outputs = run().map_err(|e| e.to_string())?;
    let array = |(ty, bytes): (TensorType, Vec<u8>)| Array::from_le_bytes(&ty, &bytes).map_err(|e| e.to_string());
    function.result_types().into_iter().zip(outputs).map(array).collect()
}

/// The runtime's element type.
fn dtype(ty: &TensorType) -> Result<DType, String> {
    DType::from_name(ty.dtype.numpy_name()).ok_or_else(|| format!("the runtime has no {}", ty.dtype))
}
