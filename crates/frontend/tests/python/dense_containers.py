# Many small expressions with lists, dicts and sets: what each gives or raises.
def t(n, f):
    try:
        r = repr(f())
    except Exception as e:
        r = type(e).__name__ + ": " + str(e)
    print(n, r)
def f105():
    a = [(1, 'b'), (1, 'a'), (0, 'c')]
    a.sort(key=lambda t: t[0], reverse=True)
    return a
t(105, f105)
def f106():
    a = [1]
    a.insert(0, 5)
    a.insert(-1, 6)
    a.insert(100, 7)
    return a
t(106, f106)
def f107():
    a = [1, 2]
    x = a.pop(0)
    return (a, x)
t(107, f107)
def f108():
    a = []
    a.pop()
    return a
t(108, f108)
def f109():
    a = [1]
    a.pop(5)
    return a
t(109, f109)
def f110():
    a = [1]
    a.pop('a')
    return a
t(110, f110)
def f111():
    a = [1]
    a.remove(5)
    return a
t(111, f111)
def f112():
    a = [1, 2, 1]
    a.remove(1)
    return a
t(112, f112)
def f113():
    a = [1, 2]
    a.extend('ab')
    return a
t(113, f113)
def f114():
    a = [1, 2]
    a.extend(5)
    return a
t(114, f114)
def f115():
    a = [1, 2]
    a.extend(a)
    return a
t(115, f115)
def f116():
    a = [1, 2]
    b = a.copy()
    b.append(3)
    a.clear()
    return (a, b)
t(116, f116)
def f117():
    a = [1, 2, 3]
    a.reverse()
    return a
t(117, f117)
t(118, lambda: ([1, 2, 1].index(1, 1)))
t(119, lambda: ([1, 2, 1].index(1, -1)))
t(120, lambda: ([1, 2].index(5)))
t(121, lambda: ([1, 2, 1].count(1)))
t(122, lambda: ([1, True, 1.0].count(1)))
t(123, lambda: ((1, 2).index(5)))
t(124, lambda: ((1, 2, 1).count(1)))
t(125, lambda: ([1, 2] == [1, 2]))
t(126, lambda: ([1, 2] == (1, 2)))
t(127, lambda: ([1, 2] < [1, 3]))
t(128, lambda: ([1, 2] < [1]))
t(129, lambda: ([1, "a"] < [2, 1]))
t(130, lambda: ([1, "a"] < [1, 1]))
t(131, lambda: ((1, 2) < (1, 2, 0)))
t(132, lambda: ([] < [0]))
t(133, lambda: ([1, [2, 3]] == [1, [2, 3]]))
def f134():
    n = float('nan')
    return ([n] == [n], n in [n], n == n, (n,) == (n,), {1: n} == {1: n})
t(134, f134)
t(135, lambda: ({1: 2} == {1.0: 2.0}))
t(136, lambda: ({1: 2, 3: 4} == {3: 4, 1: 2}))
t(137, lambda: ({1, 2} == {2, 1}))
t(138, lambda: ({1} == frozenset({1})))
t(139, lambda: ({1: 2}[3]))
t(140, lambda: ({1: 2}["a"]))
t(141, lambda: ({}[()]))
t(142, lambda: ({"a": 1}.get("b")))
t(143, lambda: ({"a": 1}.get("b", 5)))
t(144, lambda: ({"a": 1}.get([])))
t(145, lambda: ({"a": 1}.keys()))
t(146, lambda: ({"a": 1}.values()))
t(147, lambda: ({"a": 1}.items()))
t(148, lambda: ({"a": 1}.pop("b")))
t(149, lambda: ({"a": 1}.pop("b", None)))
t(150, lambda: ({}.popitem()))
def f151():
    d = {'a': 1, 'b': 2}
    x = d.popitem()
    return (d, x)
t(151, f151)
def f152():
    d = {}
    x = d.setdefault('a', [])
    x.append(1)
    d.setdefault('a', 5)
    return d
t(152, f152)
def f153():
    d = {}
    d.setdefault('a')
    return d
t(153, f153)
def f154():
    d = {'a': 1}
    d.update({'b': 2}, c=3)
    return d
t(154, f154)
def f155():
    d = {'a': 1}
    d.update([('b', 2)])
    return d
