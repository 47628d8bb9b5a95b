import jax.numpy as jnp

#: unpacking
a, *b, c = [1]
a, b += 1, 2

#: attributes
(3).real = 4
'abc'.upper = 3
None.x = 1

#: numbers
abs('x')
round('x')
round([])
pow(2, 2.5, 3)
pow(2, 3, 0)
pow(2, -1, 4)
ord(3)
ord('ab')
chr(-1)
chr(10 ** 9)
complex('1+')
int(3, 2)
int('3', 99)
int('9' * 5000)
float('one')
divmod(1, 0)
hash([])

#: sequences
len(5)
sum(['a', 'b'], '')
sum('ab')
max()
max([])
next([1])
iter(3)
range(1, 2, 0)
map(len)
reversed({1, 2})
sorted([1, 'a'])
enumerate(3)
zip([1], [1, 2], strict=True)
list(zip([1], [1, 2], strict=True))
list(zip([1, 2], [1], strict=True))
dict([1])
dict([(1, 2, 3)])
isinstance(3, 'int')
class Short:
    def __len__(self):
        return -1
len(Short())
class Odd:
    def __iter__(self):
        return 3
for x in Odd(): pass

#: dictionaries that change
d = {'a': 1}
for k in d:
    d[k + 'x'] = 1

#: a generator that calls itself
def g():
    yield next(me)
me = g()
next(me)

#: truth
bool(jnp.ones(3))
if jnp.ones(2): pass
class Both:
    def __bool__(self):
        return 3
bool(Both())
3 < 'a'
3 in 'abc'
3 in 5

#: exceptions
raise 3
raise

#: exceptions of other kinds
class NotOne: pass
raise NotOne

#: names before their values
def f():
    print(x)
    x = 3
f()

#: stars
f = lambda *a, **k: 0
f(*3)
f(**3)
f(**{1: 2})
f(**{'a': 1}, a=2)

#: super
class A:
    def f(self):
        return super(3, self).f()
A().f()
def outside():
    super().__init__()
outside()

#: hashes
class Hash:
    def __hash__(self):
        return 'h'
hash(Hash())
{Hash(): 1}

#: lists and tuples
[].pop()
[1].pop(5)
[1].remove(2)
[1].index(2)
(1,).index(2)
range(3).index(7)
[1][::0]
[1]['a']
(1,)[2.5]
3[0]
'abc'['a']
'abc'[9]
'abc'[0] = 'x'
(1,)[0] = 2
del (1,)[0]
x = [1, 2, 3, 4]
x[::2] = [1]

#: methods
str.upper()
str.upper(3)
list.append(3, 1)
dict.get(3, 1)
set.add(3, 1)
'a'.strip(3)
'a'.center(5, 'ab')
'a'.translate(3)
'a'.split('')
'a'.split(3)
'a'.partition('')
','.join([1])
'a'.startswith(3)
'abc'.index('x')
'abc'.encode('latin9')
float('nan').as_integer_ratio()

#: operators
1.0 / 0
1.0 // 0
1.0 % 0
0.0 ** -1
(-8.0) ** 0.5
10.0 ** 999
1 % 0
1 // 0
1 << -1
1.0 + 10 ** 400
10 ** 400 / 3
-'a'
~2.5
'a' * 'b'
[1] * 2.5
int(float('nan'))
int(float('inf'))
[0] * 10 ** 12

#: with
with 3: pass
class Half:
    def __enter__(self): return self
with Half(): pass

#: formats
'%(a' % {'a': 1}
'%' % 1
'%y' % 1
'%(a)s' % 3
'%d' % (1, 2)
'%d' % 'a'
'%c' % 'ab'
'%f' % 'a'
'%s %s' % 'a'
'{:d}'.format('a')
'{:>z}'.format(1)
'{:.}'.format(1.0)
'{:,s}'.format('a')
'{:_c}'.format(65)
'{:+s}'.format('a')
'{:=5s}'.format('a')
'{:.3d}'.format(3)
'{:c}'.format(10 ** 9)
'{:5}'.format([])
'{:9999999999999999999999}'.format(3)
'{:.9999999999999999999999f}'.format(3.0)
'{!x}'.format(3)
'{:{:{}}}'.format(1, 2, 3)
'{}'.format()
'{a}'.format()
'{'.format(1)
class NoText:
    def __str__(self):
        return 3
    def __format__(self, spec):
        return 4
str(NoText())
format(NoText())

#: a number with too many digits
str(10 ** 5000)
'%d' % 10 ** 5000

#: stars in odd places
x = *[1, 2]

#: generators that end inside
def g():
    raise StopIteration
    yield 1
next(g())
