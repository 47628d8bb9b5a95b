for make in (
    lambda: "a" * 10**9,
    lambda: [0] * 10**12,
    lambda: list(range(10**11)),
    lambda: 10**10**10,
    lambda: 1 << 10**9,
    lambda: "{:>1000000000}".format(1),
    lambda: f"{1.5:.2000000000f}",
    lambda: "%2000000000d" % 5,
    lambda: "a".ljust(10**10),
    lambda: "\t".expandtabs(10**10),
    lambda: ("a" * 10**6).replace("a", "a" * 10**6),
    lambda: "".join(["ab" * 1000] * 10**6),
):
    try:
        make()
    except Exception as error:
        print(error)
