"""absl.flags: options of the command line. They are configuration: each has its default. What has none is only known
when the program runs, unless it is told when compiling."""
from __keramos__ import is_host


class Error(Exception):
    pass


class UnrecognizedFlagError(Error):
    pass


class IllegalFlagValueError(Error):
    pass


class DuplicateFlagError(Error):
    pass


class UnparsedFlagAccessError(Error):
    pass


class FlagHolder:
    def __init__(self, values, name):
        self._values = values
        self.name = name

    @property
    def value(self):
        return getattr(self._values, self.name)

    @property
    def default(self):
        return self._values._defaults[self.name]

    @property
    def present(self):
        return 0

    def __eq__(self, other):
        raise TypeError("unsupported operand type(s) for ==: 'FlagHolder' has a value, see FlagHolder.value")

    def __bool__(self):
        raise TypeError("bool() not supported for instances of type 'FlagHolder'; did you mean to use '.value'?")


class FlagValues:
    def __init__(self):
        object.__setattr__(self, "_defaults", {})
        object.__setattr__(self, "_known", {})

    def _define(self, name, default):
        if name in self._defaults:
            raise DuplicateFlagError(f"The flag '{name}' is defined twice.")
        self._defaults[name] = default
        self._known[name] = _told(name, default)
        return FlagHolder(self, name)

    def __getattr__(self, name):
        if name not in self._known:
            raise AttributeError(name)
        return self._known[name]

    def __setattr__(self, name, value):
        if name not in self._known:
            raise AttributeError(name)
        self._known[name] = value

    def __getitem__(self, name):
        if name not in self._known:
            raise KeyError(name)
        return FlagHolder(self, name)

    def __contains__(self, name):
        return name in self._known

    def __iter__(self):
        return iter(self._known)

    def __call__(self, argv, known_only=False):
        return list(argv[:1])

    def is_parsed(self):
        return True

    def mark_as_parsed(self):
        pass

    def set_default(self, name, value):
        self._defaults[name] = value
        self._known[name] = _told(name, value)

    def flag_values_dict(self):
        return dict(self._known)


FLAGS = FlagValues()

# What absl itself defines.
for _name_of, _default in {
    "alsologtostderr": False,
    "log_dir": "",
    "logtostderr": False,
    "only_check_args": False,
    "pdb_post_mortem": False,
    "run_with_pdb": False,
    "run_with_profiling": False,
    "showprefixforinfo": True,
    "stderrthreshold": "fatal",
    "v": -1,
    "verbosity": -1,
}.items():
    FLAGS._define(_name_of, _default)


def _define(name, default, values, required):
    if required and not is_host(default) and default is not None:
        raise ValueError(f"Required flag --{name} needs to have None as default")
    holder = values._define(name, default)
    if required:
        mark_flag_as_required(name, values)
    return holder


def DEFINE(parser, name, default, help, flag_values=FLAGS, serializer=None, module_name=None, required=False, **args):
    return _define(name, default, flag_values, required)


def DEFINE_string(name, default, help, flag_values=FLAGS, required=False, **args):
    return _define(name, _converted(str, default), flag_values, required)


def _converted(convert, default):
    """A default that is known, as the flag's type; others are what they are."""
    return default if is_host(default) or default is None else convert(default)


def DEFINE_bool(name, default, help, flag_values=FLAGS, module_name=None, required=False, **args):
    if not is_host(default) and isinstance(default, str):
        if default.lower() not in ("true", "t", "1", "false", "f", "0"):
            raise IllegalFlagValueError(f"flag --{name}={default}: Non-boolean argument to boolean flag: {default}")
        default = default.lower() in ("true", "t", "1")
    return _define(name, _converted(bool, default), flag_values, required)


DEFINE_boolean = DEFINE_bool


def _bounded(name, value, lower, upper):
    if not is_host(value) and value is not None and ((lower is not None and value < lower) or (upper is not None and value > upper)):
        raise IllegalFlagValueError(f"flag --{name}={value}: {value} is out of its bounds")
    return value


