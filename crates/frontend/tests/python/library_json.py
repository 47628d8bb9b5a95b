"""json of values that are known."""

import json
print(json.dumps({"a": [1, 2.5, None, True, "é\n"], "b": {}, "c": []}), json.dumps([1, {"x": (1, 2)}], indent=2), json.dumps({"b": 1, "a": 2}, sort_keys=True, separators=(",", ":")))
print(json.dumps({1: 2, None: 3, True: 4, 1.5: 5}), json.dumps("é", ensure_ascii=False), json.loads('{"a": [1, 2.5e3, null, true, "\\u00e9\\n", -0.1], "b": {}}'))
print(json.dumps(float("nan")), json.loads("[]"))
for t in ['{"a": }', '[1,]', '{"a" 1}', 'nul', '"abc', '{a:1}', '', '[1 2]', '"\\x"', '1 2']:
    try: json.loads(t)
    except json.JSONDecodeError as e: print(e, e.pos, e.lineno, e.colno)
try: json.dumps({1, 2})
except TypeError as e: print(e)
class Enc(json.JSONEncoder):

    def default(self, o):
        return sorted(o) if isinstance(o, set) else super().default(o)
print(json.dumps({"s": {2, 1}}, cls=Enc), json.dumps({1, 2}, default=list), json.loads('{"a": 1}', object_hook=lambda d: sorted(d)))
print(json.loads("[1.5]", parse_float=str))
