def _byte(value):
    """A number as one of the bytes."""
    if isinstance(value, int) and not 0 <= value < 256:
        raise ValueError("byte must be in range(0, 256)")
    return bytes([value])[0]


def _bytes(value):
    """What stands for bytes, as such."""
    if isinstance(value, (int, str)):
        raise TypeError(f"can't concat {type(value).__name__} to bytearray")
    return bytes(value._data) if isinstance(value, bytearray) else bytes(value)


def _changeable(value):
    """The result of a method of bytes, with bytes that may change."""
    if isinstance(value, bytes):
        return bytearray(value)
    if isinstance(value, (list, tuple)):
        return type(value)(_changeable(part) for part in value)
    return value


class bytearray:
    """Bytes that may change."""

    __hash__ = None

    def __init__(self, source=b"", encoding=None, errors="strict"):
        if isinstance(source, str):
            if encoding is None:
                raise TypeError("string argument without an encoding")
            source = source.encode(encoding, errors)
        elif encoding is not None:
            raise TypeError("encoding without a string argument")
        self._data = list(source._data if isinstance(source, bytearray) else bytes(source))

    @classmethod
    def fromhex(cls, string):
        return cls(bytes.fromhex(string))

    @staticmethod
    def maketrans(frm, to):
        return bytes.maketrans(frm, to)

    def __bytes__(self):
        return bytes(self._data)

    def __repr__(self):
        return f"{type(self).__name__}({bytes(self._data)!r})"

    def __len__(self):
        return len(self._data)

    def __iter__(self):
        return iter(self._data)

    def __reversed__(self):
        return reversed(self._data)

    def __contains__(self, item):
        return item in self._data if isinstance(item, int) else _bytes(item) in bytes(self._data)

    def __getitem__(self, index):
        found = self._data[index]
        return bytearray(found) if isinstance(index, slice) else found

    def __setitem__(self, index, value):
        if isinstance(index, slice):
            self._data[index] = list(bytes(value) if not isinstance(value, bytearray) else value._data)
        else:
            self._data[index] = _byte(value)

    def __delitem__(self, index):
        del self._data[index]

    def __eq__(self, other):
        return bytes(self._data) == _bytes(other) if isinstance(other, (bytes, bytearray)) else NotImplemented

    def __lt__(self, other):
        return bytes(self._data) < _bytes(other) if isinstance(other, (bytes, bytearray)) else NotImplemented

    def __le__(self, other):
        return bytes(self._data) <= _bytes(other) if isinstance(other, (bytes, bytearray)) else NotImplemented

    def __gt__(self, other):
        return bytes(self._data) > _bytes(other) if isinstance(other, (bytes, bytearray)) else NotImplemented

    def __ge__(self, other):
        return bytes(self._data) >= _bytes(other) if isinstance(other, (bytes, bytearray)) else NotImplemented

    def __add__(self, other):
        return bytearray(bytes(self._data) + _bytes(other))

    def __radd__(self, other):
        return _bytes(other) + bytes(self._data)

    def __iadd__(self, other):
        self._data.extend(_bytes(other))
        return self

    def __mul__(self, times):
        return bytearray(bytes(self._data) * times)

    def __rmul__(self, times):
        return self * times

    def __imul__(self, times):
        self._data *= times
        return self

    def append(self, item):
        self._data.append(_byte(item))

    def extend(self, items):
        self._data.extend([_byte(item) for item in items])

    def insert(self, index, item):
        self._data.insert(index, _byte(item))

    def pop(self, index=-1):
        if not self._data:
            raise IndexError("pop from empty bytearray")
        return self._data.pop(index)

    def remove(self, value):
        if _byte(value) not in self._data:
            raise ValueError("value not found in bytearray")
        self._data.remove(value)

    def reverse(self):
        self._data.reverse()

    def clear(self):
        self._data.clear()

    def copy(self):
        return bytearray(self)

    def __getattr__(self, name):
        if name.startswith("_") or not hasattr(b"", name):
            raise AttributeError(f"'bytearray' object has no attribute '{name}'")

        def method(*args, **keywords):
            args = [bytes(arg) if isinstance(arg, bytearray) else arg for arg in args]
            return _changeable(getattr(bytes(self._data), name)(*args, **keywords))

        return method
