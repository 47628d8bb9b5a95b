//! StableHLO modules from JAX, PyTorch or TensorFlow, called and packaged like functions of a model file.
//!
//! A module is MLIR text, MLIR bytecode, or a portable artifact of StableHLO (bytecode that carries its version). The
//! runtime links no MLIR: the plugin reads and checks the module, and what it compiled tells the types of arguments and
//! results. What is read of a module here serves messages only.

mod outline;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use keramos_artifact::{ArtifactBuilder, BuildInfo, CodeFormat, DType, Entry, Manifest, Port, PortKind, Program};
use keramos_pjrt::{ArrayType, ElementType, LoadedExecutable};

use crate::error::Error;
use crate::model::element_type;
use crate::session::Session;
use outline::Outline;

/// How MLIR bytecode begins.
const BYTECODE_MAGIC: &[u8] = b"ML\xefR";
/// The function that a module is called by: the only one that XLA compiles as an entry.
const ENTRY: &str = "main";

/// A StableHLO module as its file holds it.
#[derive(Debug, Clone)]
pub struct Module {
    path: PathBuf,
    code: Vec<u8>,
    format: CodeFormat,
}

/// Why a module cannot be compiled or called.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModuleError {
    /// Neither text nor bytecode.
    #[error(
        "byte {offset} is no UTF-8 text, and the file does not start as MLIR bytecode does; save the module as text \
         (`str(lowered.compiler_ir())`) or as bytecode (`exported.mlir_module_serialized`)"
    )]
    NotText {
        /// Where the text ends.
        offset: usize,
    },
    /// There is no function to call.
    #[error("the module has no public function `main`, which is the one that is compiled; {found}")]
    NoMain {
        /// What there is instead, and what to do.
        found: String,
    },
    /// A function that a caller asked for and cannot have.
    #[error("`{function}` {reason}")]
    NotCallable {
        /// The function.
        function: String,
        /// Why, and what to do.
        reason: String,
    },
    /// A type whose size is not known.
    #[error(
        "the module's {what} is {found}, whose sizes are not all known; programs are compiled for fixed shapes: export it \
         for one, as in `jax.export.export(f)(jax.ShapeDtypeStruct((8, 3), \"float32\"))`"
    )]
    Dynamic {
        /// Such as `argument 0`.
        what: String,
        /// The type, as it is written in the module.
        found: String,
    },
    /// Elements that no array of the host has.
    #[error(
        "{what} of the module is {found}, which arrays of NumPy and safetensors cannot hold; convert it in the module"
    )]
    Element {
        /// Such as `argument 0`.
        what: String,
        /// The type.
        found: ArrayType,
    },
    /// The plugin does not tell the types of the arguments.
    #[error(
        "the plugin does not tell the types of the module's arguments, so nothing can be passed to it; use another \
         plugin (`--plugin`), or pass no tokens and tuples to `main`"
    )]
    NoTypes,
    /// The plugin refuses the module.
    #[error("the plugin cannot compile the module: {source}{}", hint(.source))]
    Refused {
        /// The plugin's reason.
        #[source]
        source: Box<keramos_pjrt::Error>,
    },
}

/// What helps against a refusal, as far as the plugin's words tell; starts with `;`.
fn hint(error: &keramos_pjrt::Error) -> &'static str {
    let words = error.to_string();
    let has = |part: &str| words.contains(part);
    if has("custom call") || has("custom_call") || has("Custom call") {
        "; a custom call is code of the program that made the module, which is not in it: export without it (for \
         jax.export, for the platform that it will run on, and without callbacks)"
    } else if has("dynamic") || has("dynamism") || has("?x") {
        "; the module is not of fixed shapes: export it for one batch size, or give each size a number"
    } else if has("in bytecode version") {
        "; the file is cut off or damaged, or newer than the plugin: export it again, for the plugin's StableHLO version \
         or an older one"
    } else {
        ""
    }
}

impl Module {
    /// Reads a file if it holds a module: MLIR bytecode by its first bytes, text by the extension `.mlir`. `None` for any
    /// other file.
    ///
    /// # Errors
    /// [`Error::File`]; [`Error::Module`] for a `.mlir` file that is neither text nor bytecode.
    pub fn open(path: &Path) -> Result<Option<Module>, Error> {
        let is_text = crate::data::extension(path).as_deref() == Some("mlir");
        let mut file = File::open(path).map_err(|source| Error::file(path, "open the file", source))?;
        let mut code = Vec::new();
        let read = |source| Error::file(path, "read the file", source);
        (&mut file).take(BYTECODE_MAGIC.len() as u64).read_to_end(&mut code).map_err(read)?;
        let is_bytecode = code == BYTECODE_MAGIC;
        if !is_bytecode && !is_text {
            return Ok(None);
        }
        file.read_to_end(&mut code).map_err(read)?;
        let format = if is_bytecode { CodeFormat::StablehloBytecode } else { CodeFormat::StablehloText };
        let module = Module { path: path.to_owned(), code, format };
        match std::str::from_utf8(&module.code) {
            Err(error) if !is_bytecode => Err(module.error(ModuleError::NotText { offset: error.valid_up_to() })),
            _ => Ok(Some(module)),
        }
    }

