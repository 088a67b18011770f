"""What the README shows is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_first_example_prints_what_the_readme_shows(
    command: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    make, read, _ = blocks("python")
    subprocess.run([sys.executable, "-c", make], check=True)
    (console,) = blocks("console")
    shown = console.split("--dry_run\n")[1].split("$ ")[0]
    assert command("--xlsx", "runs.xlsx", "--dry_run").stdout == shown
    assert command("--xlsx", "runs.xlsx", "--cpus", "0", "1").returncode == 0
    console_log = Path("runs.xlsx.experimenter/runs/2/console.log")
    assert console_log.read_text() == "hello --name Grace Hopper\n"
    done = subprocess.run([sys.executable, "-c", read], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("1 ('echo', 'hello', '--name', 'Ada')\n")


def test_the_executor_of_the_readme_is_selected_with_its_parameter(
    command: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    Path("my_cluster.py").write_text(blocks("python")[2], encoding="utf-8")
    done = command("--executor", "my_cluster:ClusterParams", "--executor.partition", "cpu", "--show")
    assert "partition: str = 'cpu'" in done.stdout or "partition: cpu" in done.stdout, done.stdout + done.stderr


def test_every_argument_of_the_command_is_in_the_readme(
    command: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    text = README.read_text(encoding="utf-8")
    own = command("--help").stdout.split("always there")[0]
    arguments = set(re.findall(r"^\s+(--\w+)", own, flags=re.MULTILINE))
    assert len(arguments) >= 12
    assert {argument for argument in arguments if argument not in text} == set()


def test_the_row_that_the_readme_explains_means_that_line(workbook: Callable[..., Path]) -> None:
    from tfaip.experimenter import read_sheet
    from tfaip.experimenter.commands.command_words import quoted

    lines = README.read_text(encoding="utf-8").splitlines()
    start = lines.index("| COMMAND | SCENARIO | ID | CLEANUP | PARAMS | | | |")
    rows = [
        [cell.strip() or None for cell in lines[n].strip("|").split("|")] for n in (start, *range(start + 2, start + 5))
    ]
    (row,) = read_sheet(workbook(*rows)).rows
    assert f"means `{quoted(row.words)}`." in lines
