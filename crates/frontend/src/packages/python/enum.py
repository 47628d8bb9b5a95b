from __keramos__ import bare as _bare
from __keramos__ import is_data as _is_data
from __keramos__ import keep as _keep
from __keramos__ import stand_for as _stand_for


class auto:
    def __init__(self, value=None):
        self.value = value

    def __or__(self, other):
        return _Composed(lambda a, b: a | b, self, other)

    def __and__(self, other):
        return _Composed(lambda a, b: a & b, self, other)

    def __xor__(self, other):
        return _Composed(lambda a, b: a ^ b, self, other)


class _Composed(auto):
    """What becomes of values that are not given yet, where the class is made."""

    def __init__(self, combine, *parts):
        self.combine = combine
        self.parts = parts

    def made(self):
        given = [part.made() if isinstance(part, _Composed) else part for part in self.parts]
        return self.combine(*[part.value if isinstance(part, auto) else part for part in given])


class _Classes:
    def __call__(cls, value, names=None, **options):
        if names is None:
            return cls._with_value(value)
        if isinstance(names, str):
            names = names.replace(",", " ").split()
        if not isinstance(names, dict):
            start = options.get("start", 1)
            pairs = [name if isinstance(name, (tuple, list)) else (name, at) for at, name in enumerate(names, start)]
            names = dict(pairs)
        return type(value, (cls,), dict(names))

    def __iter__(cls):
        return iter([cls._member_map_[name] for name in cls._member_names_])

    def __reversed__(cls):
        return reversed([cls._member_map_[name] for name in cls._member_names_])

    def __len__(cls):
        return len(cls._member_names_)

    def __bool__(cls):
        return True

    def __getitem__(cls, name):
        return cls._member_map_[name]

    def __setattr__(cls, name, value):
        if name in cls._member_map_:
            raise AttributeError(f"cannot reassign member {name!r}")
        _keep(cls, name, value)

    def __contains__(cls, value):
        if isinstance(value, cls):
            return True
        return any(value == member._value_ for member in cls._member_map_.values())

    @property
    def __members__(cls):
        return dict(cls._member_map_)


def _generated(cls, name, count, values):
    if cls._own_generator is not None:
        return cls._own_generator(name, 1, count, values)
    if issubclass(cls, Flag):
        return 1 << max([value.bit_length() for value in values], default=0)
    if issubclass(cls, StrEnum):
        return name.lower()
    for value in reversed(values):
        if isinstance(value, int):
            return value + 1
    return 1


class Enum(metaclass=_Classes):
    _member_map_ = {}
    _member_names_ = []
    _own_generator = None

    def __init_subclass__(cls, **options):
        if cls._member_names_:
            base = next(base for base in cls.__mro__[1:] if getattr(base, "_member_names_", None))
            raise TypeError(f"<enum '{cls.__name__}'> cannot extend {base!r}")
        cls._member_map_, cls._member_names_ = {}, []
        members = dict(cls.__dict__)
        generator = getattr(cls, "_generate_next_value_", None)
        if generator is not None:
            cls._own_generator = generator
        ignored = members.get("_ignore_", [])
        values = []
        for name, value in members.items():
            if name.startswith("_") or name in ignored or not _is_data(value):
                continue
            if isinstance(value, _Composed):
                value = value.made()
            elif isinstance(value, auto):
                value.value = _generated(cls, name, len(values), list(values))
                value = value.value
            cls._add(name, value)
            values.append(cls._member_map_[name]._value_)

    @classmethod
    def _add(cls, name, value):
        member = _bare(cls)
        args = value if isinstance(value, tuple) else (value,)
        _keep(member, "_value_", value)
        if issubclass(cls, int):
            _keep(member, "_value_", int(*args))
            _stand_for(member, int(*args))
        elif issubclass(cls, float):
            _keep(member, "_value_", float(*args))
            _stand_for(member, float(*args))
        elif issubclass(cls, str):
            if issubclass(cls, StrEnum) and not isinstance(value, str):
                raise TypeError(f"{value!r} is not a string")
            _keep(member, "_value_", str(*args))
            _stand_for(member, str(*args))
        _keep(member, "_name_", name)
        _keep(member, "_sort_order_", len(cls._member_names_))
        if cls.__init__ is not Enum.__init__:
            member.__init__(*args)
        for other in cls._member_map_.values():
            if other._value_ == member._value_ and type(other._value_) is type(member._value_):
                cls._member_map_[name] = other
                _keep(cls, name, other)
                return
        cls._member_map_[name] = member
        cls._member_names_.append(name)
        _keep(cls, name, member)

    def __init__(self, *args):
        pass

    @classmethod
    def _with_value(cls, value):
        if isinstance(value, cls):
            return value
        for member in cls._member_map_.values():
            if member._value_ == value:
                return member
        found = cls._missing_(value)
        if found is None:
            raise ValueError(f"{value!r} is not a valid {cls.__qualname__}")
        return found

    @classmethod
    def _missing_(cls, value):
        return None

    @property
    def name(self):
        return self._name_

    @property
    def value(self):
        return self._value_

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __repr__(self):
        return f"<{type(self).__name__}.{self._name_}: {self._value_!r}>"

    def __str__(self):
        return f"{type(self).__name__}.{self._name_}"

    def __format__(self, spec):
        return format(str(self), spec)

    def __setattr__(self, name, value):
        if name in ("name", "value"):
            raise AttributeError(f"<enum '{type(self).__name__}'> cannot set attribute '{name}'")
        object.__setattr__(self, name, value)


