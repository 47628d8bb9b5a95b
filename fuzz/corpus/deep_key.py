t = ()
for i in range(3000000): t = (t,)
print({t: 1})
