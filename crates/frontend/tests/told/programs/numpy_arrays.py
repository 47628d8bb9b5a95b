import numpy as np
a = np.zeros((3, 4))
a[0] = 1

#: indices
a[0, 0, 0] = 1
a[7] = 1
a['x'] = 1
a[[0, 1], None] = 2

#: elements
a[0] = 'text'
a[0] = [1, 2]
a[0] = np.ones((2, 2))
a[0, 0] = 1j
a[0] = {}
np.zeros(3, dtype='U5')[0] = 'a'
a.itemset(3)

#: holders
b = a.T
b[0] = 1
a.resize(3)

