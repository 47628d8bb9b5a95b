# Bytes, and texts as bytes.
text = "héllo wörld"
coded = text.encode()
print(coded, len(coded), coded[1], coded[1:3], list(coded[:4]), coded.decode() == text, coded.decode("latin-1"))
print(b"a" + b"b", b"ab" * 2, b"a" in b"cab", 97 in b"cab", b"a" < b"b", b"a" == "a", b"a" == b"a", hash(b"x") == hash(b"x"))
print(b"A,b,,C".split(b","), b" a  b ".split(), b"ab".upper(), b"AB\xc3".lower(), b"x y".title(), b"abc".find(b"c"), b"aXbX".replace(b"X", b"--"))
print(b",".join([b"a", b"b"]), b"abc".startswith(b"a"), b"abc".endswith((b"c", b"d")), b" a ".strip(), b"xxa".lstrip(b"x"), b"k=v".partition(b"="))
print(bytes(3), bytes([1, 2, 255]), bytes("é", "utf-8"), bytes(b"ab"), bytes(range(3)), bytes(), bytes.fromhex("0a ff"), b"\n\xff".hex())
print(b"it's", b'"q"', b"'\"", b"\\ \t\r\n\x00\x7f\x80", repr(b""), str(b"a"), str(b"a", "ascii"), f"{b'x'}")
print({b"a": 1}[b"a"], bool(b""), bool(b"0"), isinstance(b"", bytes), type(b"").__name__, tuple(b"ab"), sorted([b"b", b"a"]), max(b"abc"))
print("é".encode("latin-1"), "é".encode("ascii", "ignore"), "é".encode("ascii", "replace"), b"a\xff".decode("utf-8", "replace"), b"\xffa".decode("ascii", "ignore"))
print((258).to_bytes(2, "big"), (258).to_bytes(4, "little"), (-2).to_bytes(2, "big", signed=True), (0).to_bytes(1, "big"))
print(int.from_bytes(b"\x01\x02", "big"), int.from_bytes(b"\x01\x02", "little"), int.from_bytes(b"\xff\xfe", "big", signed=True), int.from_bytes([1, 0], "big"))
print(b"abc".isalpha(), b"12".isdigit(), b"AbC".swapcase(), b"ab".center(6, b"*"), b"7".zfill(3), b"a\nb".splitlines(), b"abcabc".count(b"bc"))
for use in [
    lambda: b"\xff".decode(),
    lambda: b"\xc3(".decode(),
    lambda: b"\xe2\x82".decode(),
    lambda: "aé".encode("ascii"),
    lambda: "ééa".encode("ascii"),
    lambda: b"\x80".decode("ascii"),
    lambda: b"a" + "b",
    lambda: "a" + b"b",
    lambda: b"abc"[5],
    lambda: b"abc"["a"],
    lambda: bytes([256]),
    lambda: bytes(-1),
    lambda: bytes("a"),
    lambda: b"a".replace("a", b"b"),
    lambda: b"a" < "a",
    lambda: 300 in b"a",
    lambda: (300).to_bytes(1, "big"),
    lambda: (-1).to_bytes(1, "big"),
    lambda: b"a".append(1),
    lambda: bytes.fromhex("4x"),
]:
    try:
        print(use())
    except Exception as error:
        print(type(error).__name__, error)
