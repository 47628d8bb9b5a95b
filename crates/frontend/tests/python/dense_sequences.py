# Many small expressions with lists and tuples: what each gives or raises.
def t(n, f):
    try:
        r = repr(f())
    except Exception as e:
        r = type(e).__name__ + ": " + str(e)
    print(n, r)
t(1, lambda: ([1, 2, 3][5]))
t(2, lambda: ([1, 2, 3][-4]))
t(3, lambda: ([1, 2, 3]["a"]))
t(4, lambda: ([1, 2, 3][1.0]))
t(5, lambda: ([1, 2, 3][None]))
t(6, lambda: ([1, 2, 3][(1,)]))
t(7, lambda: ([1, 2, 3][::-1]))
t(8, lambda: ([1, 2, 3, 4, 5][-2::-2]))
t(9, lambda: ([1, 2, 3, 4, 5][10:0:-1]))
t(10, lambda: ([1, 2, 3, 4, 5][0:10:3]))
t(11, lambda: ([1, 2, 3][::0]))
t(12, lambda: ([1, 2, 3]["a":"b"]))
t(13, lambda: ([1, 2, 3][1.0:]))
t(14, lambda: ((1, 2, 3)[::-1]))
t(15, lambda: ((1, 2)[5]))
t(16, lambda: ((1, 2)["a"]))
def f17():
    a = [1,2,3]
    a[1] = 5
    return a
t(17, f17)
def f18():
    a = [1,2,3]
    a[5] = 5
    return a
t(18, f18)
def f19():
    a = [1,2,3]
    a[1:2] = [7,8,9]
    return a
t(19, f19)
def f20():
    a = [1,2,3]
    a[1:1] = [7,8,9]
    return a
t(20, f20)
def f21():
    a = [1,2,3]
    a[:] = []
    return a
t(21, f21)
def f22():
    a = [1,2,3]
    a[::2] = [7,8]
    return a
t(22, f22)
def f23():
    a = [1,2,3]
    a[::2] = [7]
    return a
t(23, f23)
def f24():
    a = [1,2,3]
    a[::2] = 5
    return a
t(24, f24)
def f25():
    a = [1,2,3]
    a[1:] = 5
    return a
t(25, f25)
def f26():
    a = [1,2,3]
    a[1:] = 'xy'
    return a
t(26, f26)
def f27():
    a = [1,2,3]
    a[2:0] = [9]
    return a
t(27, f27)
def f28():
    a = [1,2,3]
    a[::-1] = [7,8,9]
    return a
t(28, f28)
def f29():
    a = [1,2,3]
    a[5:] = [7]
    return a
t(29, f29)
def f30():
    a = [1,2,3]
    a[-1:] = [7,8]
    return a
t(30, f30)
def f31():
    a = [1,2,3]
    a[1:] = a
    return a
t(31, f31)
def f32():
    a = [1,2,3,4,5]
    del a[1]
    return a
t(32, f32)
def f33():
    a = [1,2,3,4,5]
    del a[-1]
    return a
t(33, f33)
def f34():
    a = [1,2,3,4,5]
    del a[1:3]
    return a
t(34, f34)
def f35():
    a = [1,2,3,4,5]
    del a[::2]
    return a
t(35, f35)
def f36():
    a = [1,2,3,4,5]
    del a[::-2]
    return a
t(36, f36)
def f37():
    a = [1,2,3,4,5]
    del a[10]
    return a
t(37, f37)
def f38():
    a = [1,2,3,4,5]
    del a[:]
    return a
t(38, f38)
def f39():
    a = [1,2,3,4,5]
    del a[3:1]
    return a
t(39, f39)
def f40():
    a = (1,2)
    a[0] = 1
    return a
t(40, f40)
def f41():
    a = (1,2)
    del a[0]
    return a
t(41, f41)
def f42():
    a = 'ab'
    a[0] = 'c'
    return a
t(42, f42)
def f43():
    a = 'ab'
    del a[0]
    return a
t(43, f43)
def f44():
    a = [1]
    a += (2, 3)
    return a
t(44, f44)
def f45():
    a = [1]
    a += 'ab'
    return a
t(45, f45)
def f46():
    a = [1]
    a += 5
    return a
t(46, f46)
def f47():
    a = [1]
    a *= 3
    return a
t(47, f47)
def f48():
    a = [1]
    b = a
    a += [2]
    return b
t(48, f48)
def f49():
    a = [1]
    b = a
    a = a + [2]
    return b
t(49, f49)
def f50():
    a = (1,)
    b = a
    a += (2,)
    return (a, b)
t(50, f50)
def f51():
    a = ([],)
    a[0] += [1]
    return a
t(51, f51)
def f52():
    a = {}
    a['x'] += 1
    return a
t(52, f52)
def f53():
    a = {'x': 1}
    a['x'] += 1
    return a
