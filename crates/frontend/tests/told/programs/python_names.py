#: functions of Python that take programs
print(eval("1 + 2"))
exec("x = 3")

#: a view of bytes
memoryview(b"abc")

#: groups of exceptions
raise ExceptionGroup("several", [ValueError(1)])

#: zeros that fill a complex number
f"{1j:05}"

#: a sign before what fills a complex number
f"{1j:=5}"
