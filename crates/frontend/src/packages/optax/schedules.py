# Schedules.


def constant_schedule(value):
    return lambda count: value


def polynomial_schedule(init_value, end_value, power, transition_steps, transition_begin=0):
    if transition_steps <= 0:
        return lambda count: init_value
    begin = max(transition_begin, 0)

    def schedule(count):
        left = 1 - jnp.clip(count - begin, 0, transition_steps) / transition_steps
        return (init_value - end_value) * left**power + end_value

    return schedule


def linear_schedule(init_value, end_value, transition_steps, transition_begin=0):
    return polynomial_schedule(init_value, end_value, 1, transition_steps, transition_begin)


def piecewise_constant_schedule(init_value, boundaries_and_scales=None):
    steps = sorted((boundaries_and_scales or {}).items())
    if any(factor < 0.0 for _, factor in steps):
        raise ValueError("the scales of piecewise_constant_schedule must not be negative")

    def schedule(count):
        value = init_value
        for threshold, factor in steps:
            before = jnp.maximum(0.0, jnp.sign(threshold - count))
            value = value * before + (1 - before) * factor * value
        return value

    return schedule


def exponential_decay(
    init_value, transition_steps, decay_rate, transition_begin=0, staircase=False, end_value=None
):
    if transition_steps <= 0 or decay_rate == 0:
        return lambda count: init_value
    begin = max(transition_begin, 0)

    def schedule(count):
        past = count - begin
        power = jnp.floor(past / transition_steps) if staircase else past / transition_steps
        value = jnp.where(past <= 0, init_value, init_value * jnp.power(decay_rate, power))
        if end_value is None:
            return value
        return (jnp.maximum if decay_rate < 1.0 else jnp.minimum)(value, end_value)

    return schedule


def cosine_decay_schedule(init_value, decay_steps, alpha=0.0, exponent=1.0):
    if not decay_steps > 0:
        raise ValueError(f"cosine_decay_schedule needs a positive number of steps, found {decay_steps}")

    def schedule(count):
        past = jnp.minimum(count, float(decay_steps))
        wave = 0.5 * (1 + jnp.cos(jnp.pi * past / float(decay_steps)))
        return init_value * ((1 - alpha) * wave**exponent + alpha)

    return schedule


def join_schedules(schedules, boundaries):
    def joined(step):
        value = schedules[0](step)
        for boundary, schedule in zip(boundaries, schedules[1:]):
            value = jnp.where(step < boundary, value, schedule(step - boundary))
        return value

    return joined


def warmup_constant_schedule(init_value, peak_value, warmup_steps):
    return linear_schedule(init_value, peak_value, warmup_steps)


def warmup_cosine_decay_schedule(init_value, peak_value, warmup_steps, decay_steps, end_value=0.0, exponent=1.0):
    alpha = 0.0 if peak_value == 0.0 else end_value / peak_value
    rise = linear_schedule(init_value, peak_value, warmup_steps)
    fall = cosine_decay_schedule(peak_value, decay_steps - warmup_steps, alpha, exponent)
    return join_schedules([rise, fall], [warmup_steps])


def warmup_exponential_decay_schedule(
    init_value, peak_value, warmup_steps, transition_steps, decay_rate, transition_begin=0, staircase=False, end_value=None
):
    rise = linear_schedule(init_value, peak_value, warmup_steps)
    fall = exponential_decay(peak_value, transition_steps, decay_rate, transition_begin, staircase, end_value)
    return join_schedules([rise, fall], [warmup_steps])


def sgdr_schedule(cosine_kwargs):
    cycles = [warmup_cosine_decay_schedule(**kwargs) for kwargs in cosine_kwargs]
    ends, step = [], 0
    for kwargs in cosine_kwargs:
        step += kwargs["decay_steps"]
        ends.append(step)
    return join_schedules(cycles, ends[:-1])


def piecewise_interpolate_schedule(interpolate_type, init_value, boundaries_and_scales=None):
    if interpolate_type == "linear":
        between = lambda a, b, part: (b - a) * part + a
    elif interpolate_type == "cosine":
        between = lambda a, b, part: b + (a - b) / 2.0 * (jnp.cos(jnp.pi * part) + 1)
    else:
        raise ValueError("piecewise_interpolate_schedule interpolates 'linear' or 'cosine'")
    steps = sorted((boundaries_and_scales or {}).items())

    def schedule(count):
        bounds = jnp.array([0] + [bound for bound, _ in steps])
        values = jnp.cumprod(jnp.array([init_value] + [factor for _, factor in steps]))
        lengths = jnp.maximum(bounds[1:] - bounds[:-1], 1)
        inside = jnp.logical_and(bounds[:-1] <= count, count < bounds[1:])
        found = between(values[:-1], values[1:], (count - bounds[:-1]) / lengths)
        return jnp.sum(inside * found) + (bounds[-1] <= count) * values[-1]

    return schedule


def linear_onecycle_schedule(
    transition_steps, peak_value, pct_start=0.3, pct_final=0.85, div_factor=25.0, final_div_factor=1e4
):
    points = {
        int(pct_start * transition_steps): div_factor,
        int(pct_final * transition_steps): 1.0 / div_factor,
        transition_steps: 1.0 / final_div_factor,
    }
    return piecewise_interpolate_schedule("linear", peak_value / div_factor, points)


def cosine_onecycle_schedule(transition_steps, peak_value, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    points = {int(pct_start * transition_steps): div_factor, int(transition_steps): 1.0 / (div_factor * final_div_factor)}
    return piecewise_interpolate_schedule("cosine", peak_value / div_factor, points)
