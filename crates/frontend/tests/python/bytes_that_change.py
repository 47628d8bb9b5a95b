# `bytearray`: bytes that a program changes.
data = bytearray(b"abc")
data.append(100)
data.extend(b"ef")
print(data, len(data), data[0], data[1:3], bytes(data), list(data))
data[0] = 65
data[1:3] = b"xyz"
print(data, data.decode(), data.upper(), data.find(b"z"), data.split(b"y"))
del data[0]
data += b"!"
data *= 2
print(data, 120 in data, b"xy" in data, data == b"xyzdef!xyzdef!", data != b"", data < b"y")
print(bytearray(3), bytearray([1, 2]), bytearray("hé", "utf8"), bytearray(), bytearray.fromhex("6162"))
print(b"a" + bytearray(b"b"), bytearray(b"b") + b"a", 2 * bytearray(b"ab"), type(bytearray(b"x")).__name__)
print(data.pop(), data.pop(0), data.copy() == data, data.startswith(b"yz"), data.hex(), bytearray(b"a,b").split(b","))
data.insert(0, 90)
data.reverse()
data.remove(90)
print(data, isinstance(data, (bytes, bytearray)), bool(bytearray()), [b for b in reversed(data)][:2])
for wrong in (lambda: data.append(256), lambda: bytearray("a"), lambda: bytearray().pop(), lambda: data.nothing):
    try:
        wrong()
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        print(type(error).__name__, error)
try:
    {data: 1}
except TypeError as error:
    print(error)
data.clear()
print(data)
