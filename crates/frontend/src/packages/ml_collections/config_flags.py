"""ml_collections.config_flags: a configuration named on the command line."""
from absl import flags


def DEFINE_config_file(name, default=None, help_string="", flag_values=flags.FLAGS, lock_config=True, **kwargs):
    file, _, of = (default or "").partition(":")
    config = _sibling_config(file)
    if config is None:
        config = _host(f"the value of the flag --{name}", name)
    else:
        config = config(*([of] if of else []))
        if lock_config and hasattr(config, "lock"):
            config.lock()
    return flag_values._define(name, config)


def DEFINE_config_dict(name, config, help_string="", flag_values=flags.FLAGS, lock_config=True, **kwargs):
    if lock_config:
        config.lock()
    return flag_values._define(name, config)


def DEFINE_config_dataclass(name, config, help_string="", flag_values=flags.FLAGS, **kwargs):
    return flag_values._define(name, config)


def get_config_filename(config_flag):
    return _host("the name of a configuration's file")


def get_override_values(config_flag):
    return {}
