"""Time of parsing 20, 200 and 2,000 fields in nested classes of ten: tfaip.params against its peers.

    uv venv build/peers && uv pip install --python build/peers/bin/python ./packages/params \
        tyro jsonargparse simple-parsing draccus hydra-core
    build/peers/bin/python benchmarks/params.py [--fields 20 200 2000] [--runs 9]

*Cold* is a whole process that parses once. *Warm* is a further parse in the same process, which hydra does not offer.
Last comes one class of 2,000 fields: its definition and its first parse in tfaip.params.

Each library defines the same tree of classes in its own way, reads one argument for each class from the same command
line (spelled its own way), and prints a checksum of the result. The libraries take turns, so that a busy machine is
busy for all of them; the medians are compared. Last comes what an import alone costs above Python's own start.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BRANCHES = 4
FIELDS = ["i0: int = 1", "i1: int = 2", "i2: int = 3", "x0: float = 0.5", "x1: float = 1.5", "x2: float = 2.5"]
FIELDS += ["s0: str = 'a'", "s1: str = 'b'", "b0: bool = False"]
FIELDS_OF_A_CLASS = 10
WARM_PARSES = 3
# A library that takes longer for a process is left out.
MOST_SECONDS = 120
# Compiled modules stay, as for users: without them, each process would compile each library.
ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
PEERS = ("tyro", "jsonargparse", "simple_parsing", "draccus", "hydra")

Paths = dict[int, str]
Medians = dict[str, float]


def children(index: int, count: int) -> list[int]:
    """The classes that a class of a tree of so many holds."""
    return [child for child in range(BRANCHES * index + 1, BRANCHES * index + 1 + BRANCHES) if child < count]


def paths(count: int) -> Paths:
    """The path of fields that leads to each class, `c1.c5`; empty for the root."""
    found = {0: ""}
    for index in range(count):
        for child in children(index, count):
            found[child] = f"{found[index]}.c{child}".strip(".")
    return found


def classes(decorator: str, field: str, count: int) -> str:
    """The source of the classes, leaves first; `field` is the call that takes `{factory}=`."""
    lines = []
    for index in reversed(range(count)):
        lines += [f"{decorator}", f"class C{index}:", *(f"    {line}" for line in FIELDS)]
        lines += [f"    n0: list[int] = {field.format('lambda: [1, 2]')}"]
        lines += [f"    c{child}: C{child} = {field.format(f'C{child}')}" for child in children(index, count)]
    return "\n".join(lines)


CHECKSUM = """
def checksum(node, total=0):
    names = vars(node) if hasattr(node, "__dict__") else [a.name for a in node.__attrs_attrs__]
    for name, value in [(name, getattr(node, name)) for name in names]:
        if name[0] == "c":
            total += checksum(value)
        elif name == "i0":
            total += value
    return total
"""

# Prints the sum of the first parse, and the milliseconds of a further one.
MEASURED = f"""
import statistics, time
total, times = checksum(parsed()), []
for _ in range({WARM_PARSES}):
    start = time.perf_counter()
    parsed()
    times.append(1000 * (time.perf_counter() - start))
print(total, statistics.median(times))
"""
ONCE = "\nprint(checksum(parsed()), 'nan')\n"

ONE_CLASS = """
import time
from tfaip.params import params, parse
source = "@params\\nclass P:\\n" + "".join(f"    x{n}: float = {n}.5\\n" for n in range(2000))
start = time.perf_counter()
exec(source, globals())
defined = time.perf_counter()
assert parse(P, ["--x7", "3"]).x7 == 3
print(f"one class of 2,000 fields: defined in {1000 * (defined - start):.0f} ms, "
      f"first parse {1000 * (time.perf_counter() - defined):.0f} ms (to reach: <= 300 ms)")
