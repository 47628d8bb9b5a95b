"""Classes that derive from Python's own types, descriptors, and the hooks of classes."""


class AttrDict(dict):
    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(name) from error

    def __setattr__(self, name, value):
        self[name] = value


config = AttrDict(lr=0.1, layers=[1, 2])
config.epochs = 5
config["name"] = "x"
print(config, config.lr, config["epochs"], len(config), "lr" in config, list(config), sorted(config.items())[0])
print(isinstance(config, dict), hasattr(config, "missing"), getattr(config, "missing", "none"), {**config}["name"])
print(config.get("lr"), config.pop("name"), config == {"lr": 0.1, "layers": [1, 2], "epochs": 5}, bool(AttrDict()))
config.update({"a": 1}, b=2)
del config["a"]
print(config.b, [k for k, v in config.items() if v == 2], dict(config) is config, type(config).__name__, str(config)[:5])


class Upper(dict):
    def __init__(self, *args, **kwargs):
        super().__init__()
        self.count = 0
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def __setitem__(self, key, value):
        self.count += 1
        super().__setitem__(key.upper(), value)

    def __getitem__(self, key):
        return super().__getitem__(key.upper())

    def __contains__(self, key):
        return super().__contains__(key.upper())

    def __missing__(self, key):
        return f"no {key}"


u = Upper({"a": 1}, b=2)
u["c"] = 3
print(u, u["A"], u["a"], "b" in u, u.count, u["zz"], len(u))


class Stack(list):
    def push(self, x):
        self.append(x)
        return self

    @property
    def top(self):
        return self[-1]


s = Stack([1, 2])
s.push(3).push(4)
s += [5]
print(s, s.top, len(s), s[1:3], sum(s), s + [6], type(s) is Stack, isinstance(s, list), 3 in s, list(reversed(s)), s == [1, 2, 3, 4, 5])
s.sort(reverse=True)
s[0] = "z"
print(s, s.pop(), s.index(2), [x for x in s], sorted(Stack([3, 1])), s * 2)
first, *others = s
print(first, others, *s)


class Meters(float):
    def __add__(self, other):
        return Meters(float(self) + float(other))

    def __repr__(self):
        return f"{float(self)}m"


m = Meters(2.5)
print(m, m + 1, m * 2, m < 3, -m, round(m), [m], f"{m:.2f}", abs(m), 1 + m, int(m))


class Even(int):
    def __new__(cls, value):
        return super().__new__(cls, value // 2 * 2)

    def half(self):
        return self // 2


print(Even(7), Even(7).half(), Even(8) + 1, Even(3) == 2, {2: "two"}[Even(3)], isinstance(Even(1), int), [10, 20, 30][Even(2)])


class Path(str):
    def __truediv__(self, other):
        return Path(f"{self}/{other}")

    @property
    def parts(self):
        return self.split("/")


p = Path("a") / "b" / "c"
print(p, p.parts, p.upper(), len(p), p == "a/b/c", p[0], p.startswith("a"), "b" in p, f"{p:>8}", repr(p), p + "!", {"a/b/c": 1}[p])


class Vector(tuple):
    def __new__(cls, *values):
        return super().__new__(cls, values)

    def __add__(self, other):
        return Vector(*(a + b for a, b in zip(self, other)))


v = Vector(1, 2) + Vector(3, 4)
print(v, v[0], len(v), v == (4, 6), isinstance(v, tuple), type(v).__name__, hash(v) == hash((4, 6)))


class Singleton:
    _instance = None

    def __new__(cls, *args):
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __init__(self, *args):
        self.args = args


print(Singleton(1) is Singleton(2), Singleton(3).args)


class Positive:
    def __set_name__(self, owner, name):
        self.name = "_" + name
        print("named", owner.__name__, name)

    def __get__(self, instance, owner):
        if instance is None:
            return self
        return getattr(instance, self.name, 0)

    def __set__(self, instance, value):
        if value < 0:
            raise ValueError(f"{self.name[1:]} must not be negative")
        object.__setattr__(instance, self.name, value)

    def __delete__(self, instance):
        delattr(instance, self.name)


class Account:
    balance = Positive()
    limit = Positive()

    def __init__(self, balance):
        self.balance = balance


a = Account(5)
a.balance += 3
print(a.balance, a.limit, a.__dict__, type(Account.balance).__name__)
try:
    a.balance = -1
except ValueError as error:
    print(error)
del a.balance
print(a.balance)


class Guarded:
    def __init__(self):
        object.__setattr__(self, "_open", True)
        self.x = 1
        object.__setattr__(self, "_open", False)

    def __setattr__(self, name, value):
        if not self._open:
            raise AttributeError(f"{name} is locked")
        object.__setattr__(self, name, value)

    @property
    def y(self):
        return self.x * 2

    @y.setter
    def y(self, value):
        object.__setattr__(self, "x", value / 2)


g = Guarded()
print(g.x, g.y)
for name in ("x", "y", "z"):
    try:
        setattr(g, name, 5)
    except AttributeError as error:
        print(error)
object.__setattr__(g, "y", 10)
print(g.x, g.y)


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a):
        self.a = a


s = Slotted(1)
s.b = 2
print(s.a, s.b)
try:
    s.c = 3
except AttributeError as error:
    print(error)


class Plugin:
    registry = {}

    def __init_subclass__(cls, /, key=None, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.registry[key or cls.__name__] = cls


class One(Plugin):
    pass


class Two(Plugin, key="second"):
    pass


print(sorted(Plugin.registry), Plugin.registry["second"].__name__)


class Generic:
    def __class_getitem__(cls, item):
        return f"{cls.__name__}[{item}]"


print(Generic[int is int], Generic["T"])


class Lazy:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = f"made {name}"
        setattr(self, name, value)
        return value

    def __dir__(self):
        return ["x"]

    def __call__(self, *args, **kwargs):
        return args, kwargs

    def __len__(self):
        return 3

    def __bool__(self):
        return False


l = Lazy()
print(l.foo, l.foo, "foo" in l.__dict__, l(1, a=2), len(l), bool(l), not l)
print((5).__add__(3), "a".__len__(), [1, 2].__getitem__(0), (1.5).__lt__(2), dict.get({"a": 1}, "a"), str.upper("x"), [].__len__())
