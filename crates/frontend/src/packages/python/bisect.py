def _place(a, lo, hi, key, is_before):
    if lo < 0:
        raise ValueError("lo must be non-negative")
    hi = len(a) if hi is None else hi
    while lo < hi:
        middle = (lo + hi) // 2
        if is_before(a[middle] if key is None else key(a[middle])):
            lo = middle + 1
        else:
            hi = middle
    return lo


def bisect_left(a, x, lo=0, hi=None, *, key=None):
    """The first place in a sorted sequence where x may stand."""
    return _place(a, lo, hi, key, lambda element: element < x)


def bisect_right(a, x, lo=0, hi=None, *, key=None):
    """The last place in a sorted sequence where x may stand."""
    return _place(a, lo, hi, key, lambda element: not x < element)


def bisect(a, x, lo=0, hi=None, *, key=None):
    """The last place in a sorted sequence where x may stand."""
    return bisect_right(a, x, lo, hi, key=key)


def insort_left(a, x, lo=0, hi=None, *, key=None):
    """Puts x into a sorted list, before what is equal."""
    a.insert(bisect_left(a, x if key is None else key(x), lo, hi, key=key), x)


def insort_right(a, x, lo=0, hi=None, *, key=None):
    """Puts x into a sorted list, behind what is equal."""
    a.insert(bisect_right(a, x if key is None else key(x), lo, hi, key=key), x)


def insort(a, x, lo=0, hi=None, *, key=None):
    """Puts x into a sorted list, behind what is equal."""
    insort_right(a, x, lo, hi, key=key)
