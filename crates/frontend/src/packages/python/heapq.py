def _up(heap, at, first=0):
    """Moves an element towards the front until its parent is not larger."""
    item = heap[at]
    while at > first:
        parent = (at - 1) // 2
        if not item < heap[parent]:
            break
        heap[at] = heap[parent]
        at = parent
    heap[at] = item


def _down(heap, at):
    """Lets smaller children take an element's place down to a leaf, and moves it up from there."""
    first, item = at, heap[at]
    child = 2 * at + 1
    while child < len(heap):
        if child + 1 < len(heap) and not heap[child] < heap[child + 1]:
            child += 1
        heap[at] = heap[child]
        at = child
        child = 2 * at + 1
    heap[at] = item
    _up(heap, at, first)


def heappush(heap, item):
    """Adds an element."""
    heap.append(item)
    _up(heap, len(heap) - 1)


def heappop(heap):
    """Takes the least element out."""
    if not heap:
        raise IndexError("index out of range")
    last = heap.pop()
    return heapreplace(heap, last) if heap else last


def heapreplace(heap, item):
    """Takes the least element out, and then adds another."""
    if not heap:
        raise IndexError("index out of range")
    least = heap[0]
    heap[0] = item
    _down(heap, 0)
    return least


def heappushpop(heap, item):
    """Adds an element, and then takes the least out."""
    return heapreplace(heap, item) if heap and heap[0] < item else item


def heapify(x):
    """Makes a list a heap."""
    for at in reversed(range(len(x) // 2)):
        _down(x, at)


def nlargest(n, iterable, key=None):
    """The largest elements, from the largest."""
    return sorted(iterable, key=key, reverse=True)[: max(n, 0)]


def nsmallest(n, iterable, key=None):
    """The least elements, from the least."""
    return sorted(iterable, key=key)[: max(n, 0)]


def merge(*iterables, key=None, reverse=False):
    """The elements of sorted sequences, sorted."""
    return iter(sorted([x for iterable in iterables for x in iterable], key=key, reverse=reverse))
