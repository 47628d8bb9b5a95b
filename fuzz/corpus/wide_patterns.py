match [1] * 100000:
    case [1, *_, 2] | [*_, 3] | [[[[*_]]]]:
        pass
    case [*a, 1] if [yield_ for yield_ in a] and (b := a):
        print(len(b))
