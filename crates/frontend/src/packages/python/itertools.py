def accumulate(iterable, func=None, *, initial=None):
    """Running totals."""
    values = iter(iterable)
    total = initial
    if initial is None:
        for total in values:
            break
        else:
            return
    yield total
    for value in values:
        total = total + value if func is None else func(total, value)
        yield total


def batched(iterable, n):
    """Tuples of so many elements, the last maybe shorter."""
    if n < 1:
        raise ValueError("n must be at least one")
    batch = []
    for value in iterable:
        batch.append(value)
        if len(batch) == n:
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)


def combinations_with_replacement(iterable, r):
    """All selections in order, with repeats."""
    pool = tuple(iterable)
    if not pool and r:
        return
    places = [0] * r
    while True:
        yield tuple(pool[at] for at in places)
        for at in reversed(range(r)):
            if places[at] != len(pool) - 1:
                places[at:] = [places[at] + 1] * (r - at)
                break
        else:
            return


def compress(data, selectors):
    """The elements whose selector is true."""
    return (value for value, wanted in zip(data, selectors) if wanted)


def dropwhile(predicate, iterable):
    """The elements from the first that fails."""
    values = iter(iterable)
    for value in values:
        if not predicate(value):
            yield value
            break
    yield from values


def filterfalse(predicate, iterable):
    """The elements for which the function is false."""
    return (value for value in iterable if not (value if predicate is None else predicate(value)))


def groupby(iterable, key=None):
    """Runs of elements with equal keys."""
    group = []
    last = None
    for value in iterable:
        of = value if key is None else key(value)
        if group and of != last:
            yield last, iter(group)
            group = []
        if not group:
            last = of
        group.append(value)
    if group:
        yield last, iter(group)


def tee(iterable, n=2):
    """So many independent iterators over one."""
    values = iter(iterable)
    queues = [[] for _ in range(n)]

    def branch(queue):
        while True:
            if not queue:
                for value in values:
                    for other in queues:
                        other.append(value)
                    break
                else:
                    return
            yield queue.pop(0)

    return tuple([branch(queue) for queue in queues])
