def make_tuple(cls, iterable):
    return cls(*iterable)


def with_traceback(exception, traceback):
    return exception


def add_note(exception, note):
    if not isinstance(note, str):
        raise TypeError(f"note must be a str, not '{type(note).__name__}'")
    if not hasattr(exception, "__notes__"):
        exception.__notes__ = []
    exception.__notes__.append(note)