def DEFINE_integer(name, default, help, lower_bound=None, upper_bound=None, flag_values=FLAGS, required=False, **args):
    default = _bounded(name, _converted(int, default), lower_bound, upper_bound)
    return _define(name, default, flag_values, required)


def DEFINE_float(name, default, help, lower_bound=None, upper_bound=None, flag_values=FLAGS, required=False, **args):
    default = _bounded(name, _converted(float, default), lower_bound, upper_bound)
    return _define(name, default, flag_values, required)


def DEFINE_enum(name, default, enum_values, help, flag_values=FLAGS, module_name=None, required=False, **args):
    if not is_host(default) and default is not None and default not in enum_values:
        raise IllegalFlagValueError(f"flag --{name}={default}: value should be one of <{'|'.join(enum_values)}>")
    return _define(name, default, flag_values, required)


def DEFINE_enum_class(name, default, enum_class, help, flag_values=FLAGS, module_name=None, required=False, **args):
    return _define(name, enum_class[default] if isinstance(default, str) else default, flag_values, required)


def DEFINE_list(name, default, help, flag_values=FLAGS, required=False, **args):
    if isinstance(default, str):
        default = [part.strip() for part in default.split(",")] if default else []
    return _define(name, _converted(list, default), flag_values, required)


def DEFINE_spaceseplist(name, default, help, comma_compat=False, flag_values=FLAGS, required=False, **args):
    if isinstance(default, str):
        default = (default.replace(",", " ") if comma_compat else default).split()
    return _define(name, _converted(list, default), flag_values, required)


def _several(name, default, convert, flag_values, required):
    if default is not None:
        single = isinstance(default, str) or not hasattr(default, "__iter__")
        default = [convert(value) for value in ([default] if single else default)]
    return _define(name, default, flag_values, required)


def DEFINE_multi_string(name, default, help, flag_values=FLAGS, required=False, **args):
    return _several(name, default, str, flag_values, required)


def DEFINE_multi_integer(name, default, help, lower_bound=None, upper_bound=None, flag_values=FLAGS, required=False, **args):
    return _several(name, default, int, flag_values, required)


def DEFINE_multi_float(name, default, help, lower_bound=None, upper_bound=None, flag_values=FLAGS, required=False, **args):
    return _several(name, default, float, flag_values, required)


def DEFINE_multi_enum(name, default, enum_values, help, flag_values=FLAGS, required=False, **args):
    return _several(name, default, str, flag_values, required)


def DEFINE_alias(name, original_name, flag_values=FLAGS, module_name=None):
    return _define(name, flag_values._defaults[original_name], flag_values, False)


def _name(flag):
    return flag.name if isinstance(flag, FlagHolder) else flag


def mark_flag_as_required(flag_name, flag_values=FLAGS):
    name = _name(flag_name)
    known = flag_values._known[name]
    if not is_host(known) and known is None:
        flag_values._known[name] = _told(name, _host(f"the value of the flag --{name}", name))


def mark_flags_as_required(flag_names, flag_values=FLAGS):
    for name in flag_names:
        mark_flag_as_required(name, flag_values)


def mark_flags_as_mutual_exclusive(flag_names, required=False, flag_values=FLAGS):
    pass


def mark_bool_flags_as_mutual_exclusive(flag_names, required=False, flag_values=FLAGS):
    pass


def register_validator(flag_name, checker, message="Flag validation failed", flag_values=FLAGS):
    pass


def register_multi_flags_validator(flag_names, multi_flags_checker, message="Flags validation failed", flag_values=FLAGS):
    pass


def validator(flag_name, message="Flag validation failed", flag_values=FLAGS):
    return lambda function: function


def set_default(flag_holder, value):
    flag_holder._values.set_default(flag_holder.name, value)


def adopt_module_key_flags(module, flag_values=FLAGS):
    pass


def declare_key_flag(flag_name, flag_values=FLAGS):
    pass


def disclaim_key_flags():
    pass
