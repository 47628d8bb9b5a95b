"""`with`, `try … finally` and generators under `break`, `return` and exceptions."""
log = []
class Managed:
    def __init__(self, name, swallow=False): self.name, self.swallow = name, swallow
    def __enter__(self): log.append("enter " + self.name); return self
    def __exit__(self, kind, value, tb): log.append(f"exit {self.name} {kind.__name__ if kind else None} {value}"); return self.swallow
def show():
    print(log); log.clear()
with Managed("a") as a, Managed("b"): log.append(a.name)
show()
def returning():
    with Managed("r"):
        return "value"
print(returning()); show()
for i in range(3):
    with Managed(str(i)):
        if i == 0: continue
        if i == 1: break
show()
with Managed("s", swallow=True):
    raise KeyError("k")
    log.append("never")
show()
try:
    with Managed("outer"):
        with Managed("inner"):
            1 / 0
except ZeroDivisionError as error:
    log.append(f"caught {error}")
show()
def finally_order():
    try:
        log.append("body")
        return log.append("return value")
    finally:
        log.append("finally")
finally_order(); show()
def override():
    try:
        raise ValueError("lost")
    finally:
        return "from finally"
print(override())
def loop_finally():
    for i in range(3):
        try:
            if i == 1: break
        finally:
            log.append(i)
    else:
        log.append("else")
loop_finally(); show()
def nested():
    try:
        try:
            raise ValueError("one")
        except ValueError:
            raise KeyError("two")
        finally:
            log.append("inner finally")
    except KeyError as error:
        log.append(f"outer {error}")
nested(); show()
def gen():
    with Managed("g"):
        yield 1
        yield 2
print(list(gen())); show()
def try_else(v):
    try:
        r = 10 // v
    except ZeroDivisionError:
        return "zero"
    except (TypeError, ValueError) as error:
        return type(error).__name__
    else:
        return f"else {r}"
    finally:
        log.append("done")
print(try_else(3), try_else(0), try_else("x")); show()
try:
    with Managed("bad"): raise RuntimeError("boom")
except RuntimeError as error: print("propagated", error)
show()
class Exploding:
    def __enter__(self): raise OSError("cannot enter")
    def __exit__(self, *a): log.append("never")
try:
    with Exploding(): pass
except OSError as error: print(error, log)
def while_try():
    n = 0
    while True:
        try:
            n += 1
            if n < 3: continue
            return n
        except Exception: pass
        finally: log.append(n)
print(while_try()); show()
