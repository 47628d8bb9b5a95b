# Texts in texts: each level escapes the quotes of the one inside, so that lengths double.
f = str
r = {f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f({f()})})})})})})})})})})})})})})})})})})})})})})})})})})})})})})})}
# ---
t = "'"
for i in range(60):
    t = repr([t, '"'])
# ---
t = "'"
for i in range(60):
    t = f"{[t, t]!r}"
# ---
t = "\n'"
for i in range(60):
    t = "%r" % (t,)
# ---
t = "\n'"
for i in range(60):
    t = str(Exception(t, t))
