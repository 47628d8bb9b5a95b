# Measurements of updates, kept in the state.

SnapshotState = namedtuple("SnapshotState", ["measurement"])
MonitorState = namedtuple("MonitorState", ["measurements", "measure_states"])


def snapshot(measure_name, measure):
    def init(params):
        return SnapshotState({measure_name: measure(params)})

    def update(updates, state, params=None, **extra):
        return updates, SnapshotState({measure_name: measure(updates)})

    return GradientTransformationExtraArgs(init, update)


def _measuring(measure):
    return stateless(lambda updates, params: measure(updates)) if callable(measure) else with_extra_args_support(measure)


def monitor(measures):
    made = {name: _measuring(measure) for name, measure in measures.items()}

    def init(params):
        return MonitorState({}, tuple(measure.init(params) for measure in made.values()))

    def update(updates, state, params=None, **extra):
        measured = [m.update(updates, old, params, **extra) for m, old in zip(made.values(), state.measure_states)]
        values = {name: value for name, (value, _) in zip(made, measured)}
        return updates, MonitorState(values, tuple(state for _, state in measured))

    return GradientTransformationExtraArgs(init, update)


def measure_with_ema(measure, decay, debias=True, accumulator_dtype=None):
    average = ema(decay, debias, accumulator_dtype)
    of_measure = GradientTransformationExtraArgs(lambda params: average.init(measure(params)), average.update)
    return chain(_measuring(measure), of_measure)
