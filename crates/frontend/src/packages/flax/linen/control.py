# Lifted loops, branches and derivatives.


def while_loop(cond_fn, body_fn, mdl, init, carry_variables=False, broadcast_variables=True, split_rngs={}):
    lift = _Lift(_wrapped(lambda module, c: body_fn(module, c)), mdl, (init,), {})
    test = _Lift(_wrapped(lambda module, c: cond_fn(module, c)), mdl, (init,), {})
    constant, keys = lift.take(_Both(broadcast_variables, DenyList(carry_variables))), lift.keys(list(split_rngs))

    def keys_of(i):
        split = {name for name in keys if any(allows(f, name) and s for f, s in split_rngs.items())}
        return {name: jax.random.fold_in(key, i) if name in split else key for name, key in keys.items()}

    def body(carry):
        i, variables, c = carry
        c, changed = lift.run([variables, constant], keys_of(i), carry_variables, [c])
        return i + 1, _part(changed, carry_variables), c

    def going_on(carry):
        i, variables, c = carry
        return test.run([variables, constant], keys_of(-i), False, [c])[0]

    _, carried, c = jax.lax.while_loop(going_on, body, (0, lift.take(carry_variables), init))
    lift.publish(carried)
    return c


def switch(index, branches, mdl, *operands, variables=True, rngs=True):
    return _branches(lambda fs, xs: jax.lax.switch(index, fs, *xs), branches, mdl, operands, variables, rngs)


def cond(pred, true_fun, false_fun, mdl, *operands, variables=True, rngs=True):
    choose = lambda fs, xs: jax.lax.cond(pred, fs[0], fs[1], *xs)
    return _branches(choose, (true_fun, false_fun), mdl, operands, variables, rngs)


def _branches(choose, functions, mdl, operands, variables, rngs):
    lifts = [_Lift(_unnamed(f), mdl, operands, {}) for f in functions]
    taken, keys = lifts[0].take(variables), lifts[0].keys([rngs])

    def branch(lift):
        return lambda *xs: lift.run([taken], keys, variables, xs)

    y, changed = choose([branch(lift) for lift in lifts], operands)
    lifts[0].publish(changed)
    return y


def _unnamed(function):
    function = getattr(function, "__func__", function)
    return _wrapped(lambda module, *xs: function(module, *xs))


def vjp(fn, mdl, *primals, has_aux=False, reduce_axes=(), vjp_variables="params", variables=True, rngs=True):
    lift = _Lift(_unnamed(fn), mdl, primals, {})
    others, keys = lift.take(_Both(variables, DenyList(vjp_variables))), lift.keys([rngs])

    def run(group, *xs):
        y, changed = lift.run([group, others], keys, variables, xs)
        y, aux = y if has_aux else (y, ())
        return y, (aux, changed)

    y, bwd, (aux, changed) = jax.vjp(run, lift.take(vjp_variables), *primals, has_aux=True)
    lift.publish(changed)

    def backward(tangent):
        first, *rest = bwd(tangent)
        return ({name: at[0] for name, at in first.items()}, *rest)

    return (y, backward, aux) if has_aux else (y, backward)


def value_and_grad(fn, mdl, *primals, has_aux=False, reduce_axes=(), variables=True, rngs=True):
    lift = _Lift(_unnamed(fn), mdl, primals, {})
    taken, keys = lift.take(variables), lift.keys([rngs])

    def run(*xs):
        y, changed = lift.run([taken], keys, variables, xs)
        y, aux = y if has_aux else (y, ())
        return y, (aux, changed)

    y, bwd, (aux, changed) = jax.vjp(run, *primals, has_aux=True)
    lift.publish(changed)
    gradients = bwd(jnp.ones_like(y))
    return ((y, aux), gradients) if has_aux else (y, gradients)


def grad(fn, mdl, *primals, has_aux=False, reduce_axes=(), variables=True, rngs=True):
    y, gradients = value_and_grad(fn, mdl, *primals, has_aux=has_aux, variables=variables, rngs=rngs)
    return (gradients, y[1]) if has_aux else gradients


def jvp(fn, mdl, primals, tangents, variable_tangents, variables=True, rngs=True):
    lift = _Lift(_unnamed(fn), mdl, primals, {})
    moving = {name: [tree] for name, tree in variable_tangents.items() if tree}
    others, keys = lift.take(_Both(variables, DenyList(list(moving)))), lift.keys([rngs])

    def run(group, xs):
        return lift.run([group, others], keys, variables, xs)

    (y, changed), (tangent, _) = jax.jvp(
        run, (lift.take(list(moving)), tuple(primals)), (moving, tuple(tangents))
    )
    lift.publish(changed)
    return y, tangent


def custom_vjp(fn, forward_fn, backward_fn, grad_vars="params", nondiff_argnums=()):
    def called(mdl, *args):
        lift, ahead = _Lift(_unnamed(fn), mdl, args, {}), _Lift(_unnamed(forward_fn), mdl, args, {})
        others, keys = lift.take(DenyList(grad_vars)), lift.keys([True])

        def forward(group, *xs):
            (y, residuals), changed = ahead.run([group, others], keys, True, xs)
            return (y, changed), residuals

        def backward(*given):
            *fixed, residuals, (tangent, _) = given
            variables, *inputs = backward_fn(*fixed, residuals, tangent)
            return ({name: [tree] for name, tree in variables.items()}, *inputs)

        f = jax.custom_vjp(
            lambda group, *xs: lift.run([group, others], keys, True, xs), nondiff_argnums=nondiff_argnums
        )
        f.defvjp(forward, backward)
        y, changed = f(lift.take(grad_vars), *args)
        lift.publish(changed)
        return y

    return called
