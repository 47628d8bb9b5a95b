class _Group:
    """Arguments that belong together: the parser has them."""

    def __init__(self, container, title=None, description=None, exclusive=False, required=False):
        self._container = container
        self._own_actions = []
        self._exclusive = exclusive
        self.title = title
        self.description = description
        self.required = required

    def add_argument(self, *args, **kwargs):
        action = self._container.add_argument(*args, **kwargs)
        if self._exclusive and action.required:
            raise ValueError("mutually exclusive arguments must be optional")
        self._own_actions.append(action)
        return action

    def add_argument_group(self, *args, **kwargs):
        return self._container.add_argument_group(*args, **kwargs)

    def add_mutually_exclusive_group(self, required=False):
        return self._container.add_mutually_exclusive_group(required=required)

    def set_defaults(self, **kwargs):
        self._container.set_defaults(**kwargs)


def _least_most(action):
    """How many arguments an action takes at least, and at most (None: all)."""
    nargs = action.nargs
    if nargs is None:
        return 1, 1
    if isinstance(nargs, int):
        return nargs, nargs
    return {OPTIONAL: (0, 1), ZERO_OR_MORE: (0, None), ONE_OR_MORE: (1, None), PARSER: (1, None), REMAINDER: (0, None)}[nargs]


def _is_number(text):
    whole, _, part = text[1:].partition(".")
    return (whole + part).isdigit() and (part != "" or "." not in text)


