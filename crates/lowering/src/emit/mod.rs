//! The MLIR implementation of [`Emitter`]: generic operations appended to the block being built.

mod attributes;
mod constants;
mod functions;
mod locations;
mod numbering;
mod types;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use keramos_ir::stablehlo::{Emitter, HloOp, HloValue};
use keramos_ir::{Array, Function, IrError, Location as Place, Primitive, TensorType};
use melior::Context;
use melior::ir::operation::{OperationBuilder, OperationLike, OperationPrintingFlags};
use melior::ir::{
    Attribute, Block, BlockLike, BlockRef, Identifier, Location, Module, Region, RegionLike, Type, Value,
};

use crate::context::{self, DiagnosticLog};
use crate::error::LoweringError;
use crate::program::{Format, Lowered, Options, Stats};

use self::attributes::AttributeCache;
use self::locations::LocationCache;
use self::numbering::{OpKey, ValueNumbering};
use self::types::{TypeId, TypeTable};

/// A block under construction.
struct Scope<'c> {
    block: BlockRef<'c, 'c>,
    numbering: ValueNumbering<'c>,
}

/// Builds one module. Values of all its functions share one numbering ([`HloValue`]).
pub(crate) struct ModuleEmitter<'c> {
    context: &'c Context,
    module: Module<'c>,
    log: DiagnosticLog<'c>,
    options: Options,
    types: TypeTable<'c>,
    attributes: AttributeCache<'c>,
    locations: LocationCache<'c>,
    values: Vec<(Value<'c, 'c>, TypeId)>,
    scopes: Vec<Scope<'c>>,
    /// Callees by identity; the `Arc` keeps the address from being reused.
    callees: HashMap<*const Function, (Arc<Function>, String)>,
    symbols: HashSet<String>,
    /// Where the equation being lowered comes from.
    place: Place,
    /// The primitive being lowered, empty outside of any.
    primitive: &'static str,
    /// The error behind the last `IrError` that an [`Emitter`] method returned: `lower` rules pass on
    /// only the latter.
    failure: Option<LoweringError>,
    stats: Stats,
}

impl<'c> ModuleEmitter<'c> {
    pub(crate) fn new(context: &'c Context, options: Options) -> Self {
        ModuleEmitter {
            context,
            module: Module::new(Location::unknown(context)),
            log: DiagnosticLog::attach(context),
            options,
            types: TypeTable::new(context),
            attributes: AttributeCache::new(context),
            locations: LocationCache::new(context, options.locations),
            values: Vec::new(),
            scopes: Vec::new(),
            callees: HashMap::new(),
            symbols: HashSet::new(),
            place: Place::UNKNOWN,
            primitive: "",
            failure: None,
            stats: Stats::default(),
        }
    }

    /// Verifies the module, runs MLIR's clean-up passes and writes it out.
    pub(crate) fn finish(mut self) -> Result<Lowered, LoweringError> {
        let operation = self.module.as_operation();
        if !operation.verify() {
            let diagnostics = self.log.take().into_iter().map(|r| format!("{}: {}", r.location, r.message)).collect();
            return Err(LoweringError::Verify { diagnostics });
        }
        if context::clean_up(self.context, &mut self.module).is_err() {
            let diagnostics = vec![self.log.take_message("MLIR's clean-up passes failed")];
            return Err(LoweringError::Verify { diagnostics });
        }
        let operation = self.module.as_operation();
        let code = match self.options.format {
            Format::Bytecode => operation.write_bytecode(),
            Format::Text => {
                let flags = OperationPrintingFlags::new()
                    .print_generic_operation_form()
                    .enable_debug_info(self.options.locations, false);
                let text = operation.to_string_with_flags(flags);
                text.map_err(|e| LoweringError::Write { message: e.to_string() })?.into_bytes()
            }
        };
        Ok(Lowered { code, format: self.options.format, stats: self.stats })
    }

