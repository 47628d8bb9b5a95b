def make_tuple(cls, iterable):
    return cls(*iterable)
