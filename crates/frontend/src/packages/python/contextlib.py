from functools import wraps as _wraps


class AbstractContextManager:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        return None


class ContextDecorator:
    def _recreate_cm(self):
        return self

    def __call__(self, function):
        @_wraps(function)
        def inside(*args, **keywords):
            with self._recreate_cm():
                return function(*args, **keywords)

        return inside


class _GeneratorContext(AbstractContextManager, ContextDecorator):
    def __init__(self, function, args, keywords):
        self._made_of = (function, args, keywords)
        self._generator = function(*args, **keywords)

    def _recreate_cm(self):
        return _GeneratorContext(*self._made_of)

    def __enter__(self):
        for value in self._generator:
            return value
        raise RuntimeError("generator didn't yield")

    def __exit__(self, kind, error, traceback):
        if kind is None:
            for _ in self._generator:
                raise RuntimeError("generator didn't stop")
            return False
        try:
            self._generator.throw(error)
        except StopIteration as stop:
            return stop is not error
        except RuntimeError as raised:
            if raised is error or str(raised) == "generator raised StopIteration":
                return False
            raise
        except BaseException as raised:
            if raised is error:
                return False
            raise
        raise RuntimeError("generator didn't stop after throw()")


def contextmanager(function):
    """A context manager from a generator function that yields once."""

    @_wraps(function)
    def make(*args, **keywords):
        return _GeneratorContext(function, args, keywords)

    return make


class closing(AbstractContextManager):
    def __init__(self, thing):
        self.thing = thing

    def __enter__(self):
        return self.thing

    def __exit__(self, kind, error, traceback):
        self.thing.close()


class suppress(AbstractContextManager):
    def __init__(self, *exceptions):
        self._exceptions = exceptions

    def __enter__(self):
        return None

    def __exit__(self, kind, error, traceback):
        return kind is not None and isinstance(error, self._exceptions)


class nullcontext(AbstractContextManager):
    def __init__(self, enter_result=None):
        self.enter_result = enter_result

    def __enter__(self):
        return self.enter_result


class ExitStack(AbstractContextManager):
    def __init__(self):
        self._exits = []

    def enter_context(self, manager):
        value = manager.__enter__()
        self._exits.append(manager.__exit__)
        return value

    def push(self, exit):
        self._exits.append(exit.__exit__ if hasattr(exit, "__exit__") else exit)
        return exit

    def callback(self, callback, /, *args, **keywords):
        def exit(kind, error, traceback):
            callback(*args, **keywords)
            return False

        self._exits.append(exit)
        return callback

    def pop_all(self):
        other = ExitStack()
        other._exits, self._exits = self._exits, []
        return other

    def close(self):
        self.__exit__(None, None, None)

    def __exit__(self, kind, error, traceback):
        swallowed = False
        changed = False
        while self._exits:
            exit = self._exits.pop()
            try:
                if exit(kind, error, traceback):
                    swallowed, kind, error = True, None, None
            except BaseException as raised:
                kind, error, changed, swallowed = type(raised), raised, True, False
        if changed and error is not None:
            raise error
        return swallowed