    /// Emits the equations of `function` with its parameters bound to `arguments`; returns its results.
    fn body(&mut self, function: &Function, arguments: &[HloValue]) -> Result<Vec<HloValue>, LoweringError> {
        if function.params.len() != arguments.len() {
            let message = format!("takes {} arguments, {} given", function.params.len(), arguments.len());
            return Err(self.refuse(&function.name, message));
        }
        let mut bound: Vec<Option<HloValue>> = vec![None; function.num_values()];
        let bind = |bound: &mut Vec<Option<HloValue>>, value: keramos_ir::Value, to: HloValue| {
            if let Some(slot) = bound.get_mut(value.index()) {
                *slot = Some(to);
            }
        };
        for (&param, &argument) in function.params.iter().zip(arguments) {
            bind(&mut bound, param, argument);
        }
        let outside = self.place.clone();
        for equation in &function.equations {
            // Helpers that a rule inlines, and regions, have no place of their own.
            let place = if equation.location.is_unknown() { &outside } else { &equation.location };
            (self.place, self.primitive) = (place.clone(), equation.op.name());
            let operands = self.look_up(function, &bound, &equation.inputs)?;
            let types: Vec<TensorType> = equation.outputs.iter().map(|&v| function.ty(v).clone()).collect();
            let results = equation.op.lower(self, &operands, &types);
            let results = results.and_then(|results| self.check_results(&equation.op, results, &types));
            let results = results.map_err(|source| {
                let location = place.clone();
                self.failure.take().unwrap_or(LoweringError::Rule { op: equation.op.name(), location, source })
            })?;
            for (&output, result) in equation.outputs.iter().zip(results) {
                bind(&mut bound, output, result);
            }
        }
        self.look_up(function, &bound, &function.results)
    }

    fn look_up(
        &self,
        function: &Function,
        bound: &[Option<HloValue>],
        values: &[keramos_ir::Value],
    ) -> Result<Vec<HloValue>, LoweringError> {
        let one = |&value: &keramos_ir::Value| {
            let found = bound.get(value.index()).copied().flatten();
            found.ok_or_else(|| self.refuse(&function.name, format!("value %{} is not defined", value.index())))
        };
        values.iter().map(one).collect()
    }

