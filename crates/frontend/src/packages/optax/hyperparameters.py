# Hyperparameters that are part of the state.


class StatefulSchedule:
    """A hyperparameter with a state of its own: `init()`, `update(state, **extra)` and `schedule(state, **extra)`."""


class WrappedSchedule(StatefulSchedule):
    """A schedule of the step's number as one that counts its steps itself."""

    def __init__(self, schedule_fn):
        self.schedule_fn = schedule_fn

    def init(self):
        return WrappedScheduleState(_zero())

    def update(self, state, **extra):
        return WrappedScheduleState(safe_increment(state.count))

    def __call__(self, state, **extra):
        return self.schedule_fn(state.count)


WrappedScheduleState = namedtuple("WrappedScheduleState", ["count"])


def _number(value, dtype):
    """Python's numbers of floating point as `dtype`; what has a type keeps it."""
    return jnp.asarray(value, dtype) if isinstance(value, float) else value


def inject_hyperparams(inner_factory, static_args=(), hyperparam_dtype=None):
    static = {static_args} if isinstance(static_args, str) else set(static_args)
    names = parameter_names(inner_factory)
    if names and not static.issubset(names):
        raise ValueError(
            "`static_args` must specify a subset of `inner_factory`'s parameters. "
            f"Given `static_args`: {static}. `inner_factory` parameters: {set(names)}"
        )

    def made(*args, **kwargs):
        kept, schedules, numbers = {}, {}, {}
        for name, value in arguments_of(inner_factory, args, kwargs).items():
            if name in static or isinstance(value, bool):
                kept[name] = value
            elif isinstance(value, StatefulSchedule):
                schedules[name] = value
            elif callable(value):
                schedules[name] = WrappedSchedule(value)
            elif isinstance(value, (int, float)) or hasattr(value, "dtype"):
                numbers[name] = value
            else:
                kept[name] = value

        def at(states, numbers, params, extra):
            dtype = tree_dtype(params, "highest") if hyperparam_dtype is None else hyperparam_dtype
            values = {name: jnp.asarray(_number(value, dtype)) for name, value in numbers.items()}
            for name, schedule in schedules.items():
                values[name] = _number(schedule(states[name], **extra), dtype)
            return values

        def init(params):
            states = {name: schedule.init() for name, schedule in schedules.items()}
            values = at(states, numbers, params, {})
            inner = inner_factory(**kept, **values).init(params)
            return InjectStatefulHyperparamsState(_zero(), values, states, inner)

        def update(updates, state, params=None, **extra):
            states = state.hyperparams_states
            values = at(states, state.hyperparams, params, extra)
            states = {name: schedule.update(states[name], **extra) for name, schedule in schedules.items()}
            tx = with_extra_args_support(inner_factory(**kept, **values))
            updates, inner = tx.update(updates, state.inner_state, params, **extra)
            return updates, InjectStatefulHyperparamsState(safe_increment(state.count), values, states, inner)

        return GradientTransformationExtraArgs(init, update)

    return made


inject_stateful_hyperparams = inject_hyperparams
