"""Regular expressions."""
import re

# Finding.
print(re.match(r"\d+", "123abc").group(), re.match(r"\d+", "abc"), re.search(r"[a-c]+", "xxabcd").span())
print(re.fullmatch("a|ab", "ab").group(), re.fullmatch("a|ab", "abc"), re.match("a|ab", "ab").group())
m = re.match(r"(?P<year>\d{4})-(?P<month>\d\d)(-(?P<day>\d\d))?", "2024-05")
print(m, m.groups(), m.groups("?"), m.groupdict(), m["year"], m.group("month", 1), m.start("day"), m.end(), m.lastindex, m.lastgroup)
print(m.re.groupindex, m.re.groups, m.string, m.pos, m.endpos, m.regs, m.expand(r"\g<year>/\2"))
try:
    m.group(9)
except IndexError as e:
    print(e)
if not re.search("x", "abc"):
    print("nothing")

# All of them.
print(re.findall(r"\w+", "ab, cd-ef_1"), re.findall(r"(\w)(\d)?", "a1b"), re.findall(r"(\d)|x", "1x2"), re.findall("", "ab"))
print(re.findall(r"\b|\w+", "abc d"), re.findall("a*", "baac"), [m.span() for m in re.finditer("a*?", "aa")])
print(re.split(r"[,;]\s*", "a, b;c,,d"), re.split(r"(,)", "a,b,c", maxsplit=1), re.split("x*", "axbc"), re.split(r"\b", "a b"))
print(re.sub("a+", "-", "baac aa"), re.sub("x*", "-", "abxd"), re.subn("[aeiou]", "", "education"), re.sub("b", "x", "bbb", count=2))
print(re.sub(r"(\w+) (\w+)", r"\2 \1!", "hello world"), re.sub("(?P<a>.)", r"\g<a>\g<a>\g<0>", "ab"), re.sub("a", r"\n\\\t", "a"))
print(re.sub(r"\d", lambda m: str(int(m.group()) * 2), "a1b22"), re.sub("(a)|b", r"[\1]", "ab"), re.sub("a", "\\101", "a"))

# What patterns consist of.
cases = [
    (r"a.c", "abc a\nc"), (r"(?s)a.c", "a\nc"), (r"^b$", "a\nb\nc"), (r"(?m)^b$", "a\nb\nc"), (r"b$", "ab\n"), (r"b\Z", "ab\n"),
    (r"(?i)ABC", "xaBc"), (r"(?i:a)B", "aB AB Ab"), (r"[^abc]+", "abcxyz"), (r"[]a]+", "a]b"), (r"[a\-z]+", "a-z b"), (r"[\w.-]+", "a.b-c d"),
    (r"[a-]", "-"), (r"(a)(b)?(c)", "ac"), (r"(?:ab)+", "ababa"), (r"a{2}", "aaa"), (r"a{2,}", "aaaa"), (r"a{,2}", "aaa"), (r"a{1,2}?", "aaa"),
    (r"a{x}", "a{x}"), (r"a{}", "a{}"), (r"a{,}", "aaa"), (r"(a+)+b", "aaab"), (r"(\w+)\s\1", "the the"), (r"(?P<x>.)(?P=x)", "abccd"), (r"(?=a)\w", "ba"),
    (r"(?!a)\w", "ab"), (r"(?<=a)b", "bab"), (r"(?<!a)b", "abb"), (r"(?<=ab|cd)e", "cde"), (r"(?>a+)ab", "aaab"), (r"a++a", "aaa"), (r"a*+b", "aab"),
    (r"(a)?(?(1)b|c)", "ab c"), (r"(?x) a  b # c", "ab"), (r"(?x)[ ]a\ b", " a b"), (r"\x41\u0042\103", "ABC"), (r"\.\*\\", ".*\\"), (r"(|a)+", "aaa"),
    (r"(a|b*)*", "abba"), (r"(?:a|ab)(?:c|bcd)(d*)", "abcd"), (r"((a)|b)*", "abb"), (r"(a(b)?)+", "aba"), (r"\bfoo\b", "a foo."), (r"\Boo", "foo"),
    (r"(?#note)a", "a"), (r"\s+\S", "a \t b"), (r"\D\d\W\w", "a1 b"), (r"[\d\s]+", "1 2a"), (r"é+", "caféé"), (r"(?i)É", "é"), (r"(?a)\w+", "éa"), (r"\w+", "éa"),
    (r"(?:(a)|b)*", "ab"), (r"(.*?),(.*)", "a,b,c"), (r"<.+?>", "<a><b>"), (r"(?i)[k-m]+", "KLM"), (r"$", "a\n"), (r"(?m)$", "a\n"), (r"\d+(?:\.\d+)?", "3.14 2"),
    (r"(?-i:a)b", "ab"), (r"(?s:.)\n", "\n\n"), (r"[[a]", "["), (r"x*?y", "xxy"), (r"(x??)(x*)", "xx"), (r"(?=(a))a", "a"), (r"(?:x|(y))\1?", "yy x"),
]
for pattern, text in cases:
    found = re.search(pattern, text)
    print(pattern, found and (found.span(), found.groups(), found.lastindex), [f.span() for f in re.finditer(pattern, text)])

# What is wrong with them.
for pattern in ["(", ")", "a**", "*", "[a", "[z-a]", r"\q", "(?P<1a>x)", "(?P=y)", r"(a)\2", "a{3,2}", "(?<=a*)b", "(?z)", "x\\", "(?P<a>.)(?P<a>.)", r"\x1", "(?:a", "(?", "(?P", "(?<", "a(?i)b", "(?(2)a)", "(?P<>a)", "^*", "|*", "(?#", "\\8"]:
    try:
        re.compile(pattern)
        print(pattern, "compiled")
    except re.error as e:
        print(pattern, e, e.pos)
for template in [r"\2", r"\q", r"\g<x>", r"\g<1", "\\"]:
    try:
        print(re.sub("(a)", template, "a"))
    except (re.error, IndexError) as e:
        print(template, type(e).__name__, e)

# Patterns as values.
p = re.compile(r"(?P<k>\w+)=(?P<v>\w+)", re.I)
print(p, p.pattern, p.flags, p.groups, dict(p.groupindex), p == re.compile(p.pattern, re.I), re.compile(p) is p)
print([m.groupdict() for m in p.finditer("a=1 b=2")], p.sub(r"\g<v>=\g<k>", "x=y"), p.search("a=1 b=2", 1).group(), p.match("a=1", 0, 2))
print(re.compile("a").search("ba", 1).span(), re.compile("^a").search("ba", 1), re.compile("a$").search("ab", 0, 1).span(), p.split("a=1;b=2"))
print(re.escape("a.b*c[1]-é \n"), re.compile(re.escape("1+1=2?")).fullmatch("1+1=2?").group())
print(re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", "LayerNormHTTPServer")).lower())
print(re.sub(r"[^\w\s]", "", "Hello, world! It's 5.").lower().split(), bool(re.match(r"^layer_\d+/kernel$", "layer_3/kernel")))
