"""Format specifications in f-strings, format() and str.format()."""
x, n, name, big = 3.14159265, 42, "keras", 1234567890123
print(f"{x:.2f}|{x:10.3f}|{x:<10.3f}|{x:^10.3f}|{x:+.1f}|{x:010.2f}|{x:e}|{x:.3e}|{x:g}|{x:.3g}|{x:%}|{x:.1%}")
print(f"{n:d}|{n:5}|{n:<5}|{n:^5}|{n:05}|{n:+}|{n: }|{n:x}|{n:X}|{n:#x}|{n:o}|{n:#o}|{n:b}|{n:#b}|{n:,}|{n:f}|{n:e}|{n:c}")
print(f"{big:,}|{big:_}|{big:>20,}|{big:020,}|{-big:,}|{big:.2e}|{big / 3:,.2f}|{big:x}|{big:_x}|{12345678:_b}")
print(f"{name}|{name:>10}|{name:<10}|{name:^10}|{name:*^11}|{name:.3}|{name:>8.2}|{name!r}|{name!r:>10}|{name!s:<8}|")
print(f"{True}|{True:d}|{True:5}|{None}|{None!r:>6}|{[1, 2]}|{(1,)!s:>6}|{ {'a': 1} }|{'nested ' + str(n)}")
print(f"{n=}|{n = }|{x=:.2f}|{name=}|{name=!s}|{n + 1=}|{'a' 'b'=}")
width, precision = 12, 3
print(f"{x:{width}.{precision}f}|{x:{width}}|{name:{'>'}{width}}|{x!r:^{width}}")
print("{} {} {}".format(1, 2.5, "c"), "{0}{1}{0}".format("a", "b"), "{x}-{y:>4}".format(x=1, y=2))
print("{:.3f}|{:>8}|{:<8}|{:^8}|{:,}".format(x, n, name, "mid", big), "{{}} {{{}}}".format(1))
print("{0.real}|{1[0]}|{1[1]}|{2[k]}|{!r}".format(5, [7, 8], {"k": "v"}, "z") if False else "{0[0]}|{1[k]}".format([7], {"k": "v"}))
print("%d %s %r %5.2f %-5d| %05d %x %X %o %e %g %% %c %i %+d" % (n, name, name, x, n, n, 255, 255, 8, x, x, "c", 7.9, 3))
print("%s" % [1, 2], "%s %s" % (1, (2, 3)), "%(a)s=%(b)03d" % {"a": "k", "b": 7}, "%10s|%-10s|%.2s" % ("ab", "cd", "efg"))
print("%5s%%|%.3d|%#x|% d" % (50, 7, 255, 3), "%*d" % (5, 42))
for v in (0.0, 1e10, 1e-10, 123456789.0, 0.00001234, 1.0, 100000.0, 1000000.0, 10000000.0, 1e16, -1.5, 99999.95, 0.1 + 0.2):
    print(f"{v:g}|{v:.3g}|{v:.10g}|{v:G}|{v:#g}|{v:n}|{v:.0f}|{v:.1f}|{v:8.4}|{v:.0e}|{v:E}")
print(f"{float('nan'):f}|{float('inf'):.2f}|{float('-inf'):8}|{float('nan'):>6}|{float('inf'):G}|{float('inf'):08.1f}")
print(f"{0.5:.0f} {1.5:.0f} {2.5:.0f} {0.125:.2f} {0.375:.2f} {2.675:.2f} {1e22:.0f} {1e23:.0f} {5e-324:.3g}")
print(format(3.0), format(n, ">6"), format("s", "^5"), format(1e6, ",.1f"), format(-0.0, ".1f"), format(3, ".2f"))
print(str(1.0), repr("it's"), repr('say "hi"'), repr("both ' and \""), repr("tab\tnew\nback\\ \x00 \x7f é ü 日本 \u200b"))
print(ascii("é日本😀"), "😀"[0], len("日本"), "\x41\u0042\U00000043")
print(f"{'a':\u003e3}", f"{3:=+5}", f"{-3:=5}", f"{-3:05}", f"{3.14:=+8.1f}", f"{'x':0<4}", f"{7:0>3}", f"{7:^03}")
