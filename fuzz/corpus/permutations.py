import itertools
list(itertools.permutations(range(100)))
