"""jax.errors: what JAX raises where a traced value is used as a known one. Keramos tells such uses as errors of its own."""


class JAXTypeError(TypeError):
    pass


class JAXIndexError(IndexError):
    pass


class ConcretizationTypeError(JAXTypeError):
    pass


class TracerArrayConversionError(JAXTypeError):
    pass


class TracerIntegerConversionError(JAXTypeError):
    pass


class TracerBoolConversionError(ConcretizationTypeError):
    pass


class NonConcreteBooleanIndexError(JAXIndexError):
    pass


class UnexpectedTracerError(JAXTypeError):
    pass


class KeyReuseError(RuntimeError):
    pass


class JaxRuntimeError(RuntimeError):
    pass
