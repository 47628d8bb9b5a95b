//! The functions of `jax.tree`, which `jax.tree_util` has under longer names.

use super::keys::path_value;
use super::structure;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::value::Value;
use crate::value::tree::{Names, TreeDef};

pub(super) static SHORT: &[FunctionDecl] = functions! {
    "all" [(tree) (is_leaf = Default::None)] "Whether all leaves are true." => all;
    "flatten" [(tree) (is_leaf = Default::None)] "The leaves and the structure." => flatten;
    "flatten_with_path" [(tree) (is_leaf = Default::None) (is_leaf_takes_path = Default::Bool(false))]
        "The leaves with their paths, and the structure." => flatten_with_path;
    "leaves" [(tree) (is_leaf = Default::None)] "The leaves." => leaves;
    "leaves_with_path" [(tree) (is_leaf = Default::None) (is_leaf_takes_path = Default::Bool(false))]
        "The leaves with their paths." => leaves_with_path;
    "map" [(f) (tree) (*rest) (is_leaf = Default::None)] "The function applied to every leaf." => map;
    "map_with_path" [(f) (tree) (*rest) (is_leaf = Default::None) (is_leaf_takes_path = Default::Bool(false))]
        "The function applied to every path and leaf." => map_with_path;
    "reduce" [(function) (tree) (initializer = Default::None) (is_leaf = Default::None)] "The leaves combined from left to right." => reduce;
    "reduce_associative" [(operation) (tree) (identity = Default::Str("")) (is_leaf = Default::None)]
        "The leaves combined in pairs, in a tree." => reduce_associative;
    "structure" [(tree) (is_leaf = Default::None)] "The structure." => tree_structure;
    "transpose" [(outer_treedef) (inner_treedef) (pytree_to_transpose)] "A tree of trees turned inside out." => transpose;
    "unflatten" [(treedef) (leaves)] "The tree with the given leaves." => unflatten;
    "broadcast" [(prefix_tree) (full_tree) (is_leaf = Default::None)] "A tree prefix spread over a whole tree." => broadcast;
};

pub(super) static LONG: &[FunctionDecl] = functions! {
    "tree_all" [(tree) (is_leaf = Default::None)] "Whether all leaves are true." => all;
    "tree_flatten" [(tree) (is_leaf = Default::None)] "The leaves and the structure." => flatten;
    "tree_flatten_with_path" [(tree) (is_leaf = Default::None) (is_leaf_takes_path = Default::Bool(false))]
        "The leaves with their paths, and the structure." => flatten_with_path;
    "tree_leaves" [(tree) (is_leaf = Default::None)] "The leaves." => leaves;
    "tree_leaves_with_path" [(tree) (is_leaf = Default::None) (is_leaf_takes_path = Default::Bool(false))]
        "The leaves with their paths." => leaves_with_path;
    "tree_map" [(f) (tree) (*rest) (is_leaf = Default::None)] "The function applied to every leaf." => map;
    "tree_map_with_path" [(f) (tree) (*rest) (is_leaf = Default::None) (is_leaf_takes_path = Default::Bool(false))]
        "The function applied to every path and leaf." => map_with_path;
    "tree_reduce" [(function) (tree) (initializer = Default::None) (is_leaf = Default::None)] "The leaves combined from left to right." => reduce;
    "tree_reduce_associative" [(operation) (tree) (identity = Default::Str("")) (is_leaf = Default::None)]
        "The leaves combined in pairs, in a tree." => reduce_associative;
    "tree_structure" [(tree) (is_leaf = Default::None)] "The structure." => tree_structure;
    "tree_transpose" [(outer_treedef) (inner_treedef) (pytree_to_transpose)] "A tree of trees turned inside out." => transpose;
    "tree_unflatten" [(treedef) (leaves)] "The tree with the given leaves." => unflatten;
    "tree_broadcast" [(prefix_tree) (full_tree) (is_leaf = Default::None)] "A tree prefix spread over a whole tree." => broadcast;
    "treedef_is_leaf" [(treedef)] "Whether the structure is a single leaf." => |_, args| {
        Ok(Value::Bool(structure::of(args.get("treedef")?, "structure")?.is_leaf()))
    };
    "treedef_children" [(treedef)] "The structures of the children." => |_, args| {
        let def = structure::of(args.get("treedef")?, "structure")?;
        Ok(Value::list(def.children().iter().cloned().map(structure::value).collect()))
    };
    "treedef_tuple" [(treedefs)] "The structure of a tuple of trees." => |interp, args| {
        let parts = interp.collect(&args.get("treedefs")?.clone())?;
        let parts = parts.iter().map(|part| structure::of(part, "structure")).collect::<Result<Vec<_>>>()?;
        Ok(structure::value(TreeDef::tuple(parts)))
    };
    "all_leaves" [(iterable) (is_leaf = Default::None)] "Whether every element is a leaf." => all_leaves;
};

/// The leaves and the structure of argument `tree`, as far as argument `is_leaf` lets it be taken apart.
fn taken_apart(interp: &mut Interp, args: &Bound, name: &str) -> Result<(Vec<Value>, TreeDef)> {
    let tree = args.get(name)?.clone();
    let Some(is_leaf) = args.some("is_leaf")?.cloned() else { return interp.flatten(&tree) };
    interp.flatten_until(&tree, &mut |interp, node| {
        let answer = interp.call(&is_leaf, Args::positional(vec![node.clone()]))?;
        interp.is_true(&answer)
    })
}

