"""Rows of the primitive tables, and the functions that each becomes."""

import textwrap

import jax
import jax.numpy as jnp
import numpy as np

from . import request
from .values import Spec

HEAD = "import jax\nimport jax.numpy as jnp\nfrom jax import lax\n\n\n"
BATCH = 3

# As many variants of a row have all kinds of cases; of later ones, which hold corner values, there are only a few kinds.
FULL = 3
FEW = {None, "jvp", "vjp", "vmap"}
# Kinds that look at a rule from one more side; the first variant has them.
EXTRA = {"grad", "jvp_grad", "vmap_last", "vmap_vmap"}


class Row:
    """A primitive in use: `body` is an expression (or the lines of a function) of the operands named in
    `operands`, for each of `variants`, which are tuples of specs."""

    def __init__(self, name, operands, body, *variants, diff=None, tolerance=None, reason=None, skip="", prelude="", special=True, halves=True, full=FULL):
        assert variants and (tolerance is None) == (reason is None), name
        # No function is called like one of Python's own.
        self.name, self.function = name, f"{name}_of"
        self.operands, self.body = operands.split(), body
        self.variants = [v if isinstance(v, tuple) else (v,) for v in variants]
        assert all(len(v) == len(self.operands) for v in self.variants), name
        self.complete(special, halves)
        self.full = full
        self.diff = None if diff is None else diff.split()
        self.tolerance, self.reason, self.skip, self.prelude = tolerance, reason, skip.split(), prelude


    def complete(self, special, halves):
        """Puts the variants that have derivatives like the first one's first, each list of types once before any again; adds ones of
        shorter element types until there are enough; and ones with special numbers, and with the greatest integers.
        Integers beside floats are places, which stay as they are."""
        first = self.variants[0]
        is_float = lambda variant: [s.is_float for s in variant]
        types = lambda variant: [(s.shape, s.dtype) for s in variant]
        alike, again, others = [], [], []
        for variant in self.variants:
            if is_float(variant) != is_float(first):
                others.append(variant)
            else:
                (again if any(types(variant) == types(other) for other in alike) else alike).append(variant)
        floats = any(is_float(first))
        for other in ["bf16", "f16"] if floats else ["u8", "i16"]:
            changed = tuple(s.of(other) if s.dtype == ("f32" if floats else "i32") else s for s in first)
            if halves and len(alike) < FULL and not any(types(changed) == types(v) for v in alike):
                alike.append(changed)
        whole = next((v for v in ([] if floats else alike) + others if any(s.is_int for s in v) and not any(is_float(v))), None)
        self.variants = alike + again + others
        if special and floats:
            self.variants.append(tuple(s.special() if s.is_float else s for s in first))
        if special and whole:
            self.variants.append(tuple(s.special() if s.is_int and (not floats or f.is_float) else s for s, f in zip(whole, first)))


ROWS = []


def row(*args, **keywords):
    """Declares a row of the table being read.

    diff: the operands to differentiate with respect to (default: all of floating point).
    skip: kinds that make no sense for it. tolerance, reason: what differs from the default, for all kinds or for those
    that a dictionary names, and why.
    special: whether to add a variant with NaN, infinities and ties, or with the greatest integers.
    halves: whether to add variants of shorter element types where there are too few.
    full: how many variants have all kinds of cases; one where others rows show the primitives already.
    """
    ROWS.append(Row(*args, **keywords))


# Small modules: the test evaluates one for every few dozen cases.
ROWS_PER_MODULE = 2


def expand(store, table, rows):
    """Adds the cases of a table to the store."""
    for start in range(0, len(rows), ROWS_PER_MODULE):
        plans, parts = [], [HEAD]
        for entry in rows[start:start + ROWS_PER_MODULE]:
            if entry.prelude:
                parts.append(textwrap.dedent(entry.prelude).strip() + "\n\n\n")
            plan = Plan(entry)
            parts.append(plan.text())
            plans.append(plan)
        text = "".join(parts).rstrip() + "\n"
        namespace = {}
        name = f"{table}/{rows[start].name}.py"
        exec(compile(text, name, "exec"), namespace)
        module = store.module(name, text)
        for plan in plans:
            plan.run(store, module, namespace)