class IntEnum(int, Enum):
    def __str__(self):
        return str(self._value_)

    def __format__(self, spec):
        return format(self._value_, spec)


class StrEnum(str, Enum):
    def __str__(self):
        return self._value_

    def __format__(self, spec):
        return format(self._value_, spec)


def _single(value):
    return value > 0 and value & (value - 1) == 0


class Flag(Enum):
    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        # What names several bits, or none, is no member that one meets by going through the class.
        cls._member_names_ = [name for name in cls._member_names_ if _single(cls._member_map_[name]._value_)]
        cls._composed_ = {}
        cls._all_ = cls._singles_ = 0
        for member in cls._member_map_.values():
            cls._all_ |= member._value_
            if _single(member._value_):
                cls._singles_ |= member._value_

    @classmethod
    def _of_bits(cls, value):
        for member in cls._member_map_.values():
            if member._value_ == value:
                return member
        if value not in cls._composed_:
            member = _bare(cls)
            _keep(member, "_value_", value)
            _keep(member, "_name_", None)
            if issubclass(cls, int):
                _stand_for(member, value)
            cls._composed_[value] = member
        return cls._composed_[value]

    @classmethod
    def _missing_(cls, value):
        if not isinstance(value, int):
            raise ValueError(f"{value!r} is not a valid {cls.__qualname__}")
        if value < 0:
            bits = (1 << cls._all_.bit_length()) - 1
            if issubclass(cls, int) and (value < ~bits or value & (bits ^ cls._all_)):
                value += max(bits + 1, 1 << value.bit_length())
            if value < 0:
                value += bits + 1
        if value & ~cls._all_ and not issubclass(cls, int):
            raise ValueError(f"{cls!r} invalid value {value!r}")
        return cls._of_bits(value)

    def _bits(self, other):
        if isinstance(other, type(self)):
            return other._value_
        return other if isinstance(self, int) and isinstance(other, int) else None

    def __or__(self, other):
        bits = self._bits(other)
        return NotImplemented if bits is None else type(self)(self._value_ | bits)

    def __and__(self, other):
        bits = self._bits(other)
        return NotImplemented if bits is None else type(self)(self._value_ & bits)

    def __xor__(self, other):
        bits = self._bits(other)
        return NotImplemented if bits is None else type(self)(self._value_ ^ bits)

    def __ror__(self, other):
        return self | other

    def __rand__(self, other):
        return self & other

    def __rxor__(self, other):
        return self ^ other

    def __invert__(self):
        cls = type(self)
        return cls(~self._value_ if isinstance(self, int) else cls._singles_ & ~self._value_)

    def __bool__(self):
        return self._value_ != 0

    def __contains__(self, other):
        if not isinstance(other, type(self)):
            kinds = f"'{type(other).__qualname__}' and '{type(self).__qualname__}'"
            raise TypeError(f"unsupported operand type(s) for 'in': {kinds}")
        return other._value_ & self._value_ == other._value_

    def __iter__(self):
        return iter([member for member in type(self) if member._value_ & self._value_])

    def __len__(self):
        return self._value_.bit_count()

    @property
    def name(self):
        if self._name_ is not None:
            return self._name_
        names = [member._name_ for member in self]
        rest = self._value_ & ~type(self)._all_
        if rest and names:
            names.append(str(rest))
        return "|".join(names) if names else None

    def __repr__(self):
        name = self.name
        shown = type(self).__name__ if name is None else f"{type(self).__name__}.{name}"
        return f"<{shown}: {self._value_!r}>"

    def __str__(self):
        name = self.name
        return f"{type(self).__name__}({self._value_!r})" if name is None else f"{type(self).__name__}.{name}"


class IntFlag(int, Flag):
    def __str__(self):
        return str(self._value_)

    def __format__(self, spec):
        return format(self._value_, spec)


def unique(enumeration):
    """The class, if no two of its names have one value."""
    aliases = [(name, member._name_) for name, member in enumeration.__members__.items() if name != member._name_]
    if aliases:
        shown = ", ".join(f"{alias} -> {name}" for alias, name in aliases)
        raise ValueError(f"duplicate values found in {enumeration!r}: {shown}")
    return enumeration
