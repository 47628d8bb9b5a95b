import math as _math


class StatisticsError(ValueError):
    """What data that have no such value raise."""


def _ratio(x):
    """A number as numerator and denominator, which hold it exactly; what is no number has no denominator."""
    if isinstance(x, (bool, int)):
        return int(x), 1
    if isinstance(x, float):
        return x.as_integer_ratio() if x - x == 0 else (x, None)
    try:
        return x.as_integer_ratio()
    except AttributeError:
        raise TypeError(f"can't convert type '{type(x).__name__}' to numerator/denominator")


def _sum(values):
    """The exact sum as numerator and denominator, and whether all are integers."""
    numerator, denominator, whole = 0, 1, True
    special = None
    for x in values:
        whole = whole and isinstance(x, int)
        n, d = _ratio(x)
        if d is None:
            special = n if special is None else special + n
            continue
        shared = denominator * d // _math.gcd(denominator, d)
        numerator = numerator * (shared // denominator) + n * (shared // d)
        denominator = shared
    if special is not None:
        return special, None, whole
    return numerator, denominator, whole


def _number(numerator, denominator, whole):
    """The nearest number: an integer if all data were and it is one."""
    if denominator is None:
        return numerator
    if whole and numerator % denominator == 0:
        return numerator // denominator
    return numerator / denominator


def _given(data, least, name):
    values = list(data)
    if len(values) < least:
        message = f"{name} requires at least {'one' if least == 1 else 'two'} data {'point' if least == 1 else 'points'}"
        raise StatisticsError(message)
    return values


def mean(data):
    """The arithmetic mean."""
    values = _given(data, 1, "mean")
    numerator, denominator, whole = _sum(values)
    if denominator is None:
        return numerator / len(values)
    return _number(numerator, denominator * len(values), whole)


def fmean(data, weights=None):
    """The arithmetic mean in floating point."""
    values = list(data)
    if weights is None:
        if not values:
            raise StatisticsError("fmean requires at least one data point")
        return _math.fsum(values) / len(values)
    weights = list(weights)
    if len(values) != len(weights):
        raise StatisticsError("data and weights must be the same length")
    total = _math.fsum(weights)
    if not total:
        raise StatisticsError("sum of weights must be non-zero")
    return _math.fsum([x * w for x, w in zip(values, weights)]) / total


def geometric_mean(data):
    """The mean whose logarithm is the mean of the logarithms."""
    try:
        return _math.exp(fmean(map(_math.log, data)))
    except ValueError:
        message = "geometric mean requires a non-empty dataset containing positive numbers"
        raise StatisticsError(message) from None


def harmonic_mean(data, weights=None):
    """The mean whose reciprocal is the mean of the reciprocals."""
    values = list(data)
    if not values:
        raise StatisticsError("harmonic_mean requires at least one data point")
    if len(values) == 1 and weights is None:
        if values[0] < 0:
            raise StatisticsError("harmonic mean does not support negative values")
        return values[0]
    weights = [1] * len(values) if weights is None else list(weights)
    if len(weights) != len(values):
        raise StatisticsError("Number of weights does not match data size")
    if any(x < 0 for x in values):
        raise StatisticsError("harmonic mean does not support negative values")
    if any(x == 0 for x in values):
        return 0
    total, denominator, whole = _sum(weights)
    terms = [w / x if w else 0 for w, x in zip(weights, values)]
    over, under, _ = _sum(terms)
    if over <= 0:
        raise StatisticsError("Weighted sum must be positive")
    return _number(total * under, denominator * over, False)


def median(data):
    """The value in the middle, or the mean of the two there."""
    values = sorted(data)
    if not values:
        raise StatisticsError("no median for empty data")
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def median_low(data):
    """The value in the middle, or the smaller of the two there."""
    values = sorted(data)
    if not values:
        raise StatisticsError("no median for empty data")
    return values[(len(values) - 1) // 2]


def median_high(data):
    """The value in the middle, or the larger of the two there."""
    values = sorted(data)
    if not values:
        raise StatisticsError("no median for empty data")
    return values[len(values) // 2]


def multimode(data):
    """The values that come most often."""
    counts = {}
    for value in data:
        counts[value] = counts.get(value, 0) + 1
    most = max(counts.values(), default=0)
    return [value for value, count in counts.items() if count == most]


def mode(data):
    """The first of the values that come most often."""
    modes = multimode(data)
    if not modes:
        raise StatisticsError("no mode for empty data")
    return modes[0]


def _squares(values, center=None):
    """The exact sum of the squared distances from the mean, or from another number."""
    if center is not None:
        return _sum([(x - center) * (x - center) for x in values])
    numerator, denominator, whole = _sum(values)
    if denominator is None:
        return float("nan"), None, whole
    over, under = 0, 1
    for x in values:
        n, d = _ratio(x)
        n, d = n * n, d * d
        shared = under * d // _math.gcd(under, d)
        over = over * (shared // under) + n * (shared // d)
        under = shared
    size = len(values)
    return size * over * denominator**2 - numerator**2 * under, size * under * denominator**2, whole


def _variance(data, center, less, name):
    values = _given(data, 1 + less, name)
    numerator, denominator, whole = _squares(values, center)
    if denominator is None:
        return numerator, None, whole
    return numerator, denominator * (len(values) - less), whole


def variance(data, xbar=None):
    """The variance of a sample."""
    return _number(*_variance(data, xbar, 1, "variance"))


def pvariance(data, mu=None):
    """The variance of a population."""
    return _number(*_variance(data, mu, 0, "pvariance"))


def _root(numerator, denominator):
    """The square root of a fraction, rounded once."""
    if denominator is None:
        return numerator
    shift = (numerator.bit_length() - denominator.bit_length() - 109) // 2
    if shift >= 0:
        over, under, scale = numerator, denominator << 2 * shift, shift
    else:
        over, under, scale = numerator << -2 * shift, denominator, shift
    root = _math.isqrt(over // under)
    # An odd last bit stands for what is cut off, so that the division below rounds as the exact root would.
    root |= root * root * under != over
    return float(root << scale) if scale >= 0 else root / (1 << -scale)


def stdev(data, xbar=None):
    """The standard deviation of a sample."""
    numerator, denominator, _ = _variance(data, xbar, 1, "stdev")
    return _root(numerator, denominator)


def pstdev(data, mu=None):
    """The standard deviation of a population."""
    numerator, denominator, _ = _variance(data, mu, 0, "pstdev")
    return _root(numerator, denominator)


def quantiles(data, *, n=4, method="exclusive"):
    """The values that divide data into intervals that are equally likely."""
    if n < 1:
        raise StatisticsError("n must be at least 1")
    values = sorted(data)
    size = len(values)
    if size < 2:
        raise StatisticsError("must have at least two data points")
    if method not in ("inclusive", "exclusive"):
        raise ValueError(f"Unknown method: {method!r}")
    cuts = []
    for i in range(1, n):
        if method == "inclusive":
            at, rest = divmod(i * (size - 1), n)
            cuts.append((values[at] * (n - rest) + values[at + 1] * rest) / n)
        else:
            at = i * (size + 1) // n
            at = 1 if at < 1 else size - 1 if at > size - 1 else at
            rest = i * (size + 1) - at * n
            cuts.append((values[at - 1] * (n - rest) + values[at] * rest) / n)
    return cuts


def covariance(x, y, /):
    """The covariance of two samples."""
    if len(x) != len(y):
        raise StatisticsError("covariance requires that both inputs have same number of data points")
    if len(x) < 2:
        raise StatisticsError("covariance requires at least two data points")
    x_mean, y_mean = _math.fsum(x) / len(x), _math.fsum(y) / len(y)
    return _math.fsum([(a - x_mean) * (b - y_mean) for a, b in zip(x, y)]) / (len(x) - 1)


def correlation(x, y, /):
    """Pearson's correlation of two samples."""
    if len(x) != len(y):
        raise StatisticsError("correlation requires that both inputs have same number of data points")
    if len(x) < 2:
        raise StatisticsError("correlation requires at least two data points")
    x_mean, y_mean = _math.fsum(x) / len(x), _math.fsum(y) / len(y)
    together = _math.fsum([(a - x_mean) * (b - y_mean) for a, b in zip(x, y)])
    of_x = _math.fsum([(a - x_mean) ** 2.0 for a in x])
    of_y = _math.fsum([(b - y_mean) ** 2.0 for b in y])
    try:
        return together / _math.sqrt(of_x * of_y)
    except ZeroDivisionError:
        raise StatisticsError("at least one of the inputs is constant") from None
