"""Kinds of code that people write around models: tokenizers, pipelines of comprehensions, bytes, formats, iterators, records."""


class People:
    """Mixed into `Case`, which draws the values."""

    def text(self):
        words = ["the", "cat", "Sat", "on", "a", "mat", "naïve", "don't", "U.S.", "x=1", "3.14", "\\n", "\\t", "", "ÀÉ", "🙂"]
        return repr(self.pick(["", " "]).join(self.random.choices(words, k=self.random.randrange(0, 7)))).replace("\\\\", "\\")

    def raw(self):
        return repr(bytes(self.random.randrange(256) for _ in range(self.random.randrange(0, 6))))

    def real(self):
        return self.pick(["0.0", "-0.0", "1.5", "-2.25", "1e16", "1e-7", "123456.789", "3.0", "float('inf')", "0.1 + 0.2", "99.995"])

    def do_tokenizer(self):
        text = self.text()
        self.say(f"text = {text} * {self.pick(['1', '2'])}")
        self.say("chars = sorted(set(text)); stoi = {c: i for i, c in enumerate(chars)}; itos = dict(enumerate(chars))")
        uses = ["[stoi[c] for c in text]", "''.join(itos[i] for i in range(len(chars)))", "collections.Counter(text).most_common(2)"]
        uses += ["re.findall(r\"'t|\\w+|[^\\w\\s]\", text)", "text.split()", "text.lower().translate(str.maketrans('aet', 'AET', '.'))"]
        uses += ["sorted(text.split(), key=lambda w: (-len(w), w))", "list(zip(text, text[1:]))[:3]", "text.encode()", "list(text.encode('utf-8'))[:5]"]
        uses += ["re.sub(r'(\\w)(\\w)', r'\\2\\1', text)", "re.split(r'[\\s.]+', text)", "[m.span() for m in re.finditer(r'\\w+', text)]"]
        uses += ["text.partition(' ')", "text.title()", "text.swapcase()", "text[::-1]", "text.expandtabs(3)", "text.splitlines()", "ascii(text)"]
        uses += ["max(collections.Counter(zip(text, text[1:])).items(), key=lambda kv: (kv[1], kv[0]), default=None)", "text.casefold() == text.lower()"]
        uses += ["' '.join(w.capitalize() for w in text.split(' '))", "textwrap.wrap(text, 6)", "text.center(20, '*')", "text.isidentifier()"]
        self.tried(uses, 5)

    def do_merges(self):
        self.say(f"ids = list({self.text()}.encode()) + {[self.random.randrange(3) for _ in range(8)]}")
        self.say("merges = {}")
        self.say(f"for step in range({self.pick(['1', '2', '3'])}):")
        self.say("counts = collections.defaultdict(int)", 1)
        self.say("for pair in zip(ids, ids[1:]): counts[pair] += 1", 1)
        self.say("if not counts: break", 1)
        self.say(f"best = {self.pick(['max', 'min'])}(counts, key=counts.get)", 1)
        self.say("new, i = [], 0", 1)
        self.say("while i < len(ids):", 1)
        self.say("if i + 1 < len(ids) and (ids[i], ids[i + 1]) == best: new.append(256 + step); i += 2", 2)
        self.say("else: new.append(ids[i]); i += 1", 2)
        self.say("ids = new; merges[best] = 256 + step", 1)
        self.say("print(ids, merges)")

    def do_pipeline(self):
        self.say(f"rows = [dict(name=n, score=s, tags=set(n)) for n, s in zip({self.text()}.split(), {self.e.of('list')})]")
        uses = ["sorted(rows, key=lambda r: (r['score'], r['name']), reverse=True)[:1] and 'some'", "{r['name']: r['score'] for r in rows if r['score']}"]
        uses += ["[(k, [r['score'] for r in g]) for k, g in itertools.groupby(rows, key=lambda r: len(r['name']))]", "sum(r['score'] for r in rows)"]
        uses += ["list(map(operator.itemgetter('name', 'score'), rows))", "[*itertools.chain.from_iterable(sorted(r['tags']) for r in rows)]"]
        uses += ["functools.reduce(lambda a, r: {**a, r['name']: a.get(r['name'], 0) + 1}, rows, {})", "any(r['score'] > 3 for r in rows)"]
        uses += ["{k: v for d in ({r['name']: i} for i, r in enumerate(rows)) for k, v in d.items()}", "[[i * j for j in range(i)] for i in range(len(rows))]"]
        self.tried(uses, 4)

    def do_changing_bytes(self):
        self.say(f"data = bytearray({self.raw()})")
        changes = [f"data.append({self.pick(['0', '65', '256', '-1'])})", f"data.extend({self.raw()})", f"data[{self.e.small()}] = 66"]
        changes += [f"data[1:3] = {self.raw()}", f"data += {self.raw()}", "data *= 2", "data.reverse()", f"del data{self.e.slice()}", "data.pop()"]
        changes += ["data.insert(1, 7)", "data.remove(66)", f"data{self.e.slice()} = b'ab'"]
        for change in self.random.sample(changes, 4):
            self.say("try:")
            self.say(change, 1)
            self.say("except Exception as error: print(type(error).__name__, error)")
        uses = ["data", "len(data)", "bytes(data)", "list(data)", "data.hex()", "data.decode('latin1')", "data == bytes(data)", "data[::2]", "data + b'x'"]
        uses += ["b'x' + data", "66 in data", "data.find(b'B')", "data.split(b'B')", "data.replace(b'a', b'')", "data.upper()", "data.count(b'a')"]
        uses += ["sorted(data)", "int.from_bytes(data, 'big')", "data.startswith(b'a')", "bool(data)", "data < b'b'", "data.center(9, b'-')", "data * 2"]
        self.tried(uses, 5)

    def do_bytes(self):
        self.say(f"raw = {self.raw()} + {self.pick(['b', 'b'])}'a,b c'")
        uses = ["raw", "raw.split(b',')", "raw.partition(b',')", "raw.replace(b'a', b'zz')", "raw.decode('latin1')", "raw.decode('utf8', 'replace')"]
        uses += ["raw.decode('ascii', 'ignore')", "raw.hex(' ')", "raw.strip(b'ac ')", "raw.title()", "raw.rjust(12, b'.')", "raw[::-1]", "raw[2:5]"]
        uses += ["raw.index(b'z')", "b','.join([raw, b'q'])", "raw.translate(bytes.maketrans(b'ab', b'xy'))", "b'%s-%d' % (raw, 3)", "raw.isalnum()"]
        uses += ["raw.rsplit(None, 1)", "raw.splitlines()", "raw.removeprefix(b'a')", "raw.zfill(12)", "raw.swapcase()", "bytes(reversed(raw))", "max(raw)"]
        self.tried(uses, 5)

    def do_formats(self):
        kinds = ["", "d", "x", "b", "o", "e", "f", "g", "%", "n", "s", ",", "_", ".3f", ".2e", ".4g", ",.2f", "+d", " d", "#x", "08b", "010.3f", "^12", "*<9"]
        kinds += [">+10.1f", "_b", "#o", ".0f", "-^9d", "z.1f", ".10", "E", "G", "=+8", "05"]
        values = [self.real(), self.e.of("int"), f"complex({self.real()}, {self.real()})", self.text(), "True", "None"]
        uses = [f"format({self.pick(values)}, {self.pick(kinds)!r})" for _ in range(3)]
        uses += [f"'%{self.pick(['5.2f', 'd', '-8s', '+d', 'x', 'g', 'e', 'r', '05d', '.3s', '%', 'c', '#x', ' d', '10.4g'])}|' % ({self.pick(values)},)"]
        uses += [f"str(complex({self.real()}, {self.real()}))", f"'{{0:>{{1}}}}|{{0!r:.4}}'.format({self.pick(values)}, 9)"]
        uses += [f"round({self.real()}, {self.pick(['0', '1', '2', '-1'])})", f"f'{{{self.real()}:{self.pick(kinds[9:])}}}'", f"repr({self.real()})"]
        self.tried(uses, 5)

    def do_formatter(self):
        self.say("class Loud(string.Formatter):")
        self.say("def get_value(self, key, args, kwargs): return kwargs.get(key, key) if isinstance(key, str) else args[key]", 1)
        fields = ["{}", "{0}", "{1!r}", "{a}", "{b:>5}", "{0:{1}}", "{{", "}}", "{a!s:^7}", "{", "}", "{c.real}", "{d[0]}", "{d[x]}", "{0.nothing}", "text"]
        pieces = "".join(self.random.choices(fields, k=3))
        self.tried([f"{kind}().format({pieces!r}, 7, 8, a='x', c=3, d=[5])" for kind in ("string.Formatter", "Loud")], 2)
        uses = [f"{pieces!r}.format(7, 8, a='x', c=3, d=[5])", f"list(string.Formatter().parse({pieces!r}))"]
        uses += ["string.Template('$a ${b} $$ $c').safe_substitute(a=1)", "string.capwords('hello  big world', ' ')", "string.Template('$a $b').get_identifiers()"]
        self.tried(uses, 3)

    def do_iterators(self):
        e = self.e
        a, b = e.of("list"), e.of("tuple")
        uses = [f"list(itertools.accumulate({a}))", f"list(itertools.pairwise({a}))", f"list(itertools.islice({a}, 1, None, 2))", f"list(itertools.product({a}[:2], {b}[:2]))"]
        uses += [f"list(itertools.zip_longest({a}, {b}, fillvalue='-'))", f"list(itertools.takewhile(lambda v: v < 3, {a}))", f"list(itertools.combinations({a}[:4], 2))"]
        uses += [f"[list(t) for t in itertools.tee({a}, 2)]", f"list(itertools.compress({a}, itertools.cycle([1, 0])))", f"list(itertools.starmap(divmod, zip({a}, [2, 3])))"]
        uses += [f"list(zip(*[iter({a})] * 2))", f"[*map(lambda *v: v, {a}, {b})]", f"list(itertools.permutations({a}[:3]))", f"collections.deque({a}, maxlen=2)"]
        uses += [f"list(itertools.chain({a}, {b}))[::-1]", f"sorted({a}, key=functools.cmp_to_key(lambda p, q: q - p))", f"list(dict.fromkeys({a}))", f"collections.Counter({a}) - collections.Counter({b})"]
        uses += [f"list(itertools.filterfalse(None, {a}))", f"dict(zip({a}, itertools.count(5, -2)))", f"functools.reduce(operator.xor, {a}, 0)", f"heapq.nsmallest(2, {a})"]
        self.tried(uses, 6)

    def do_names(self):
        self.say("def make(n):")
        self.say("class Local:", 1)
        self.say("def method(self): return lambda: n", 2)
        self.say("class Deep: pass", 2)
        self.say("def inner(): return Local", 1)
        self.say("return inner", 1)
        uses = ["make(1).__qualname__", "make(1)().__qualname__", "make(1)().method.__qualname__", "make(1)()().method().__qualname__"]
        uses += ["make(1)()", "make(1)().Deep", "make(1)().__name__", "(lambda: 0).__qualname__", "str(make).split(' at')[0]"]
        self.tried(uses, 3)