t(155, f155)
def f156():
    d = {'a': 1}
    d.update([1])
    return d
t(156, f156)
def f157():
    d = {'a': 1}
    d.update(['ab'])
    return d
t(157, f157)
def f158():
    d = {'a': 1}
    d.update(['abc'])
    return d
t(158, f158)
def f159():
    d = {'a': 1}
    d.update(5)
    return d
t(159, f159)
t(160, lambda: (dict(a=1, b=2)))
t(161, lambda: (dict([("a", 1)], b=2)))
t(162, lambda: (dict({"a": 1}, a=2)))
t(163, lambda: (dict([1])))
t(164, lambda: (dict([(1, 2, 3)])))
t(165, lambda: (dict(5)))
t(166, lambda: (dict("ab")))
t(167, lambda: (dict(["ab", "cd"])))
t(168, lambda: (dict(zip("ab", [1, 2]))))
t(169, lambda: (dict.fromkeys("ab")))
t(170, lambda: (dict.fromkeys("ab", 0)))
t(171, lambda: (dict.fromkeys([1, 2], [])))
t(172, lambda: ({**{"a": 1}, "b": 2, **{"a": 3}}))
t(173, lambda: ({"a": 1} | {"b": 2}))
t(174, lambda: ({"a": 1} | [("b", 2)]))
t(175, lambda: ({**5}))
t(176, lambda: ([*"ab", *[1]]))
t(177, lambda: ((*[1], 2)))
t(178, lambda: ({*[1, 2], 3}))
t(179, lambda: (list({"a": 1})))
t(180, lambda: (list({"a": 1}.items())))
t(181, lambda: (len({})))
t(182, lambda: ("a" in {"a": 1}))
t(183, lambda: (1 in {"a": 1}))
t(184, lambda: ([] in {}))
t(185, lambda: (list(reversed({"a": 1, "b": 2}))))
t(186, lambda: (list(reversed({"a": 1, "b": 2}.items()))))
t(187, lambda: ({"a": 1}.keys() & {"a"}))
t(188, lambda: ({"a": 1}.keys() | {"b"} == {"a", "b"}))
t(189, lambda: ({"a": 1, "b": 2}.keys() - {"a"}))
t(190, lambda: ({"a": 1}.keys() == {"a"}))
t(191, lambda: ({"a": 1}.items() == {("a", 1)}))
t(192, lambda: ({"a": 1}.values() == {"a": 1}.values()))
t(193, lambda: ({"a": 1}.keys() <= {"a", "b"}))
t(194, lambda: ({"a": 1}.keys().isdisjoint({"b"})))
t(195, lambda: (("a", 1) in {"a": 1}.items()))
t(196, lambda: (1 in {"a": 1}.values()))
t(197, lambda: (len({"a": 1}.keys())))
t(198, lambda: ({"a": 1}.keys()[0]))
t(199, lambda: ({3: 1, 1: 2, 2: 3}))
t(200, lambda: (sorted({3: 1, 1: 2})))
t(201, lambda: (max({"a": 5, "b": 3}, key={"a": 5, "b": 3}.get)))
t(202, lambda: ({(1, 2): 3}[1, 2]))
t(203, lambda: ({None: 1, True: 2, "a": 3}))
t(204, lambda: ({[]: 1}))
t(205, lambda: ({{}: 1}))
t(206, lambda: ({1: "a", 1.0: "b", True: "c"}))
t(207, lambda: (set()))
t(208, lambda: ({1}))
t(209, lambda: ({1, 1.0, True}))
t(210, lambda: ({1, 2, 3} & {2, 3, 4}))
t(211, lambda: ({1, 2} | {3}))
t(212, lambda: ({1, 2, 3} - {2}))
t(213, lambda: ({1, 2} ^ {2, 3}))
t(214, lambda: ({1, 2} & [1]))
t(215, lambda: ({1, 2}.intersection([1], (1, 2))))
t(216, lambda: ({1}.union([2], "a") == {1, 2, "a"}))
t(217, lambda: ({1, 2}.difference([1], [2])))
t(218, lambda: ({1, 2}.symmetric_difference([2, 3])))
t(219, lambda: ({1} < {1, 2}))
t(220, lambda: ({1} <= {1}))
t(221, lambda: ({1, 2} > {1}))
t(222, lambda: ({1}.issubset([1, 2])))
t(223, lambda: ({1, 2}.issuperset([1])))
t(224, lambda: ({1}.isdisjoint([2])))
t(225, lambda: ({1} < [1]))
def f226():
    s = {1}
    s.add(2)
    s.discard(5)
    s.remove(1)
    return s