t(53, f53)
def f54():
    a = {}
    del a['x']
    return a
t(54, f54)
def f55():
    a = {1: 2}
    a[1.0] = 3
    return a
t(55, f55)
def f56():
    a = {True: 2}
    a[1] = 3
    return a
t(56, f56)
def f57():
    a = {}
    a[[]] = 3
    return a
t(57, f57)
def f58():
    a = {}
    a[1, 2] = 3
    return a
t(58, f58)
def f59():
    a, b = 1, 2
    return (a, b)
t(59, f59)
def f60():
    a, b = 1
    return a
t(60, f60)
def f61():
    a, b = 1, 2, 3
    return a
t(61, f61)
def f62():
    a, b, c = 1, 2
    return a
t(62, f62)
def f63():
    a, *b = 1, 2, 3
    return (a, b)
t(63, f63)
def f64():
    a, *b, c = 1, 2
    return (a, b, c)
t(64, f64)
def f65():
    a, *b, c = 1,
    return (a, b, c)
t(65, f65)
def f66():
    *a, = 'abc'
    return a
t(66, f66)
def f67():
    (a, b), c = (1, 2), 3
    return (a, b, c)
t(67, f67)
def f68():
    [a, b] = 'xy'
    return (a, b)
t(68, f68)
def f69():
    a = b = []
    a.append(1)
    return b
t(69, f69)
def f70():
    a, b = b, a
    return a
t(70, f70)
def f71():
    i = 0
    a = [0, 0]
    i, a[i] = 1, 9
    return (i, a)
t(71, f71)
def f72():
    a = [1, 2, 3]
    a[0], a[1] = a[1], a[0]
    return a
t(72, f72)
def f73():
    x = 5
    x //= 2
    x **= 3
    x -= 1
    x <<= 2
    x |= 1
    x ^= 7
    x &= 30
    x %= 11
    x >>= 1
    return x
t(73, f73)
def f74():
    x = 5
    x /= 2
    return x
t(74, f74)
def f75():
    a = {1, 2}
    a |= {3}
    a &= {1, 3}
    a ^= {5}
    return sorted(a)
t(75, f75)
def f76():
    a = {1, 2}
    a -= {1}
    return a
t(76, f76)
def f77():
    a = {1: 2}
    a |= {3: 4}
    return a
t(77, f77)
def f78():
    a = {1: 2}
    a |= [(3, 4)]
    return a
t(78, f78)
def f79():
    a = {1}
    a |= [2]
    return a
t(79, f79)
def f80():
    x: int = 5
    return x
t(80, f80)
def f81():
    x: int
    return x
t(81, f81)
def f82():
    x = 1
    del x
    return x
t(82, f82)
def f83():
    for i in range(3): pass
    return i
t(83, f83)
def f84():
    for i in []: pass
    return i
t(84, f84)
def f85():
    for i, (a, b) in [(1, (2, 3))]: pass
    return (i, a, b)
t(85, f85)
def f86():
    for i in 5: pass
    return i
t(86, f86)
def f87():
    for a, b in [1]: pass
    return i
t(87, f87)
def f88():
    for a, b in [(1,2,3)]: pass
    return i
t(88, f88)
def f89():
    import math as m
    return m.pi
t(89, f89)
def f90():
    while True: break
    return 1
t(90, f90)
def f91():
    i = 0
    while i < 5:
        i += 1
        if i == 3: break
    else:
        i = 100
    return i
t(91, f91)
def f92():
    i = 0
    while i < 5:
        i += 1
    else:
        i = 100
    return i
t(92, f92)
def f93():
    d = {1: 2}
    for k in d: d[k + 1] = 1
    return d
t(93, f93)
def f94():
    d = {1: 2, 3: 4}
    for k in d: del d[k]
    return d
t(94, f94)
def f95():
    d = {1}
    for k in d: d.add(k+1)
    return d
t(95, f95)
def f96():
    a = [1, 2, 3]
    for x in a:
        if x < 3: a.append(x + 5)
        if len(a) > 6: break
    return a
t(96, f96)
def f97():
    a = [1, 2, 3, 4]
    for x in a: a.remove(x)
    return a
t(97, f97)
def f98():
    a = [1]
    a.append(a)
    return a
t(98, f98)
def f99():
    d = {}
    d['d'] = d
    return d
t(99, f99)
def f100():
    a = [3, 1, 2]
    a.sort()
    return a
t(100, f100)
def f101():
    a = [3, 1, 2]
    r = a.sort(reverse=True)
    return (a, r)
t(101, f101)
def f102():
    a = [3, 'a']
    a.sort()
    return a
t(102, f102)
def f103():
    a = ['bb', 'a', 'ccc']
    a.sort(key=len)
    return a
t(103, f103)
def f104():
    a = [(1, 'b'), (1, 'a'), (0, 'c')]
    a.sort(key=lambda t: t[0])
    return a
t(104, f104)
