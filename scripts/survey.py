"""What the scripts that check programs of other repositories share: asking `keramos check`, and writing the table."""

import json
import pathlib
import re
import subprocess


def check(keramos: str, path: pathlib.Path, options: list) -> tuple:
    """The state of one program, and what is said about it."""
    try:
        done = subprocess.run(
            [keramos, "check", "--format", "json", *options, str(path)], capture_output=True, text=True, timeout=600
        )
        diagnostics = json.loads(done.stdout)["diagnostics"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return "failed", "no answer"
    errors = [d for d in diagnostics if d["severity"] == "error"]
    if not errors:
        return "compiles", f"with {' '.join(options)}" if options else ""
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return "refused", f"{first['code']} line {first['primary']['start']['line']}: {' '.join(first['message'].split())}{more}"


def counts(rows: list, order: list) -> dict:
    """How many rows, each of name, state and what is said, are in each of the states."""
    return {state: sum(row[1] == state for row in rows) for state in order}


def table(what: str, rows: list, order: list) -> None:
    """Prints the rows in the order of their states, then of their names."""
    print(f"| {what} | state | |")
    print("|---|---|---|")
    for name, state, said in sorted(rows, key=lambda row: (order.index(row[1]), row[0])):
        print(f"| {name} | {state} | {said.replace('|', chr(92) + '|')} |")


def rows_of(page: str, names: str) -> dict:
    """The rows of the tables of a page, by name: those whose names begin as the regular expression says."""
    lines = [line[2:-2].split(" | ", 2) for line in page.splitlines() if re.match(rf"\| ({names})/.*\|$", line)]
    return {cells[0]: (cells[0], cells[1], cells[2].replace("\\|", "|")) for cells in lines if len(cells) == 3}