class Plan:
    """The functions of one row, and what they are called with."""

    def __init__(self, entry):
        self.row = entry
        main = entry.variants[0]
        self.f = {}
        self.shapes = self.outputs(main)
        self.differentiable = self.diff(main)
        self.functions = {}
        self.define()

    def outputs(self, variant):
        """Types of the flattened results."""
        namespace = {}
        exec(HEAD + textwrap.dedent(self.row.prelude) + "\n" + self.forward(), namespace)
        args = [spec.array("types") for spec in variant]
        return jax.tree.leaves(jax.eval_shape(namespace[self.row.function], *args))

    def diff(self, variant):
        names = self.row.operands if self.row.diff is None else self.row.diff
        return [name for name, spec in zip(self.row.operands, variant) if name in names and spec.is_float]

    def forward(self):
        r = self.row
        body = r.body if "\n" in r.body else f"return {r.body}"
        return f"def {r.function}({', '.join(r.operands)}):\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n\n\n"

    def add(self, kind, operands, lines):
        """A function `name_kind(operands)` and its twin in which everything is under jit."""
        name = self.row.name
        if kind in self.row.skip:
            return
        self.functions[kind] = f"def {name}_{kind}({', '.join(operands)}):\n" + textwrap.indent(lines, "    ") + "\n\n\n"

    def define(self):
        r, d = self.row, self.differentiable
        every, diff = ", ".join(r.operands), ", ".join(d)
        floats = [i for i, out in enumerate(self.shapes) if jnp.issubdtype(out.dtype, jnp.inexact)]
        if d and floats:
            selected = f"({', '.join(f'out[{i}]' for i in floats)},)"
            inner = (f"def of({diff}):\n    out = jax.tree.leaves(FUNCTION({every}))\n    return {selected}\n")
            tangents = [f"d{name}" for name in d]
            cotangents = [f"c{i}" for i in floats]
            commas = lambda names: ", ".join(names) + ("," if len(names) == 1 else "")
            self.add("jvp", r.operands + tangents, inner + f"return jax.jvp(of, ({commas(d)}), ({commas(tangents)}))")
            self.add("vjp", r.operands + cotangents,
                     inner + f"value, pull = jax.vjp(of, {diff})\nreturn value, pull(({commas(cotangents)}))")
            argnums = tuple(r.operands.index(name) for name in d)
            loss = self.loss(floats)
            self.add("grad", r.operands, loss + f"return jax.grad(loss, argnums={argnums})({every})")
            self.add("vmap_grad", r.operands, loss + f"return jax.vmap(jax.grad(loss, argnums={argnums}))({every})")
            self.add("grad_vmap", r.operands,
                     loss + f"def total({every}):\n    return jnp.sum(jax.vmap(loss)({every}) * jnp.arange(1.0, {BATCH + 1}.0))\n"
                     f"return jax.grad(total, argnums={argnums})({every})")
            complex_ = any(spec.dtype[0] == "c" for spec in r.variants[0])
            square = "jnp.real(g * jnp.conj(g))" if complex_ else "g * g"
            second = (f"def again({every}):\n    grads = jax.grad(loss, argnums={argnums})({every})\n"
                      f"    return sum(jnp.sum({square}).astype(jnp.float32) for g in grads)\n")
            self.add("grad_grad", r.operands, loss + second + f"return jax.grad(again, argnums={argnums})({every})")
            self.add("jvp_grad", r.operands + tangents,
                     loss + f"def of({diff}):\n    return jax.grad(loss, argnums={argnums})({every})\n"
                     f"return jax.jvp(of, ({commas(d)}), ({commas(tangents)}))")
        self.add("vmap", r.operands, f"return jax.vmap(FUNCTION)({every})")
        if len(r.operands) > 1:
            for i, name in enumerate(r.operands):
                axes = ", ".join("0" if j == i else "None" for j in range(len(r.operands)))
                self.add(f"vmap_{name}", r.operands, f"return jax.vmap(FUNCTION, in_axes=({axes}))({every})")
        self.add("vmap_last", r.operands, f"return jax.vmap(FUNCTION, in_axes=-1, out_axes=-1)({every})")
        self.add("vmap_vmap", r.operands, f"return jax.vmap(jax.vmap(FUNCTION))({every})")

    def loss(self, floats):
        """A number that depends on every element of the results of floating point, each in its own way."""
        every = ", ".join(self.row.operands)
        lines = [f"def loss({every}):", f"    out = jax.tree.leaves(FUNCTION({every}))", "    total = 0.0"]
        for i in floats:
            parts = ["jnp.real", "jnp.imag"] if jnp.issubdtype(self.shapes[i].dtype, jnp.complexfloating) else [""]
            for k, part in enumerate(parts):
                weight = f"jnp.cos(jnp.arange(out[{i}].size, dtype=jnp.float32) + {k}.5).reshape(out[{i}].shape)"
                lines.append(f"    total = total + jnp.sum({part}(out[{i}]).astype(jnp.float32) * {weight})")
        return "\n".join(lines + ["    return total"]) + "\n"

    def text(self):
        name, function = self.row.name, self.row.function
        parts = [self.forward()]
        for kind, code in self.functions.items():
            parts.append(code.replace("FUNCTION", function))
            inner = code.replace("FUNCTION", f"jax.jit({function})")
            parts.append("@jax.jit\n" + inner.replace(f"def {name}_{kind}(", f"def {name}_{kind}_jit(", 1))
        parts.append(f"{name}_jit = jax.jit({function})\n\n\n")
        return "".join(parts)

    def run(self, store, module, namespace):
        """Computes and stores the cases of the row, all by one program."""
        self.calls = []
        for number, variant in enumerate(self.row.variants):
            same = self.diff(variant) == self.differentiable
            for kind in [None, *self.functions]:
                derivative = kind is not None and ("grad" in kind or kind in ("jvp", "vjp"))
                wanted = kind in FEW if number >= self.row.full else number == 0 or kind not in EXTRA
                if wanted and (same or not derivative):
                    self.case(store, namespace, number, variant, kind)
        results = request.compute([call for *_, call in self.calls])
        for (case, twin, function, kind, number, args, call), result in zip(self.calls, results):
            for name, entry in [(case, function)] + ([twin] if twin else []):
                subject = [self.row.name, kind or "forward", number, name != case]
                tolerance = self.row.tolerance
                if isinstance(tolerance, dict):
                    tolerance = tolerance.get(kind or "forward")
                store.case(name, module, request.of(entry, args), call.arrays, result, tolerance, self.row.reason, subject)

    def case(self, store, namespace, number, variant, kind):
        """Traces a case, and notes the twin under jit if it has one."""
        r = self.row
        function = r.function if kind is None else f"{r.name}_{kind}"
        case = r.name if kind is None else function
        suffix = f"/{number}" if number else ""
        twin = (f"{case}_jit{suffix}", f"{case}_jit") if number < r.full else None
        case += suffix
        try:
            args = self.arguments(variant, kind, case, namespace)
            call = request.Call(namespace[function], args)
        except (NotImplementedError, TypeError, ValueError) as error:
            store.without.append(f"{case}: {type(error).__name__}: {str(error).splitlines()[0][:200]}")
            return
        self.calls.append((case, twin, function, kind, number, args, call))

    def arguments(self, variant, kind, case, namespace):
        r = self.row
        specs = list(variant)
        if kind in ("vmap", "vmap_grad", "grad_vmap"):
            specs = [s.batched(BATCH) for s in specs]
        elif kind == "vmap_last":
            specs = [s.batched(BATCH, -1) for s in specs]
        elif kind == "vmap_vmap":
            specs = [s.batched(2).batched(BATCH) for s in specs]
        elif kind is not None and kind.startswith("vmap_"):
            specs = [s.batched(BATCH) if kind == f"vmap_{name}" else s for name, s in zip(r.operands, specs)]
        args = [s.array(f"{case} {i}") for i, s in enumerate(specs)]
        if kind in ("jvp", "jvp_grad"):
            of = dict(zip(r.operands, specs))
            args += [of[name].like().array(f"{case} d{name}") for name in self.differentiable]
        if kind == "vjp":
            outs = jax.tree.leaves(jax.eval_shape(namespace[r.function], *args))
            floats = [o for o in outs if jnp.issubdtype(o.dtype, jnp.inexact)]
            from .values import SHORT
            args += [Spec(o.shape, SHORT[o.dtype.name], lambda rng, s: rng.standard_normal(s)).array(f"{case} c{i}")
                     for i, o in enumerate(floats)]
        return args