t(226, f226)
def f227():
    s = {1}
    s.remove(5)
    return s
t(227, f227)
def f228():
    s = {1}
    x = s.pop()
    return (s, x)
t(228, f228)
def f229():
    s = set()
    s.pop()
    return s
t(229, f229)
def f230():
    s = {1}
    s.update([2], (3,))
    return s
t(230, f230)
def f231():
    s = {1, 2}
    s.intersection_update([2])
    return s
t(231, f231)
def f232():
    s = {1, 2}
    s.difference_update([2])
    return s
t(232, f232)
def f233():
    s = {1, 2}
    s.symmetric_difference_update([2, 3])
    return s
t(233, f233)
def f234():
    s = {1}
    s.add([])
    return s
t(234, f234)
def f235():
    s = {1, 2}
    t = s.copy()
    t.clear()
    return (s, t)
t(235, f235)
t(236, lambda: (frozenset([1, 2])))
t(237, lambda: (frozenset()))
t(238, lambda: (frozenset([1]) | {2}))
t(239, lambda: ({1} | frozenset([2])))
t(240, lambda: (type(frozenset([1]) | {2})))
t(241, lambda: (type({1} | frozenset([2]))))
t(242, lambda: ({frozenset([1]): 2}))
t(243, lambda: (frozenset([1]).add(2)))
t(244, lambda: (repr(frozenset())))
t(245, lambda: (set([1, 2]).__class__))
t(246, lambda: (set(5)))
t(247, lambda: (set([[]])))
t(248, lambda: (set("a")))
t(249, lambda: (len({1, 1})))
t(250, lambda: (sorted([3, 1, 2])))
t(251, lambda: (sorted("bca", reverse=True)))
t(252, lambda: (sorted([1, "a"])))
t(253, lambda: (sorted([None, 1])))
t(254, lambda: (sorted([(1, 2), (1, 1)])))
t(255, lambda: (sorted(["B", "a"], key=str.lower)))
t(256, lambda: (sorted({"b": 1, "a": 2}.items(), key=lambda kv: kv[1])))
t(257, lambda: (sorted([1, 2, 3], key=lambda x: -x)))
t(258, lambda: (sorted([True, False])))
t(259, lambda: (sorted([1.5, 1, 2])))
t(260, lambda: (sorted(5)))
t(261, lambda: (sorted([[2], [1, 5], []])))
t(262, lambda: (list(enumerate("ab"))))
t(263, lambda: (list(enumerate("ab", 5))))
t(264, lambda: (list(enumerate("ab", start=1))))
t(265, lambda: (enumerate(5)))
t(266, lambda: (list(zip([1, 2], "abc"))))
t(267, lambda: (list(zip())))
t(268, lambda: (list(zip([1], [2], [3]))))
t(269, lambda: (list(zip([1, 2], [1], strict=True))))
t(270, lambda: (list(zip([1], [1, 2], strict=True))))
t(271, lambda: (list(zip([1], [1], [1, 2], strict=True))))
t(272, lambda: (list(zip(5))))
t(273, lambda: (list(map(lambda x, y: x + y, [1, 2], [3, 4, 5]))))
t(274, lambda: (list(map(None, [1]))))
t(275, lambda: (list(map(int, "123"))))
t(276, lambda: (list(map(abs, [-1]))))
t(277, lambda: (list(filter(None, [0, 1, "", "a"]))))
t(278, lambda: (list(filter(lambda x: x > 1, [1, 2]))))
t(279, lambda: (list(reversed([1, 2]))))
t(280, lambda: (list(reversed("ab"))))
t(281, lambda: (reversed({1})))
t(282, lambda: (reversed(5)))
t(283, lambda: (any([])))
t(284, lambda: (all([])))
t(285, lambda: (any([0, 1])))
t(286, lambda: (all([1, 0])))
t(287, lambda: (any(5)))
t(288, lambda: (next(iter([1]))))
t(289, lambda: (next(iter([]))))
t(290, lambda: (next(iter([]), 5)))
t(291, lambda: (next([1])))
t(292, lambda: (list(iter([1, 2]))))
def f293():
    it = iter([1, 2, 3])
    a = next(it)
    b = list(it)
    return (a, b, list(it))
