"""Runs random programs with CPython and with Keramos, and shows where what they print differs.

    cargo build -p keramos-frontend --example evaluate
    python3 fuzz/cpython/compare.py target/debug/examples/evaluate --programs 200 --seed 1

A program that Keramos refuses, with a diagnostic that no `except` of the program sees, is counted. It ends with 1 if a
program prints something else than with CPython. CPython has to be 3.11, whose messages Keramos's are.
"""

import argparse
import collections
import contextlib
import io
import json
import re
import signal
import subprocess
import sys
import warnings

import statements

# How long a program may take.
SECONDS = 10

# What is known to differ: where objects lie, and texts of errors about the arguments of built-in functions, which Keramos
# words itself.
ADDRESS = re.compile(r" at 0x[0-9a-f]+")
REWORDED = re.compile(r"TypeError .*(argument|expected|takes|keyword|missing)")


class TooLong(BaseException):
    """A program does not end in time; nothing in it catches this."""


def interrupt(*_):
    raise TooLong


def with_cpython(text):
    """What the program prints; of one that does not end in time, what it printed by then."""
    out = io.StringIO()
    signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(SECONDS)
    try:
        with contextlib.redirect_stdout(out), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(text, "program", "exec"), {"__name__": "__main__"})
    except TooLong:
        pass
    finally:
        signal.alarm(0)
    return out.getvalue()


def with_keramos(evaluate, texts):
    """What the example tells of each program, by seed."""
    lines = "".join(json.dumps({"name": str(seed), "text": text}) + "\n" for seed, text in texts.items())
    limit = SECONDS * len(texts) + 60
    told = subprocess.run([evaluate], input=lines, capture_output=True, text=True, check=True, timeout=limit)
    return {int(line["name"]): line for line in map(json.loads, told.stdout.rstrip("\n").split("\n"))}


def by_case(text):
    """What each case of a program prints: the lines up to the one that tells how it ended."""
    cases, lines = {}, []
    for line in text.splitlines():
        lines.append(ADDRESS.sub("", REWORDED.sub("TypeError …", line)))
        ended = re.match(r"(\d+) (raises|ends)\b", line)
        if ended:
            cases[int(ended[1])], lines = lines, []
    return cases


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluate", help="the built example")
    parser.add_argument("--programs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="that of the first program")
    parser.add_argument("--show", type=int, default=10, help="how many differences to show")
    options = parser.parse_args()
    seeds = range(options.seed, options.seed + options.programs)
    texts = {seed: statements.program(seed) for seed in seeds}
    counts, refused, differences = collections.Counter(), collections.Counter(), []
    for seed, program in with_keramos(options.evaluate, texts).items():
        text = texts[seed]
        expected, found = by_case(with_cpython(text)), by_case(program["output"])
        places = {int(match[1]): text[: match.start()].count("\n") + 1 for match in re.finditer(r"^run\((\d+)", text, re.M)}
        starts = {int(match[1]): text[: match.start()].count("\n") + 1 for match in re.finditer(r"^def case_(\d+)", text, re.M)}
        for number, lines in expected.items():
            # After a limit was reached, nothing of a program is evaluated any more.
            errors = [
                e
                for e in program["errors"]
                if e["line"] and starts[number] <= e["line"] <= places[number]
                or e["code"] == "K0902" and number not in found
            ]
            if found.get(number) == lines:
                counts["same"] += 1
            elif number not in found and errors:
                counts["refused"] += 1
                refused[f"{errors[0]['code']} {errors[0]['message']}"] += 1
            else:
                counts["different"] += 1
                differences.append((seed, number, lines, found.get(number, []), errors))
        if not found:
            refused.update(f"{error['code']} {error['message']}" for error in program["errors"][:1])
    for seed, number, expected, found, errors in differences[: options.show]:
        print(f"--- program {seed}, case {number}: {[error['message'] for error in errors]}")
        pairs = [pair for pair in zip(expected + ["(nothing)"] * 99, found + ["(nothing)"] * 99) if pair[0] != pair[1]]
        for ours, theirs in pairs[:2]:
            print(f"    CPython {ours}\n    Keramos {theirs}")
    print(f"{options.programs} programs: {dict(counts)}")
    for message, count in refused.most_common(20):
        print(f"{count:6} {message}")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
