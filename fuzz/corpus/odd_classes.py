import enum, functools


class A(dict):
    def __getitem__(self, key):
        return self[key]

    def __hash__(self):
        return hash(self)

    def __eq__(self, other):
        return self == other


class B(enum.IntEnum):
    X = enum.auto()
    Y = "text"


class C(list):
    __slots__ = C = 3

    def __len__(self):
        return -1

    def __iter__(self):
        return self


for make in (
    lambda: A()["x"],
    lambda: {A(): 1},
    lambda: A() == A(),
    lambda: len(C()),
    lambda: list(C()),
    lambda: type("D", (A, C), {})(),
    lambda: functools.cached_property(1).__get__(A()),
    lambda: super(A, C()).x,
    lambda: A.__init__(5),
    lambda: object.__new__(A)["x"],
    lambda: object.__setattr__(C, "x", 1),
):
    try:
        make()
    except Exception as error:
        print(error)