fn flatten(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (leaves, def) = taken_apart(interp, args, "tree")?;
    Ok(Value::tuple(vec![Value::list(leaves), structure::value(def)]))
}

fn leaves(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    Ok(Value::list(taken_apart(interp, args, "tree")?.0))
}

fn tree_structure(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    Ok(structure::value(taken_apart(interp, args, "tree")?.1))
}

fn with_paths(leaves: Vec<Value>, def: &TreeDef) -> Value {
    let pairs = def.paths().into_iter().zip(leaves);
    Value::list(pairs.map(|(path, leaf)| Value::tuple(vec![path_value(&path), leaf])).collect())
}

fn flatten_with_path(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (leaves, def) = taken_apart(interp, args, "tree")?;
    Ok(Value::tuple(vec![with_paths(leaves, &def), structure::value(def)]))
}

fn leaves_with_path(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (leaves, def) = taken_apart(interp, args, "tree")?;
    Ok(with_paths(leaves, &def))
}

fn unflatten(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let def = structure::of(args.get("treedef")?, "unflatten")?;
    let leaves = interp.collect(&args.get("leaves")?.clone())?;
    interp.unflatten(&def, leaves)
}

fn map(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    mapped(interp, args, false)
}

fn map_with_path(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    mapped(interp, args, true)
}

fn mapped(interp: &mut Interp, args: &mut Bound, with_path: bool) -> Result<Value> {
    let function = args.get("f")?.clone();
    let (first, def) = taken_apart(interp, args, "tree")?;
    let mut others = Vec::new();
    for (index, tree) in args.get("rest")?.elements().unwrap_or_default().iter().enumerate() {
        let given = format!("`rest[{index}]`");
        others.push(interp.flatten_up_to(&def, tree, Names { given: &given, wanted: "`tree`" })?.into_iter());
    }
    let mut paths = if with_path { def.paths() } else { Vec::new() }.into_iter();
    let mut results = Vec::with_capacity(first.len());
    for leaf in first {
        let path = paths.next().map(|path| path_value(&path));
        let values = path.into_iter().chain([leaf]).chain(others.iter_mut().filter_map(Iterator::next)).collect();
        results.push(interp.call(&function, Args::positional(values))?);
    }
    interp.unflatten(&def, results)
}

fn reduce(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let function = args.get("function")?.clone();
    let mut leaves = taken_apart(interp, args, "tree")?.0.into_iter();
    let first = if args.is_given("initializer") { Some(args.get("initializer")?.clone()) } else { leaves.next() };
    let Some(mut result) = first else {
        return Err(Error::ty("jax.tree.reduce of a tree without leaves needs an `initializer`"));
    };
    for leaf in leaves {
        result = interp.call(&function, Args::positional(vec![result, leaf]))?;
    }
    Ok(result)
}

fn reduce_associative(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let operation = args.get("operation")?.clone();
    let leaves = taken_apart(interp, args, "tree")?.0;
    match (halves(interp, &operation, &leaves)?, args.is_given("identity")) {
        (Some(value), _) => Ok(value),
        (None, true) => Ok(args.get("identity")?.clone()),
        (None, false) => Err(raise("TypeError", "reduce_associative of a tree without leaves needs an `identity`")),
    }
}

/// The first half of the values combined with the second half.
fn halves(interp: &mut Interp, operation: &Value, values: &[Value]) -> Result<Option<Value>> {
    let (first, second) = match values {
        [] => return Ok(None),
        [one] => return Ok(Some(one.clone())),
        values => values.split_at(values.len() / 2),
    };
    let both = [halves(interp, operation, first)?, halves(interp, operation, second)?];
    interp.call(operation, Args::positional(both.into_iter().flatten().collect())).map(Some)
}

fn all(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    for leaf in taken_apart(interp, args, "tree")?.0 {
        if !interp.is_true(&leaf)? {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

fn all_leaves(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let values = interp.collect(&args.get("iterable")?.clone())?;
    for value in values {
        if !interp.flatten(&value)?.1.is_leaf() {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

fn broadcast(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (_, def) = taken_apart(interp, args, "full_tree")?;
    let names = Names { given: "`prefix_tree`", wanted: "`full_tree`" };
    let leaves = interp.broadcast_prefix(&args.get("prefix_tree")?.clone(), &def, names)?;
    interp.unflatten(&def, leaves)
}

fn transpose(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let outer = structure::of(args.get("outer_treedef")?, "transpose")?;
    let tree = args.get("pytree_to_transpose")?.clone();
    let names = Names { given: "`pytree_to_transpose`", wanted: "`outer_treedef`" };
    let rows = interp.flatten_up_to(&outer, &tree, names)?;
    let inner = match args.some("inner_treedef")? {
        Some(inner) => structure::of(inner, "transpose")?,
        None => match rows.first() {
            Some(row) => interp.flatten(row)?.1,
            None => return Err(raise("TypeError", "an outer tree without leaves needs an `inner_treedef`")),
        },
    };
    let mut columns: Vec<Vec<Value>> = vec![Vec::with_capacity(rows.len()); inner.num_leaves()];
    for row in &rows {
        let names = Names { given: "`pytree_to_transpose`", wanted: "`inner_treedef`" };
        for (column, leaf) in columns.iter_mut().zip(interp.flatten_up_to(&inner, row, names)?) {
            column.push(leaf);
        }
    }
    let mut trees = Vec::with_capacity(columns.len());
    for column in columns {
        trees.push(interp.unflatten(&outer, column)?);
    }
    interp.unflatten(&inner, trees)
}
