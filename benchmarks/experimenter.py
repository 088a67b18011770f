"""What the experimenter costs above the runs themselves: per row of a queue, and per update of a workbook.

    uv venv build/experimenter && uv pip install --python build/experimenter/bin/python ./packages/params \
        ./packages/experimenter
    build/experimenter/bin/python benchmarks/experimenter.py

The overhead per row is the time of a whole queue, start-up included, less what the same commands take under xargs with
as many processes, divided by the number of rows. Both take turns, and the medians count, so that a busy machine is busy
for both.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from openpyxl import Workbook

ROWS, SLOTS, REPEATS = 200, 4, 3
SHORT = "true"
# A command that takes a moment without using a processor.
WAITING = "sleep 0.05"
LARGE = 20_000
STAND_IN = Path(__file__).parents[1] / "packages/experimenter/tests/slurm_stand_in.py"


def write_workbook(path: Path, command: str, rows: int) -> None:
    """Write a workbook of runs."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (["COMMAND", "ID", "PARAMS"], [None, None, "default"], [None, None, "lr"]):
        sheet.append(row)
    for number in range(rows):
        sheet.append([command, number])
    book.save(path)


def seconds(words: list[str], folder: Path) -> float:
    """Time of a command."""
    started = time.perf_counter()
    subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def queue_seconds(folder: Path, *, update: bool) -> float:
    """Time of a whole queue that has never run before."""
    shutil.rmtree(folder / "runs.xlsx.experimenter", ignore_errors=True)
    words = [sys.executable, "-m", "tfaip.experimenter", "--xlsx", "runs.xlsx", "--cpus", *map(str, range(SLOTS))]
    return seconds(words if update else [*words, "--no_update"], folder)


def measure_queue(folder: Path, command: str) -> None:
    """Print the overhead per row for a command."""
    write_workbook(folder / "runs.xlsx", command, ROWS)
    plain_words = ["sh", "-c", f"seq {ROWS} | xargs -P {SLOTS} -I{{}} {command}"]
    plain, quiet, updating = [], [], []
    for _ in range(REPEATS):
        plain.append(seconds(plain_words, folder))
        quiet.append(queue_seconds(folder, update=False))
        updating.append(queue_seconds(folder, update=True))
    base = statistics.median(plain)
    print(f"{ROWS} rows of `{command}` over {SLOTS} slots; xargs alone: {base:.2f} s")
    for name, times in (("without results", quiet), ("with results", updating)):
        whole = statistics.median(times)
        print(
            f"  {name:16} {whole:6.2f} s   overhead per row {(whole - base) / ROWS * 1000:5.1f} ms   (to reach: < 50)"
        )


def measure_update(folder: Path, rows: int) -> None:
    """Print how long an update of a workbook takes, beside only reading its rows."""
    write_workbook(folder / "runs.xlsx", SHORT, rows)
    base = [sys.executable, "-m", "tfaip.experimenter", "--xlsx", "runs.xlsx"]
    read = statistics.median(seconds([*base, "--dry_run"], folder) for _ in range(REPEATS))
    update = statistics.median(seconds([*base, "--update"], folder) for _ in range(REPEATS))
    print(f"{rows} rows: reading {read:.2f} s, reading and updating {update:.2f} s")


def measure_calls(folder: Path, rows: int) -> None:
    """Print how often the queue calls the engine of a cluster in a second, here the stand-in for Slurm of the tests."""
    write_workbook(folder / "runs.xlsx", "sleep 5", rows)
    shutil.rmtree(folder / "runs.xlsx.experimenter", ignore_errors=True)
    programs, calls = folder / "slurm", folder / "calls"
    programs.mkdir()
    stand_in = STAND_IN.read_text(encoding="utf-8").replace("sys.exit(main())", "NOTE; sys.exit(main())")
    note = f"open({str(calls)!r}, 'a').write(str(int(time.time())) + chr(10))"
    for name in ("sbatch", "squeue", "scancel"):
        (programs / name).write_text(f"#!{sys.executable}\n{stand_in.replace('NOTE', note)}", encoding="utf-8")
        (programs / name).chmod(0o755)
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "STAND_IN_OF_SLURM": str(folder / "jobs of slurm")}
    words = [sys.executable, "-m", "tfaip.experimenter", "--xlsx", "runs.xlsx", "--no_update"]
    on_cluster = [*words, "--executor", "slurm", "--slots", str(rows)]
    subprocess.run(on_cluster, cwd=folder, check=True, capture_output=True, env=environment)
    by_second = Counter(calls.read_text(encoding="utf-8").split())
    span = int(max(by_second)) - int(min(by_second)) + 1
    print(
        f"{rows} rows on a cluster: {by_second.total()} calls of the engine in {span} s, "
        f"{by_second.total() / span:.2f} a second   (to reach: at most 1)"
    )


def main() -> None:
    """Measure all."""
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as name:
        for command in (SHORT, WAITING):
            measure_queue(Path(name), command)
        for rows in (ROWS, LARGE):
            measure_update(Path(name), rows)
        measure_calls(Path(name), ROWS)


if __name__ == "__main__":
    main()
