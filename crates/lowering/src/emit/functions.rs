//! `func.func` and `func.call`.

use std::sync::Arc;

use keramos_ir::stablehlo::HloValue;
use keramos_ir::{Function, TensorType};
use melior::ir::attribute::{
    ArrayAttribute, DictionaryAttribute, FlatSymbolRefAttribute, IntegerAttribute, StringAttribute, TypeAttribute,
};
use melior::ir::operation::{OperationBuilder, OperationMutLike};
use melior::ir::r#type::{FunctionType, IntegerType};
use melior::ir::{Attribute, BlockLike, Location, Region};

use crate::error::LoweringError;
use crate::program::Program;

use super::ModuleEmitter;

/// The name under which PJRT plugins look for the entry function.
const ENTRY: &str = "main";

impl<'c> ModuleEmitter<'c> {
    /// Emits the entry function with its argument and result attributes, and names the module.
    pub(crate) fn entry(&mut self, program: &Program<'_>) -> Result<(), LoweringError> {
        self.symbols.insert(ENTRY.to_owned());
        let function = program.function;
        let locations: Vec<Location<'c>> = program.arguments.iter().map(|a| self.locations.named(&a.name)).collect();
        let region = self.region(function, &locations, "func.return")?;

        let donations = program.arguments.iter().map(|a| a.donated_to.map(|result| self.i32(result as i64)));
        let donations = self.per_item("tf.aliasing_output", donations.collect());
        let labels = program.results.iter().map(|name| (!name.is_empty()).then(|| self.string(name)));
        let labels = self.per_item("jax.result_info", labels.collect());
        let attributes = [("arg_attrs", donations), ("res_attrs", labels)];
        let attributes = attributes.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let (inputs, outputs) = signature(function);
        self.define_function(ENTRY, &inputs, &outputs, region, attributes)?;

        let name = self.string(program.name);
        let counts = [("mhlo.num_partitions", program.partitions), ("mhlo.num_replicas", program.replicas)]
            .map(|(name, count)| (name, self.i32(count.into())));
        let mut module = self.module.as_operation_mut();
        module.set_attribute("sym_name", name);
        for (name, count) in counts {
            module.set_attribute(name, count);
        }
        Ok(())
    }

    /// A call of `function`, which becomes a private function of the module on its first call.
    pub(super) fn emit_call(
        &mut self,
        function: &Arc<Function>,
        operands: &[HloValue],
    ) -> Result<Vec<HloValue>, LoweringError> {
        let known = self.callees.get(&Arc::as_ptr(function));
        // Rules make functions of their own for each call; equal ones are one function of the module.
        let known = known.or_else(|| self.callees.values().find(|(callee, _)| callee == function));
        let symbol = match known {
            Some((_, symbol)) => symbol.clone(),
            None => {
                let symbol = self.fresh_symbol(&function.name);
                let region = self.region(function, &[], "func.return")?;
                let private = self.string("private");
                let (inputs, outputs) = signature(function);
                self.define_function(&symbol, &inputs, &outputs, region, vec![("sym_visibility", private)])?;
                self.callees.insert(Arc::as_ptr(function), (Arc::clone(function), symbol.clone()));
                symbol
            }
        };
        let callee = FlatSymbolRefAttribute::new(self.context, &symbol).into();
        self.append("func.call", operands, vec![("callee", callee)], Vec::new(), &function.result_types())
    }

    pub(super) fn define_function(
        &mut self,
        symbol: &str,
        inputs: &[&TensorType],
        outputs: &[&TensorType],
        region: Region<'c>,
        attributes: Vec<(&'static str, Attribute<'c>)>,
    ) -> Result<(), LoweringError> {
        let (inputs, outputs) = (self.types.mlir_all(inputs), self.types.mlir_all(outputs));
        let ty = FunctionType::new(self.context, &inputs, &outputs);
        let mut named = vec![
            (self.attributes.name("sym_name"), self.string(symbol)),
            (self.attributes.name("function_type"), TypeAttribute::new(ty.into()).into()),
        ];
        named.extend(attributes.into_iter().map(|(name, attribute)| (self.attributes.name(name), attribute)));
        let operation = OperationBuilder::new("func.func", Location::unknown(self.context))
            .add_attributes(&named)
            .add_regions([region])
            .build()
            .map_err(|_| self.refused_by_mlir("func.func"))?;
        self.module.body().append_operation(operation);
        self.stats.functions += 1;
        Ok(())
    }

    /// A symbol after `name` that no other function of the module has.
    fn fresh_symbol(&mut self, name: &str) -> String {
        let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let mut symbol = if plain.is_empty() { "function".to_owned() } else { plain.clone() };
        let mut count = 0;
        while !self.symbols.insert(symbol.clone()) {
            count += 1;
            symbol = format!("{plain}_{count}");
        }
        symbol
    }

    /// For a function's arguments or results: one dictionary each, with attribute `name` where there is
    /// a value; nothing if there is none at all.
    fn per_item(&mut self, name: &'static str, values: Vec<Option<Attribute<'c>>>) -> Option<Attribute<'c>> {
        if values.iter().all(Option::is_none) {
            return None;
        }
        let name = self.attributes.name(name);
        let dictionaries: Vec<Attribute<'c>> = values
            .into_iter()
            .map(|value| {
                let entry = value.map(|value| (name, value));
                DictionaryAttribute::new(self.context, entry.as_slice()).into()
            })
            .collect();
        Some(ArrayAttribute::new(self.context, &dictionaries).into())
    }

    fn string(&self, text: &str) -> Attribute<'c> {
        StringAttribute::new(self.context, text).into()
    }

    fn i32(&self, value: i64) -> Attribute<'c> {
        IntegerAttribute::new(IntegerType::new(self.context, 32).into(), value).into()
    }
}

/// The types of a function's parameters and results.
fn signature(function: &Function) -> (Vec<&TensorType>, Vec<&TensorType>) {
    let types = |values: &'_ [keramos_ir::Value]| values.iter().map(|&v| function.ty(v)).collect();
    (types(&function.params), types(&function.results))
}