class ArgumentParser:
    """Takes what stands on the command line apart."""

    def __init__(
        self,
        prog=None,
        usage=None,
        description=None,
        epilog=None,
        parents=(),
        formatter_class=HelpFormatter,
        prefix_chars="-",
        fromfile_prefix_chars=None,
        argument_default=None,
        conflict_handler="error",
        add_help=True,
        allow_abbrev=True,
        exit_on_error=True,
    ):
        self.prog = "program" if prog is None else prog
        self.usage = usage
        self.description = description
        self.epilog = epilog
        self.formatter_class = formatter_class
        self.prefix_chars = prefix_chars
        self.fromfile_prefix_chars = fromfile_prefix_chars
        self.argument_default = argument_default
        self.conflict_handler = conflict_handler
        self.add_help = add_help
        self.allow_abbrev = allow_abbrev
        self.exit_on_error = exit_on_error
        self._actions = []
        self._options = {}
        self._defaults = {}
        self._exclusive_groups = []
        if add_help:
            start = "-" if "-" in prefix_chars else prefix_chars[0]
            self.add_argument(start + "h", start * 2 + "help", action="help", help="show this help message and exit")
        for parent in parents:
            for action in parent._actions:
                if not (isinstance(action, _Print) and add_help):
                    self._add_action(action)
            self._exclusive_groups.extend(parent._exclusive_groups)
            self._defaults.update(parent._defaults)

    def register(self, registry_name, value, object):
        raise NotImplementedError("register() of a parser: give `type=` and `action=` the function or the class itself")

    def add_argument(self, *args, **kwargs):
        prefixed = bool(args) and bool(args[0]) and args[0][0] in self.prefix_chars
        if not args or (len(args) == 1 and not prefixed):
            if args and "dest" in kwargs:
                raise ValueError("dest supplied twice for positional argument")
            dest = args[0] if args else kwargs.pop("dest")
            options = []
            if "required" in kwargs:
                raise TypeError("'required' is an invalid argument for positionals")
            nargs = kwargs.get("nargs")
            required = nargs not in (OPTIONAL, ZERO_OR_MORE, REMAINDER, SUPPRESS, 0)
            if required or (nargs == ZERO_OR_MORE and "default" not in kwargs):
                kwargs["required"] = True
        else:
            options = list(args)
            for option in options:
                if not option or option[0] not in self.prefix_chars:
                    raise ValueError(
                        f"invalid option string {option!r}: must start with a character {self.prefix_chars!r}"
                    )
            dest = kwargs.pop("dest", None)
            if dest is None:
                long = [option for option in options if len(option) > 1 and option[1] in self.prefix_chars]
                dest = (long or options)[0].lstrip(self.prefix_chars)
                if not dest:
                    raise ValueError(f"dest= is required for options like {options[0]!r}")
                dest = dest.replace("-", "_")
        if "default" not in kwargs:
            if dest in self._defaults:
                kwargs["default"] = self._defaults[dest]
            elif self.argument_default is not None:
                kwargs["default"] = self.argument_default
        kind = kwargs.pop("action", None)
        if isinstance(kind, str) or kind is None:
            if kind not in _ACTIONS:
                raise ValueError(f'unknown action "{kind}"')
            kind = _ACTIONS[kind]
        if kind is _Print:
            kwargs.pop("dest", None)
            action = kind(options, **kwargs)
        else:
            action = kind(options, dest, **kwargs)
        if action.type is not None and not is_host(action.type) and not callable(action.type):
            raise ValueError(f"{action.type!r} is not callable")
        return self._add_action(action)

    def _add_action(self, action):
        clash = [option for option in action.option_strings if option in self._options]
        if clash and self.conflict_handler != "resolve":
            word = "string" if len(clash) == 1 else "strings"
            raise ArgumentError(action, f"conflicting option {word}: {', '.join(clash)}")
        for option in clash:
            before = self._options[option]
            before.option_strings = [known for known in before.option_strings if known != option]
            if not before.option_strings:
                self._actions = [known for known in self._actions if known is not before]
        self._actions.append(action)
        for option in action.option_strings:
            self._options[option] = action
        return action

    def add_argument_group(self, title=None, description=None, **kwargs):
        return _Group(self, title, description)

    def add_mutually_exclusive_group(self, *, required=False):
        group = _Group(self, exclusive=True, required=required)
        self._exclusive_groups.append(group)
        return group

    def add_subparsers(
        self,
        *,
        title=None,
        description=None,
        prog=None,
        parser_class=None,
        action="parsers",
        dest=SUPPRESS,
        required=False,
        help=None,
        metavar=None,
    ):
        if any(isinstance(known, _Subparsers) for known in self._actions):
            raise ArgumentError(None, "cannot have multiple subparser arguments")
        kind = _Subparsers if action == "parsers" else action
        return self._add_action(
            kind([], prog or self.prog, parser_class or type(self), dest, required, help, metavar)
        )

    def set_defaults(self, **kwargs):
        self._defaults.update(kwargs)
        for action in self._actions:
            if action.dest in kwargs:
                action.default = kwargs[action.dest]

    def get_default(self, dest):
        for action in self._actions:
            if action.dest == dest and action.default is not None:
                return action.default
        return self._defaults.get(dest)

    def parse_args(self, args=None, namespace=None):
        found, rest = self.parse_known_args(args, namespace)
        if rest:
            self.error(f"unrecognized arguments: {' '.join(rest)}")
        return found

    def parse_known_args(self, args=None, namespace=None):
        namespace = Namespace() if namespace is None else namespace
        for action in self._actions:
            if SUPPRESS not in (action.dest, action.default) and not hasattr(namespace, action.dest):
                setattr(namespace, action.dest, action.default)
        for dest, value in self._defaults.items():
            if not hasattr(namespace, dest):
                setattr(namespace, dest, value)
        try:
            rest = self._parse([] if args is None else list(args), namespace, args is None)
        except ArgumentError as error:
            if not self.exit_on_error:
                raise
            self.error(str(error))
        rest.extend(getattr(namespace, _UNRECOGNIZED, []))
        if hasattr(namespace, _UNRECOGNIZED):
            delattr(namespace, _UNRECOGNIZED)
        return namespace, rest

    parse_intermixed_args = parse_args
    parse_known_intermixed_args = parse_known_args

    def _parse(self, args, namespace, telling):
        """Takes `args` apart, and gives those that no action takes. With `telling`, what was told when compiling stands
        for what would be given."""
        positionals = [action for action in self._actions if not action.option_strings]
        seen = []
        rest = []
        at = 0
        only_values = False
        while True:
            values = 0
            while at + values < len(args) and (
                only_values or not (args[at + values] == "--" or self._is_option(args[at + values]))
            ):
                values += 1
            if not only_values and at + values < len(args) and args[at + values] == "--":
                del args[at + values]
                only_values = True
                continue
            at, positionals = self._take_positionals(args, at, values, positionals, namespace, seen)
            while at < len(args) and (only_values or not self._is_option(args[at])):
                rest.append(args[at])
                at += 1
            if at >= len(args):
                break
            at = self._take_option(args, at, namespace, seen, rest)
        if telling:
            self._take_told(namespace, seen)
        missing = []
        for action in self._actions:
            if any(action is known for known in seen):
                continue
            if action.required:
                missing.append(_shown(action))
            elif (
                isinstance(action.default, str)
                and getattr(namespace, action.dest, None) is action.default
                and action.dest != SUPPRESS
            ):
                setattr(namespace, action.dest, self._converted(action, action.default))
        if missing:
            raise ArgumentError(None, f"the following arguments are required: {', '.join(map(str, missing))}")
        for group in self._exclusive_groups:
            given = [action for action in group._own_actions if any(action is known for known in seen)]
            given = [action for action in given if getattr(namespace, action.dest, None) is not action.default]
            if len(given) > 1:
                raise ArgumentError(given[1], f"not allowed with argument {_shown(given[0])}")
            if group.required and not given and not telling:
                names = " ".join(_shown(action) for action in group._own_actions)
                raise ArgumentError(None, f"one of the arguments {names} is required")
        return rest

    def _take_told(self, namespace, seen):
        for action in self._actions:
            if action.dest == SUPPRESS:
                continue
            unknown = _host(f"the value of the argument {_shown(action)}", action.dest)
            told = _told(action.dest, unknown)
            if not is_host(told):
                try:
                    self._tell(action, told, namespace)
                except ArgumentError as error:
                    raise ValueError(f"--value {action.dest}={told}: {error.message}") from None
                seen.append(action)
            elif action.required:
                setattr(namespace, action.dest, unknown)
                seen.append(action)

    def _tell(self, action, told, namespace):
        if isinstance(action, _Subparsers):
            action(self, namespace, [told])
            return
        if isinstance(told, str) or (action.type is float and isinstance(told, int)):
            told = self._converted(action, told)
        for one in told if isinstance(told, (list, tuple)) else [told]:
            self._check(action, one)
        setattr(namespace, action.dest, told)

    def _is_option(self, text):
        """Whether an argument is an option rather than a value."""
        if not text or text[0] not in self.prefix_chars:
            return False
        if text in self._options or len(text) == 1:
            return text in self._options
        if text == "--":
            return False
        name = text.partition("=")[0]
        if name in self._options or self._longer(name):
            return True
        if _is_number(text) and not any(_is_number(option) for option in self._options):
            return False
        return " " not in text

    def _longer(self, name):
        """The options that `name` abbreviates."""
        if not self.allow_abbrev or not name.startswith("--"):
            return []
        return [option for option in self._options if option.startswith(name)]

    def _take_positionals(self, args, at, count, positionals, namespace, seen):
        ranges = [_least_most(action) for action in positionals]
        while ranges and sum(least for least, _ in ranges) > count:
            ranges.pop()
        later = len(positionals) > len(ranges) or at + count < len(args)
        if count == 0 and later:
            return at, positionals
        left = count
        for index, (least, most) in enumerate(ranges):
            needed = sum(least for least, _ in ranges[index + 1 :])
            number = left - needed if most is None else min(most, left - needed)
            left -= number
            action = positionals[index]
            if action.nargs in (PARSER, REMAINDER):
                number = len(args) - at
            self._act(action, args[at : at + number], None, namespace, seen)
            at += number
        return at, positionals[len(ranges) :]

    def _take_option(self, args, at, namespace, seen, rest):
        text = args[at]
        action, option, explicit = self._option(text)
        if action is None:
            rest.append(text)
            return at + 1
        while True:
            least, most = _least_most(action)
            if explicit is None:
                break
            if most != 0:
                if least > 1:
                    raise ArgumentError(action, f"expected {least} arguments")
                self._act(action, [explicit], option, namespace, seen)
                return at + 1
            # `-vq`: flags of one letter that stand together.
            follows = option[0] + explicit[:1]
            if text.startswith("--") or follows not in self._options:
                raise ArgumentError(action, f"ignored explicit argument {explicit!r}")
            self._act(action, [], option, namespace, seen)
            option, explicit = follows, explicit[1:] or None
            action = self._options[option]
        at += 1
        number = 0
        while at + number < len(args) and (most is None or number < most):
            follows = args[at + number]
            if action.nargs not in (REMAINDER, PARSER) and (self._is_option(follows) or follows == "--"):
                break
            number += 1
        if number < least:
            expected = {None: "one argument", ONE_OR_MORE: "at least one argument"}.get(action.nargs)
            several = "argument" if action.nargs == 1 else "arguments"
            raise ArgumentError(action, f"expected {expected or f'{action.nargs} {several}'}")
        self._act(action, args[at : at + number], option, namespace, seen)
        return at + number

    def _option(self, text):
        """The action that an option names, the option, and what follows its `=`."""
        if text in self._options:
            return self._options[text], text, None
        name, equals, value = text.partition("=")
        explicit = value if equals else None
        if name in self._options:
            return self._options[name], name, explicit
        longer = self._longer(name)
        if any(self._options[option] is not self._options[longer[0]] for option in longer):
            raise ArgumentError(None, f"ambiguous option: {name} could match {', '.join(longer)}")
        if longer:
            return self._options[longer[0]], longer[0], explicit
        if text[:2] in self._options and not text.startswith("--"):
            return self._options[text[:2]], text[:2], text[2:]
        return None, text, None

    def _act(self, action, texts, option, namespace, seen):
        if action.nargs == OPTIONAL and not texts:
            value = action.const if action.option_strings else action.default
            if isinstance(value, str):
                value = self._converted(action, value)
        elif action.nargs == ZERO_OR_MORE and not texts and not action.option_strings:
            value = [] if action.default is None else action.default
        elif action.nargs is None or action.nargs == OPTIONAL:
            value = self._converted(action, texts[0])
            self._check(action, value)
        else:
            value = [self._converted(action, text) for text in texts]
            if action.nargs == PARSER:
                self._check(action, value[0])
            elif action.nargs != REMAINDER:
                for one in value:
                    self._check(action, one)
        seen.append(action)
        action(self, namespace, value, option)

    def _converted(self, action, text):
        convert = action.type
        if convert is None:
            return text
        try:
            return convert(text)
        except ArgumentTypeError as error:
            raise ArgumentError(action, str(error)) from None
        except (TypeError, ValueError):
            name = getattr(convert, "__name__", repr(convert))
            raise ArgumentError(action, f"invalid {name} value: {text!r}") from None

    def _check(self, action, value):
        if action.choices is not None and not is_host(value) and value not in action.choices:
            known = ", ".join(map(repr, action.choices))
            raise ArgumentError(action, f"invalid choice: {value!r} (choose from {known})")

    def error(self, message):
        ended = SystemExit(f"{self.prog}: error: {message}")
        ended.code = 2
        raise ended

    def exit(self, status=0, message=None):
        raise SystemExit(status)

    def format_help(self):
        return _host("the help of the program's arguments")

    def format_usage(self):
        return _host("the usage of the program")

    def print_help(self, file=None):
        pass

    def print_usage(self, file=None):
        pass
