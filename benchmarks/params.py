"""How long a whole process takes that parses 200 fields in 20 nested classes: tfaip.params against its peers.

    uv venv build/peers && uv pip install --python build/peers/bin/python ./packages/params \
        tyro jsonargparse simple-parsing draccus hydra-core
    build/peers/bin/python benchmarks/params.py

Each library defines the same tree of classes in its own way, reads one argument for each class from the same command
line (spelled its own way), and prints a checksum of the result. The libraries take turns, so that a busy machine is
busy for all of them; the medians are compared. Last comes what an import alone costs above Python's own start.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CLASSES = 20
BRANCHES = 4
FIELDS = ["i0: int = 1", "i1: int = 2", "i2: int = 3", "x0: float = 0.5", "x1: float = 1.5", "x2: float = 2.5"]
FIELDS += ["s0: str = 'a'", "s1: str = 'b'", "b0: bool = False"]
RUNS = 9
PEERS = ("tyro", "jsonargparse", "simple_parsing", "draccus", "hydra")

Paths = dict[int, str]


def children(index: int) -> list[int]:
    """The classes that a class of the tree holds."""
    return [child for child in range(BRANCHES * index + 1, BRANCHES * index + 1 + BRANCHES) if child < CLASSES]


def paths() -> Paths:
    """The path of fields that leads to each class, `c1.c5`; empty for the root."""
    found = {0: ""}
    for index in range(CLASSES):
        for child in children(index):
            found[child] = f"{found[index]}.c{child}".strip(".")
    return found


def classes(decorator: str, field: str) -> str:
    """The source of the classes, leaves first; `field` is the call that takes `{factory}=`."""
    lines = []
    for index in reversed(range(CLASSES)):
        lines += [f"{decorator}", f"class C{index}:", *(f"    {line}" for line in FIELDS)]
        lines += [f"    n0: list[int] = {field.format('lambda: [1, 2]')}"]
        lines += [f"    c{child}: C{child} = {field.format(f'C{child}')}" for child in children(index)]
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

DATACLASS = "from dataclasses import dataclass, field\n" + classes("@dataclass", "field(default_factory={})") + CHECKSUM


def programs() -> dict[str, tuple[str, list[str]]]:
    """Source and command line for each library."""
    dotted = [f"--{path}.i0={index}".replace("--.", "--") for index, path in paths().items()]
    tfaip = (
        "from tfaip.params import params, field, parse\n"
        + classes("@params", "field(factory={})")
        + CHECKSUM
        + "\nprint(checksum(parse(C0)))"
    )
    hydra = (
        DATACLASS
        + "\nimport hydra\nfrom hydra.core.config_store import ConfigStore\n"
        + "ConfigStore.instance().store(name='c0', node=C0)\n"
        + "def total(node): return sum(total(v) if k[0] == 'c' else v if k == 'i0' else 0 for k, v in node.items())\n"
        + "@hydra.main(version_base=None, config_name='c0')\ndef main(config): print(total(config))\nmain()"
    )
    quiet = ["hydra.run.dir=.", "hydra.output_subdir=null", "hydra/job_logging=none", "hydra/hydra_logging=none"]
    simple = (
        "\nimport simple_parsing as sp\nprint(checksum(sp.parse(C0, nested_mode=sp.NestedMode.WITHOUT_ROOT,"
        " argument_generation_mode=sp.ArgumentGenerationMode.NESTED)))"
    )
    jsonargparse = "\nimport jsonargparse\nprint(checksum(jsonargparse.CLI(C0, as_positional=False)))"
    return {
        "tfaip.params": (tfaip, dotted),
        "tyro": (DATACLASS + "\nimport tyro\nprint(checksum(tyro.cli(C0)))", dotted),
        "jsonargparse": (DATACLASS + jsonargparse, dotted),
        "simple_parsing": (DATACLASS + simple, dotted),
        "draccus": (DATACLASS + "\nimport draccus\nprint(checksum(draccus.parse(C0)))", dotted),
        "hydra": (hydra, [word.lstrip("-") for word in dotted] + quiet),
    }


def run(arguments: list[str], folder: str) -> tuple[float, str]:
    """Milliseconds of a whole process, and what it printed."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    taken = 1000 * (time.perf_counter() - start)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return taken, done.stdout.strip()


def medians(commands: dict[str, list[str]], folder: str, expected: str | None) -> dict[str, float]:
    """The median of each command's runs, the commands taking turns."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(RUNS + 1):
        for name, command in list(commands.items()):
            try:
                taken, printed = run(command, folder)
            except RuntimeError as error:
                print(f"{name}: left out, it fails: {str(error).strip().splitlines()[-1]}")
                del commands[name], times[name]
                continue
            if expected is not None and printed != expected:
                raise SystemExit(f"{name} read something else: {printed} instead of {expected}")
            # The first turn fills the caches of the disk and of compiled modules.
            if turn:
                times[name].append(taken)
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    """Measure, print the tables, and say whether the targets are met."""
    with tempfile.TemporaryDirectory() as folder:
        commands = {}
        for name, (source, line) in programs().items():
            path = Path(folder) / f"with_{name.replace('.', '_')}.py"
            path.write_text(source)
            commands[name] = [str(path), *line]
        parsed = medians(commands, folder, str(sum(range(CLASSES))))
        imports = {"python": ["-c", ""], "import tfaip.params": ["-c", "import tfaip.params"]}
        started = medians(imports, folder, None)
    for name, taken in sorted(parsed.items(), key=lambda item: item[1]):
        print(f"{name:20} {taken:7.1f} ms {taken / parsed['tfaip.params']:6.2f} x tfaip.params")
    peers = [taken for name, taken in parsed.items() if name in PEERS]
    cost = started["import tfaip.params"] - started["python"]
    print(f"{'python alone':20} {started['python']:7.1f} ms")
    print(f"{'import tfaip.params':20} {cost:7.1f} ms above that (to reach: <= 60 ms)")
    if peers:
        print(f"against the fastest peer: {parsed['tfaip.params'] / min(peers):.2f} x (to reach: <= 1.0 x)")


if __name__ == "__main__":
    main()
