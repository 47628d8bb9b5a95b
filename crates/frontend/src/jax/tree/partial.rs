//! `jax.tree_util.Partial`.

use crate::interp::builtins::functions;
use crate::library::FunctionDecl;
use crate::modules::partial::Partial;

pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "Partial" [(func) (*args) (**keywords)] "A function with some arguments given already, whose arguments are leaves of trees."
        => |_, args| Partial::made(args, true);
};