"""


def programs(count: int, *, warm: bool) -> dict[str, tuple[str, list[str]]]:
    """Source and command line for each library, with so many classes."""
    dotted = [f"--{path}.i0={index}".replace("--.", "--") for index, path in paths(count).items()]
    data = "from dataclasses import dataclass, field\n" + classes("@dataclass", "field(default_factory={})", count)
    calls = {
        "tyro": "import tyro\ndef parsed(): return tyro.cli(C0)",
        "jsonargparse": "import jsonargparse\ndef parsed(): return jsonargparse.CLI(C0, as_positional=False)",
        "simple_parsing": "import simple_parsing as sp\ndef parsed():\n"
        "    return sp.parse(C0, nested_mode=sp.NestedMode.WITHOUT_ROOT,"
        " argument_generation_mode=sp.ArgumentGenerationMode.NESTED)",
        "draccus": "import draccus\ndef parsed(): return draccus.parse(C0)",
    }
    end = MEASURED if warm else ONCE
    tfaip = "from tfaip.params import params, field, parse\n" + classes("@params", "field(factory={})", count)
    found = {"tfaip.params": (f"{tfaip}{CHECKSUM}\ndef parsed(): return parse(C0)\n{end}", dotted)}
    found |= {name: (f"{data}{CHECKSUM}\n{call}\n{end}", dotted) for name, call in calls.items()}
    if not warm:
        hydra = (
            data
            + "\nimport hydra\nfrom hydra.core.config_store import ConfigStore\n"
            + "ConfigStore.instance().store(name='c0', node=C0)\n"
            + "def total(node):\n"
            + "    return sum(total(v) if k[0] == 'c' else v if k == 'i0' else 0 for k, v in node.items())\n"
            + "@hydra.main(version_base=None, config_name='c0')\n"
            + "def main(config): print(total(config), 'nan')\nmain()"
        )
        quiet = ["hydra.run.dir=.", "hydra.output_subdir=null", "hydra/job_logging=none", "hydra/hydra_logging=none"]
        found["hydra"] = (hydra, [word.lstrip("-") for word in dotted] + quiet)
    return found


def run(arguments: list[str], folder: str) -> tuple[float, list[str]]:
    """Milliseconds of a whole process, and the words that it printed."""
    start = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=folder,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
            timeout=MOST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"more than {MOST_SECONDS} s") from None
    taken = 1000 * (time.perf_counter() - start)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return taken, done.stdout.split()


def medians(commands: dict[str, list[str]], folder: str, expected: str | None, runs: int, *, warm: bool) -> Medians:
    """The median of each command's runs, of what it has measured where `warm`; the commands take turns."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in list(commands.items()):
            try:
                taken, printed = run(command, folder)
            except RuntimeError as error:
                print(f"{name}: left out, it fails: {str(error).strip().splitlines()[-1]}")
                del commands[name], times[name]
                continue
            if expected is not None and printed[0] != expected:
                raise SystemExit(f"{name} read something else: {printed[0]} instead of {expected}")
            # The first turn fills the caches of the disk and of compiled modules.
            if turn:
                times[name].append(float(printed[1]) if warm else taken)
    return {name: statistics.median(values) for name, values in times.items()}


def compare(fields: int, runs: int, folder: str, *, warm: bool) -> None:
    """Measure one number of fields, cold or warm, and print the table."""
    count = fields // FIELDS_OF_A_CLASS
    commands = {}
    for name, (source, line) in programs(count, warm=warm).items():
        path = Path(folder) / f"with_{name.replace('.', '_')}_{fields}_{warm}.py"
        path.write_text(source)
        commands[name] = [str(path), *line]
    parsed = medians(commands, folder, str(sum(range(count))), runs, warm=warm)
    print(f"{fields} fields, {'warm' if warm else 'cold'}")
    for name, taken in sorted(parsed.items(), key=lambda item: item[1]):
        print(f"  {name:20} {taken:9.1f} ms {taken / parsed['tfaip.params']:8.2f} x tfaip.params")
    peers = [taken for name, taken in parsed.items() if name in PEERS]
    if peers:
        print(f"  against the fastest peer: {parsed['tfaip.params'] / min(peers):.2f} x (to reach: <= 1.0 x)")


def main() -> None:
    """Measure, print the tables, and say whether the targets are met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fields", type=int, nargs="+", default=[20, 200, 2000])
    parser.add_argument("--runs", type=int, default=9, help="turns of each library")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for fields in arguments.fields:
            for warm in (False, True):
                compare(fields, arguments.runs, folder, warm=warm)
        imports = {"python": ["-c", ""], "import tfaip.params": ["-c", "import tfaip.params"]}
        started = medians(imports, folder, None, arguments.runs, warm=False)
        print(" ".join(run(["-c", ONE_CLASS], folder)[1]))
    cost = started["import tfaip.params"] - started["python"]
    print(f"{'python alone':20} {started['python']:7.1f} ms")
    print(f"{'import tfaip.params':20} {cost:7.1f} ms above that (to reach: <= 60 ms)")


if __name__ == "__main__":
    main()