    /// The name of the artifact: the file's name without its extension.
    fn name(&self) -> String {
        self.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// The text of the module, if it is text.
    fn text(&self) -> Option<&str> {
        (self.format == CodeFormat::StablehloText).then(|| std::str::from_utf8(&self.code).ok()).flatten()
    }

    /// The version of StableHLO that a portable artifact says it is of, such as `1.13.3`; other forms carry none.
    fn version(&self) -> Option<&str> {
        const PRODUCER: &[u8] = b"StableHLO_v";
        let head = self.code.get(..64.min(self.code.len())).filter(|_| self.format == CodeFormat::StablehloBytecode)?;
        let start = head.windows(PRODUCER.len()).position(|window| window == PRODUCER)? + PRODUCER.len();
        let digits = head.get(start..)?.split(|&byte| byte == 0).next()?;
        std::str::from_utf8(digits).ok()
    }

    /// Checks that a function of this name can be called: only `main` can.
    ///
    /// # Errors
    /// [`Error::Module`] with what there is instead.
    pub fn check_function(&self, function: &str) -> Result<(), Error> {
        if function == ENTRY {
            return Ok(());
        }
        let outline = self.text().map(Outline::of).unwrap_or_default();
        let reason = match outline.functions.iter().find(|known| known.name == function) {
            Some(known) if known.private => {
                "is a private function of the module; only the public function `main` can be called".to_owned()
            }
            Some(_) => {
                "is a public function of the module, but a module is compiled by its function `main` alone; call \
                 `main`, or export each function as a module of its own"
                    .to_owned()
            }
            None => "is not in the module; a module is called by its function `main`".to_owned(),
        };
        Err(self.error(ModuleError::NotCallable { function: function.to_owned(), reason }))
    }

    /// Compiles the module and describes it as an artifact that has `main` for its only function, without executables.
    pub(crate) fn compile(&self, session: &Session) -> Result<(ArtifactBuilder, LoadedExecutable), Error> {
        let compiled = session.obtain(&format!("{}: {ENTRY}", self.name()), &self.code);
        let (executable, _) = compiled.map_err(|source| self.refusal(source))?;
        let parameters = executable.executable().parameters().ok_or_else(|| self.error(ModuleError::NoTypes))?;
        let outputs = executable.executable().outputs()?;
        let inputs = parameters.iter().enumerate();
        let inputs = inputs.map(|(i, ty)| self.port(format!("arg{i}"), format!("argument {i}"), ty, PortKind::Data));
        let single = outputs.len() == 1;
        let results = outputs.iter().enumerate().map(|(i, ty)| {
            let name = if single { "result".to_owned() } else { format!("result[{i}]") };
            self.port(name, format!("result {i}"), ty, PortKind::Output)
        });
        let program = Program {
            entry: Entry::Function(ENTRY.to_owned()),
            batch: None,
            inputs: inputs.collect::<Result<_, Error>>()?,
            outputs: results.collect::<Result<_, Error>>()?,
            format: self.format,
            counts_padding: Vec::new(),
        };
        let info = BuildInfo {
            compiler_version: env!("CARGO_PKG_VERSION").to_owned(),
            stablehlo_version: self.version().unwrap_or("as in the module").to_owned(),
            features: Vec::new(),
        };
        let manifest = Manifest {
            name: self.name(),
            source: self.path.file_name().map(|name| name.to_string_lossy().into_owned()),
            ..Manifest::default()
        };
        let mut builder = ArtifactBuilder::new(info, manifest);
        builder.add_program(program, self.code.clone());
        Ok((builder, executable))
    }

    fn port(&self, name: String, what: String, ty: &ArrayType, kind: PortKind) -> Result<Port, Error> {
        let shape: Option<Vec<usize>> = ty.dims.iter().map(|&dim| usize::try_from(dim).ok()).collect();
        let (Some(dtype), Some(shape)) = (dtype(ty.element), shape) else {
            return Err(self.error(ModuleError::Element { what, found: ty.clone() }));
        };
        Ok(Port { name, dtype, shape, kind, donated: false, below: None })
    }

    /// The plugin's refusal, explained by what the text tells.
    fn refusal(&self, source: keramos_pjrt::Error) -> Error {
        let outline = self.text().map(Outline::of).unwrap_or_default();
        let main = outline.functions.iter().find(|function| function.name == ENTRY);
        if self.text().is_some() && main.is_none_or(|main| main.private) {
            return self.error(ModuleError::NoMain { found: outline.without_main() });
        }
        if let Some((what, found)) = main.and_then(|main| main.dynamic()) {
            return self.error(ModuleError::Dynamic { what, found });
        }
        self.error(ModuleError::Refused { source: Box::new(source) })
    }

    fn error(&self, source: ModuleError) -> Error {
        Error::Module { path: self.path.clone(), source: Box::new(source) }
    }
}

/// The host's type for elements of a device.
pub(crate) fn dtype(element: ElementType) -> Option<DType> {
    DType::ALL.iter().copied().find(|&dtype| element_type(dtype) == element)
}