    /// Holds a rule to the types that the primitive inferred.
    fn check_results(
        &self,
        op: &keramos_ir::Op,
        results: Vec<HloValue>,
        types: &[TensorType],
    ) -> keramos_ir::Result<Vec<HloValue>> {
        let found: Vec<&TensorType> = results.iter().map(|&r| self.ty(r)).collect();
        if found.iter().copied().eq(types) {
            return Ok(results);
        }
        let list = |types: &[&TensorType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let inferred = list(&types.iter().collect::<Vec<_>>());
        let message = format!("the lowering rule returned ({}) instead of ({inferred})", list(&found));
        Err(IrError::Type { op: op.name(), message, operands: Vec::new() })
    }

    /// A region of one block that runs `function` on its arguments and ends in `terminator`.
    fn region(
        &mut self,
        function: &Function,
        argument_locations: &[Location<'c>],
        terminator: &'static str,
    ) -> Result<Region<'c>, LoweringError> {
        let types: Vec<&TensorType> = function.params.iter().map(|&param| function.ty(param)).collect();
        self.region_of(&types, argument_locations, terminator, |emitter, arguments| emitter.body(function, arguments))
    }

    /// A region of one block with arguments of `types` that holds what `body` emits, and ends in
    /// `terminator` of what it returns. Arguments beyond the given locations have an unknown one.
    fn region_of(
        &mut self,
        types: &[&TensorType],
        argument_locations: &[Location<'c>],
        terminator: &'static str,
        body: impl FnOnce(&mut Self, &[HloValue]) -> Result<Vec<HloValue>, LoweringError>,
    ) -> Result<Region<'c>, LoweringError> {
        let types: Vec<(TypeId, Type<'c>)> = types.iter().map(|ty| self.types.intern(ty)).collect();
        let unknown = Location::unknown(self.context);
        let locations = argument_locations.iter().copied().chain(std::iter::repeat(unknown));
        let block_arguments: Vec<_> = types.iter().map(|&(_, ty)| ty).zip(locations).collect();
        let region = Region::new();
        let block = region.append_block(Block::new(&block_arguments));
        let mut arguments = Vec::with_capacity(types.len());
        for (i, &(id, _)) in types.iter().enumerate() {
            let argument = block.argument(i).map_err(|e| self.refuse(terminator, e.to_string()))?;
            arguments.push(self.define(argument.into(), id));
        }

        self.scopes.push(Scope { block, numbering: ValueNumbering::default() });
        let outside = (self.place.clone(), self.primitive);
        let results = body(self, &arguments);
        (self.place, self.primitive) = outside;
        self.scopes.pop();

        let results = self.mlir_values(&results?)?;
        let end = OperationBuilder::new(terminator, unknown).add_operands(&results).build();
        block.append_operation(end.map_err(|_| self.refused_by_mlir(terminator))?);
        Ok(region)
    }

    /// Emits an operation whose regions' functions take block arguments, or the captured values if there
    /// are some given.
    fn emit(&mut self, op: HloOp<'_>, captured: Option<&[HloValue]>) -> Result<Vec<HloValue>, LoweringError> {
        let mut attributes = Vec::with_capacity(op.attributes.len());
        for (name, text) in &op.attributes {
            let Some(attribute) = self.attributes.parse(text) else {
                return Err(LoweringError::Attribute {
                    op: op.name.to_owned(),
                    name: (*name).to_owned(),
                    text: text.clone(),
                    message: self.log.take_message("no reason given"),
                    location: self.place.clone(),
                });
            };
            attributes.push((*name, attribute));
        }
        let mut regions = Vec::with_capacity(op.regions.len());
        for function in &op.regions {
            const END: &str = "stablehlo.return";
            regions.push(match captured {
                None => self.region(function, &[], END)?,
                Some(captured) => self.region_of(&[], &[], END, |emitter, _| emitter.body(function, captured))?,
            });
        }
        self.append(op.name, op.operands, attributes, regions, op.results)
    }

    /// Appends an operation to the current block, or finds the earlier one that computes the same.
    fn append(
        &mut self,
        name: &'static str,
        operands: &[HloValue],
        attributes: Vec<(&'static str, Attribute<'c>)>,
        regions: Vec<Region<'c>>,
        results: &[TensorType],
    ) -> Result<Vec<HloValue>, LoweringError> {
        let (ids, types): (Vec<TypeId>, Vec<Type<'c>>) = results.iter().map(|ty| self.types.intern(ty)).unzip();
        let Some(scope) = self.scopes.last() else {
            return Err(self.refuse(name, "emitted outside of a function".to_owned()));
        };
        let block = scope.block;
        let key = (regions.is_empty() && ValueNumbering::covers(name)).then(|| OpKey {
            name,
            operands: operands.into(),
            attributes: attributes.as_slice().into(),
            results: ids.as_slice().into(),
        });
        if let Some(earlier) = key.as_ref().and_then(|key| scope.numbering.get(key)) {
            self.stats.merged += 1;
            return Ok(earlier.clone());
        }

        let location = self.locations.get(&self.place, self.primitive);
        let operands = self.mlir_values(operands)?;
        let attributes: Vec<(Identifier<'c>, Attribute<'c>)> =
            attributes.into_iter().map(|(name, attribute)| (self.attributes.name(name), attribute)).collect();
        let operation = OperationBuilder::new(name, location)
            .add_operands(&operands)
            .add_attributes(&attributes)
            .add_regions_vec(regions)
            .add_results(&types)
            .build()
            .map_err(|_| self.refused_by_mlir(name))?;
        let operation = block.append_operation(operation);
        self.stats.operations += 1;

        let mut values = Vec::with_capacity(ids.len());
        for (i, id) in ids.into_iter().enumerate() {
            let result = operation.result(i).map_err(|e| self.refuse(name, e.to_string()))?;
            values.push(self.define(result.into(), id));
        }
        if let (Some(key), Some(scope)) = (key, self.scopes.last_mut()) {
            scope.numbering.insert(key, values.clone());
        }
        Ok(values)
    }

    fn define(&mut self, value: Value<'c, 'c>, ty: TypeId) -> HloValue {
        self.values.push((value, ty));
        HloValue((self.values.len() - 1) as u32)
    }

    fn mlir_values(&self, values: &[HloValue]) -> Result<Vec<Value<'c, 'c>>, LoweringError> {
        let one = |value: &HloValue| {
            let found = self.values.get(value.0 as usize).map(|row| row.0);
            found.ok_or_else(|| self.refuse("value", format!("%{} was never emitted", value.0)))
        };
        values.iter().map(one).collect()
    }

    fn refuse(&self, op: &str, message: String) -> LoweringError {
        LoweringError::Operation { op: op.to_owned(), message, location: self.place.clone() }
    }

    fn refused_by_mlir(&self, op: &str) -> LoweringError {
        self.refuse(op, self.log.take_message("MLIR cannot build the operation"))
    }

    /// Passes `result` on to a `lower` rule, keeping the full error aside for [`Self::body`].
    fn pass_on<T>(&mut self, result: Result<T, LoweringError>) -> keramos_ir::Result<T> {
        result.map_err(|error| {
            let message = error.to_string();
            self.failure = Some(error);
            IrError::Backend { op: self.primitive, message }
        })
    }
}

impl Emitter for ModuleEmitter<'_> {
    fn op(&mut self, op: HloOp<'_>) -> keramos_ir::Result<Vec<HloValue>> {
        let result = self.emit(op, None);
        self.pass_on(result)
    }

    fn op_with_captures(&mut self, op: HloOp<'_>, captured: &[HloValue]) -> keramos_ir::Result<Vec<HloValue>> {
        let result = self.emit(op, Some(captured));
        self.pass_on(result)
    }

    fn constant(&mut self, array: &Array) -> keramos_ir::Result<HloValue> {
        let ty = self.types.intern(array.ty()).1;
        let attributes = vec![("value", constants::dense(array, ty))];
        let types = [array.ty().clone()];
        let result = self.append("stablehlo.constant", &[], attributes, Vec::new(), &types);
        let result = result.and_then(|values| match values.as_slice() {
            [value] => Ok(*value),
            _ => Err(self.refuse("stablehlo.constant", "has no result".to_owned())),
        });
        self.pass_on(result)
    }

    fn inline(&mut self, function: &Function, operands: &[HloValue]) -> keramos_ir::Result<Vec<HloValue>> {
        let outside = (self.place.clone(), self.primitive);
        let result = self.body(function, operands);
        (self.place, self.primitive) = outside;
        self.pass_on(result)
    }

    fn call(&mut self, function: &Arc<Function>, operands: &[HloValue]) -> keramos_ir::Result<Vec<HloValue>> {
        let result = self.emit_call(function, operands);
        self.pass_on(result)
    }

    fn ty(&self, value: HloValue) -> &TensorType {
        // Values are made by `define` alone; a rule can only hold ones that it was given.
        self.types.ir(self.values[value.0 as usize].1)
    }
}

#[cfg(test)]
impl<'c> ModuleEmitter<'c> {
    /// Defines `main` of parameters `types`, whose body a test emits as a `lower` rule would, at `place`.
    pub(crate) fn entry_of(
        &mut self,
        types: &[TensorType],
        place: Place,
        body: impl FnOnce(&mut dyn Emitter, &[HloValue]) -> keramos_ir::Result<Vec<HloValue>>,
    ) -> Result<(), LoweringError> {
        let mut outputs = Vec::new();
        let inputs: Vec<&TensorType> = types.iter().collect();
        let region = self.region_of(&inputs, &[], "func.return", |emitter, arguments| {
            emitter.place = place;
            let results = body(emitter, arguments).map_err(|source| {
                let location = emitter.place.clone();
                emitter.failure.take().unwrap_or(LoweringError::Rule { op: "test", location, source })
            })?;
            outputs = results.iter().map(|&value| emitter.ty(value).clone()).collect();
            Ok(results)
        })?;
        self.define_function("main", &inputs, &outputs.iter().collect::<Vec<_>>(), region, Vec::new())
    }
}
