"""absl.app: what runs the program's main function."""


class UsageError(Exception):
    pass


def run(main, argv=None, flags_parser=None):
    main(["program"] if argv is None else list(argv))


def run_with_init(main, argv=None, **kwargs):
    run(main, argv)


def parse_flags_with_usage(args):
    return args


def call_after_init(callback):
    callback()
