#: a constructor that gives something
class Pair:
    def __init__(self, a, b):
        return (a, b)

Pair(1, 2)