t(293, f293)
def f294():
    n = [0]
    def f():
        n[0] += 1
        return n[0]
    return list(iter(f, 4))
t(294, f294)
t(295, lambda: (list((1, 2))))
t(296, lambda: (tuple([1, 2])))
t(297, lambda: (list(5)))
t(298, lambda: (tuple(5)))
t(299, lambda: (list()))
t(300, lambda: (tuple()))
t(301, lambda: ((1,)))
t(302, lambda: (()))
t(303, lambda: ([]))
t(304, lambda: ([[1, 2], [3]]))
t(305, lambda: (((1,), 2)))
t(306, lambda: ([None, True, 1.5, "a"]))
t(307, lambda: (len(5)))
t(308, lambda: ([x for x in range(5) if x % 2]))
t(309, lambda: ([(x, y) for x in range(2) for y in range(x + 1)]))
t(310, lambda: ({x: x ** 2 for x in range(3)}))
t(311, lambda: ({x % 2 for x in range(5)}))
t(312, lambda: ([[y for y in range(x)] for x in range(3)]))
t(313, lambda: ([x if x else None for x in range(2)]))
t(314, lambda: ([x for x in 5]))
t(315, lambda: ([x for x, in [(1,), (2,)]]))
t(316, lambda: ([(a, b) for a, *b in ["abc"]]))
t(317, lambda: (sum(x for x in range(5))))
t(318, lambda: (list(x for x in range(3))))
t(319, lambda: ([y := 1, y ** 2]))
t(320, lambda: ([(y := x) for x in range(3)] + [y]))
t(321, lambda: (slice(1, 2)))
t(322, lambda: (slice(1, 2).indices(5)))
t(323, lambda: (slice(None, None, -1).indices(5)))
t(324, lambda: (slice(1, 2, 3).start))
t(325, lambda: (slice(5)))
t(326, lambda: ([1, 2, 3][slice(1, None)]))
t(327, lambda: (slice(1, 2) == slice(1, 2)))
t(328, lambda: ([1, 2, 3].__getitem__(0)))
t(329, lambda: ([1, 2].__len__()))
t(330, lambda: ([1].__add__([2])))
t(331, lambda: ([1].__contains__(1)))
t(332, lambda: ({"a": 1}.__getitem__("a")))
t(333, lambda: ({"a": 1}.__contains__("a")))
t(334, lambda: ([1].__eq__([1])))
t(335, lambda: ([1, 2].__iter__().__next__()))
t(336, lambda: ((1, 2).__len__()))
t(337, lambda: ([1].__class__.__name__))
t(338, lambda: ([].append(1)))
t(339, lambda: (list.__name__))
t(340, lambda: (dict.__class__))
t(341, lambda: (callable(5)))
t(342, lambda: (callable(len)))
t(343, lambda: (callable(int)))
t(344, lambda: (print))
t(345, lambda: (len))
t(346, lambda: (print(1, 2, sep="-", end="!\n")))
t(347, lambda: (print("a", "b", sep=None)))
t(348, lambda: (print(sep=",")))
t(349, lambda: (print([1], (1,), {1: "a"}, "a")))
t(350, lambda: (print(1, file=None)))
t(351, lambda: (isinstance([], list)))
t(352, lambda: (isinstance([], (tuple, list))))
t(353, lambda: (isinstance({}, dict)))
t(354, lambda: (isinstance(1, 5)))
t(355, lambda: (issubclass(5, int)))
t(356, lambda: (isinstance((), tuple)))
t(357, lambda: (type(()).__name__))
t(358, lambda: (type({}.keys()).__name__))
t(359, lambda: (type(iter([])).__name__))
t(360, lambda: (type(zip()).__name__))
t(361, lambda: (type(map(int, [])).__name__))
t(362, lambda: (type(range(1)).__name__))
t(363, lambda: (type(enumerate([])).__name__))
t(364, lambda: (type(lambda: 1).__name__))
t(365, lambda: (type(len).__name__))
t(366, lambda: (type(x for x in []).__name__))
t(367, lambda: (type(slice(1)).__name__))
t(368, lambda: (type(...).__name__))
t(369, lambda: (type(NotImplemented).__name__))
t(370, lambda: (type([].append).__name__))
t(371, lambda: (type(type).__name__))
t(372, lambda: (type(ValueError()).__name__))
t(373, lambda: (type(property()).__name__))
t(374, lambda: (type(iter({})).__name__))
t(375, lambda: (type(iter("")).__name__))
t(376, lambda: (type(iter(())).__name__))
t(377, lambda: (type(iter(set())).__name__))
t(378, lambda: (type(filter(None, [])).__name__))
t(379, lambda: (type({}.items()).__name__))
t(380, lambda: (hasattr([], "append")))
t(381, lambda: (hasattr(5, "foo")))
t(382, lambda: (getattr(5, "real")))
t(383, lambda: (getattr(5, "foo")))
t(384, lambda: (getattr(5, "foo", 1)))
t(385, lambda: (delattr(5, "foo")))
t(386, lambda: (...))
t(387, lambda: (Ellipsis))
t(388, lambda: (NotImplemented))
t(389, lambda: ([1, 2, 3][1:][0]))
t(390, lambda: ([[1, 2], [3, 4]][1][0]))
t(391, lambda: (list(zip(*[[1, 2], [3, 4]]))))
t(392, lambda: (dict(sorted({"b": 1, "a": 2}.items()))))
t(393, lambda: (list(dict.fromkeys([3, 1, 3, 2]))))
t(394, lambda: ("a" if "b" in ["b"] else "c"))
t(395, lambda: ([1, 2, 3, 4][-3:-1]))
t(396, lambda: ([*range(3), *{"a": 1}]))
t(397, lambda: ([i for i in range(3)][::-1]))
t(398, lambda: (list(map(lambda p: p[0] * p[1], zip([1, 2], [3, 4])))))
t(399, lambda: (max([1, 5, 3], key=lambda x: -x)))
t(400, lambda: (max([[1, 2], [1, 3]])))
t(401, lambda: (min({"a": 1, "b": 0}.items(), key=lambda kv: kv[1])))
t(402, lambda: (min("abc", default="z")))
t(403, lambda: (max((), default=None)))
t(404, lambda: (sum([[1, 2], [3]], [])))
t(405, lambda: (sum((1.5, 2), 10)))
t(406, lambda: (sum([1], start=5)))
t(407, lambda: (sum({1: 2, 3: 4})))
t(408, lambda: (sum({1, 2}, start=0.5)))
t(409, lambda: (list({1: 2}.values())[0]))
t(410, lambda: ({"a": [1, {"b": 2}]}["a"][1]["b"]))
t(411, lambda: ([] or {} or () or "" or 0 or None))
t(412, lambda: (bool(()) or bool({}) or bool(set())))
t(413, lambda: (1 in (1, 2)))
t(414, lambda: ((1, 2) in [(1, 2)]))
t(415, lambda: ([1] in [[1]]))
t(416, lambda: ("ab" in ["abc"]))
t(417, lambda: (None in [None]))
t(418, lambda: (1.0 in {1}))
t(419, lambda: (not 1 in [1]))
t(420, lambda: (1 not in [1]))
t(421, lambda: (del_not_defined))
t(422, lambda: ((lambda *a, **k: (a, k))(1, 2, x=3)))
t(423, lambda: ((lambda x, y=2: x + y)(1)))
t(424, lambda: ((lambda **k: k)(**{"a": 1, "b": 2})))
t(425, lambda: ((lambda **k: k)(**{1: 2})))
t(426, lambda: ((lambda a, **k: k)(**{"a": 1, "b": 2})))
t(427, lambda: ((lambda a, b: (a, b))(b=1, *[2])))
t(428, lambda: (print(*[1, 2, 3], sep="")))
t(429, lambda: (abs("a")))
t(430, lambda: ("a".split(1)))
t(431, lambda: (zip(1)))
t(432, lambda: (chr("a")))
t(433, lambda: (ord(1)))
t(434, lambda: (max()))
t(435, lambda: (input_undefined()))
