None, True, False, ...
0, 1_000, 0xFF, 0o17, 0b1_01, 9223372036854775807, 9223372036854775808, 000
1.5, .5, 5., 1e10, 1_0.2_5E-3, 2j, 1.5J, 1e400
'a' "b" 'c' "d"
'''long
"string"''' """another 'one' \
on one line"""
'tab\t newline\n quote\' backslash\\ unknown\d hex\x41 octal\101\0 é \u00e9 \U0001F600'
r'\n' R"\"" u"u", rb'\x00' b'\x00\xff\u0041' Br"\\" Rb'\''
f"plain", f"{a}", F'{a!r}', f"{a!s:>{width}.{precision}f}", f"{a:%Y-%m-%d}", f"{{}}{a}}}"
f"{a = }", f"{a=!s}", f"{a + b=:.2f}", f"{(lambda: 1)()}", f"{a, b}", f"{d['key']}", f"{d["key"]}"
f"{f'{inner!a}'}" 'joined' f"{x:{y}{z}}" "end"
f"""{
    multi
    + line
}""" rf"\d{n}\{m}" f"\x41{n}\n"
f"{ {1: 2}[1] }", f"{a if b else c}", f"{a != b}", f"{x:{'>'}10}"
'no' 'spaces''between'
