"""ml_collections: dictionaries of configuration whose entries are attributes."""
import contextlib


class MutabilityError(AttributeError):
    pass


class RequiredValueError(ValueError):
    pass


class JSONDecodeError(ValueError):
    pass


def _plain(value):
    return value.get() if isinstance(value, FieldReference) else value


class FieldReference:
    """A value that several entries share, or one that is computed from others when it is read."""

    def __init__(self, default, field_type=None, op=None, required=False):
        if field_type is None:
            if default is None:
                raise ValueError("Default value cannot be None if field_type is None")
            field_type = type(default.get() if isinstance(default, FieldReference) else default)
        self._type = field_type
        self._required = required
        self._op = op
        self._value = default

    def get(self):
        if self._op is not None:
            return self._op()
        if self._value is None and self._required:
            raise RequiredValueError("None value for a required field")
        return _plain(self._value)

    def set(self, value, type_safe=True):
        if type_safe and value is not None:
            value = _converted(value, self._type, "FieldReference")
        self._op = None
        self._value = value

    def empty(self):
        return self._op is None and self._value is None

    def get_type(self):
        return self._type

    def has_cycle(self):
        return False

    def copy_and_resolve_references(self):
        return self.get()

    def _apply(self, function, *others, field_type=None):
        def compute():
            return function(self.get(), *[_plain(other) for other in others])

        return FieldReference(None, field_type or self._type, op=compute)

    def identity(self):
        return self._apply(lambda a: a)

    def __add__(self, other):
        return self._apply(lambda a, b: a + b, other)

    def __radd__(self, other):
        return self._apply(lambda a, b: b + a, other)

    def __sub__(self, other):
        return self._apply(lambda a, b: a - b, other)

    def __rsub__(self, other):
        return self._apply(lambda a, b: b - a, other)

    def __mul__(self, other):
        return self._apply(lambda a, b: a * b, other)

    def __rmul__(self, other):
        return self._apply(lambda a, b: b * a, other)

    def __truediv__(self, other):
        return self._apply(lambda a, b: a / b, other, field_type=float)

    def __rtruediv__(self, other):
        return self._apply(lambda a, b: b / a, other, field_type=float)

    def __floordiv__(self, other):
        return self._apply(lambda a, b: a // b, other)

    def __rfloordiv__(self, other):
        return self._apply(lambda a, b: b // a, other)

    def __mod__(self, other):
        return self._apply(lambda a, b: a % b, other)

    def __pow__(self, other):
        return self._apply(lambda a, b: a**b, other)

    def __neg__(self):
        return self._apply(lambda a: -a)

    def __abs__(self):
        return self._apply(abs)

    def to_int(self):
        return self._apply(int, field_type=int)

    def to_float(self):
        return self._apply(float, field_type=float)

    def to_str(self):
        return self._apply(str, field_type=str)


def _converted(value, kind, key):
    """The value as one of the type that the entry has."""
    known = _plain(value)
    if known is None or kind is None or kind is object or isinstance(known, kind):
        return value
    if kind is float and isinstance(known, int) and not isinstance(known, bool):
        return float(known)
    if kind is tuple and isinstance(known, list):
        return tuple(known)
    if kind is list and isinstance(known, tuple):
        return list(known)
    raise TypeError(
        f"Could not override field '{key}' ({kind}): {known} is of type {type(known)} and cannot be converted to it"
    )


class ConfigDict:
    def __init__(
        self,
        initial_dictionary=None,
        type_safe=True,
        convert_dict=True,
        *,
        allow_dotted_keys=False,
        sort_keys=True,
    ):
        object.__setattr__(self, "_fields", {})
        object.__setattr__(self, "_locked", False)
        object.__setattr__(self, "_type_safe", type_safe)
        object.__setattr__(self, "_convert_dict", convert_dict)
        for key, value in dict(initial_dictionary or {}).items():
            if isinstance(value, ConfigDict) and not isinstance(value, FrozenConfigDict):
                self._fields[key] = value
            else:
                self._fields[key] = self._entry(value)

    def _entry(self, value):
        nested = isinstance(value, dict) or (isinstance(value, FrozenConfigDict) and not self._frozen)
        return type(self)(value) if nested and self._convert_dict else value

    _frozen = False

    @property
    def is_locked(self):
        return self._locked

    @property
    def is_type_safe(self):
        return self._type_safe

    @property
    def convert_dict(self):
        return self._convert_dict

    def __getattr__(self, name):
        if name.startswith("__") or name not in self._fields:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return _plain(self._fields[name])

    def __setattr__(self, name, value):
        if name not in self._fields and hasattr(type(self), name):
            raise KeyError(f"{name} cannot be overridden.")
        try:
            self[name] = value
        except KeyError as error:
            raise AttributeError(str(error))

    def __delattr__(self, name):
        del self[name]

    def __getitem__(self, key):
        if key in self._fields:
            return _plain(self._fields[key])
        if isinstance(key, str) and "." in key:
            first, rest = key.split(".", 1)
            if first in self._fields:
                return self._fields[first][rest]
        raise KeyError(f"'{key}'")

    def __setitem__(self, key, value):
        if isinstance(key, str) and "." in key:
            first, rest = key.split(".", 1)
            self[first][rest] = value
            return
        if self._locked and key not in self._fields:
            raise KeyError(
                f'Key "{key}" does not exist and cannot be added since the config is locked. Other fields present: '
                f'"{self._fields}"'
            )
        before = self._fields.get(key)
        value = self._entry(value)
        if isinstance(before, FieldReference):
            if isinstance(value, FieldReference):
                self._fields[key] = value
            else:
                before.set(value, self._type_safe)
            return
        if before is not None and self._type_safe and not isinstance(value, FieldReference):
            value = _converted(value, type(before), key)
        self._fields[key] = value

    def __delitem__(self, key):
        if self._locked:
            raise KeyError("This ConfigDict is locked, you have to unlock it before trying to delete a field.")
        if key not in self._fields:
            raise KeyError(key)
        del self._fields[key]

    def __contains__(self, key):
        return key in self._fields

    def __iter__(self):
        return iter(sorted(self._fields))

    def __len__(self):
        return len(self._fields)

    def __eq__(self, other):
        return isinstance(other, ConfigDict) and self.to_dict() == other.to_dict()

    def __repr__(self):
        return f"{type(self).__name__}({self.to_dict()!r})"

    def __str__(self):
        return "\n".join(self._lines())

    def _lines(self):
        lines = []
        for key, value in self.items():
            if isinstance(value, ConfigDict):
                lines.append(f"{key}:")
                lines.extend("  " + line for line in value._lines())
            else:
                lines.append(f"{key}: {value if not isinstance(value, str) or value else repr(value)}")
        return lines

    def keys(self):
        return [key for key in self]

    def values(self):
        return [self[key] for key in self]

    def items(self, preserve_field_references=False):
        if preserve_field_references:
            return [(key, self._fields[key]) for key in self]
        return [(key, self[key]) for key in self]

    def iteritems(self, preserve_field_references=False):
        return iter(self.items(preserve_field_references))

    def get(self, key, default=None):
        return self[key] if key in self else default

    def get_oneway_ref(self, key):
        return FieldReference(None, type(self[key]), op=lambda: self[key])

    def get_ref(self, key):
        value = self._fields[key]
        if not isinstance(value, FieldReference):
            value = FieldReference(value, type(value) if value is not None else object)
            self._fields[key] = value
        return value

    def get_type(self, key):
        value = self._fields[key]
        return value.get_type() if isinstance(value, FieldReference) else type(value)

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key, *default):
        if key not in self and default:
            return default[0]
        value = self[key]
        del self[key]
        return value

    def update(self, *others, **entries):
        for other in others + (entries,):
            pairs = other.items() if hasattr(other, "items") else other
            for key, value in pairs:
                mine = self._fields.get(key)
                if isinstance(mine, ConfigDict) and isinstance(value, (ConfigDict, dict)):
                    mine.update(value)
                else:
                    self[key] = value

    def update_from_flattened_dict(self, flattened_dict, strip_prefix=""):
        for key, value in flattened_dict.items():
            if key.startswith(strip_prefix):
                self[key[len(strip_prefix) :]] = value

    def _lock(self, locked):
        object.__setattr__(self, "_locked", locked)
        for value in self._fields.values():
            if isinstance(value, ConfigDict):
                value._lock(locked)

    def lock(self):
        self._lock(True)
        return self

    def unlock(self):
        self._lock(False)
        return self

    @contextlib.contextmanager
    def unlocked(self):
        locked = self._locked
        self.unlock()
        yield self
        if locked:
            self.lock()

    @contextlib.contextmanager
    def ignore_type(self):
        safe = self._type_safe
        object.__setattr__(self, "_type_safe", False)
        yield self
        object.__setattr__(self, "_type_safe", safe)

    def to_dict(self, visit_map=None, preserve_field_references=False):
        plain = {}
        for key in self:
            known = _plain(self._fields[key])
            plain[key] = known.to_dict() if isinstance(known, ConfigDict) else known
        return plain

    def copy_and_resolve_references(self, visit_map=None):
        return type(self)(self.to_dict())

    def to_json(self, json_encoder_cls=None, **keywords):
        return _host("the text of a configuration")

    to_json_best_effort = to_json
    to_yaml = to_json

    def is_type_safe(self):
        return self._type_safe

    def eq_as_configdict(self, other):
        return self == other


class FrozenConfigDict(ConfigDict):
    """What cannot be changed any more: lists become tuples."""

    _frozen = True

    def __init__(self, initial_dictionary=None, type_safe=True):
        if isinstance(initial_dictionary, ConfigDict):
            initial_dictionary = initial_dictionary.to_dict()
        plain = {key: _frozen_value(value) for key, value in dict(initial_dictionary or {}).items()}
        ConfigDict.__init__(self, plain, type_safe)
        object.__setattr__(self, "_locked", True)

    def __setattr__(self, name, value):
        raise AttributeError(f'FrozenConfigDict is immutable, but setting "{name}"')

    def __setitem__(self, key, value):
        raise AttributeError(f'FrozenConfigDict is immutable, but setting "{key}"')

    def __delitem__(self, key):
        raise AttributeError(f'FrozenConfigDict is immutable, but deleting "{key}"')

    def __hash__(self):
        return hash(tuple((key, self[key]) for key in self))

    def as_configdict(self):
        return ConfigDict(self.to_dict())


def _frozen_value(value):
    if isinstance(value, list):
        return tuple(_frozen_value(element) for element in value)
    if isinstance(value, set):
        return frozenset(value)
    return value


def create(**kwargs):
    return ConfigDict(initial_dictionary=kwargs)


def placeholder(field_type, required=False):
    return FieldReference(None, field_type=field_type, required=required)


def required_placeholder(field_type):
    return placeholder(field_type, required=True)


def recursive_rename(conf, old_name, new_name):
    renamed = ConfigDict()
    for key, value in conf.items():
        value = recursive_rename(value, old_name, new_name) if isinstance(value, ConfigDict) else value
        renamed[new_name if key == old_name else key] = value
    return renamed
