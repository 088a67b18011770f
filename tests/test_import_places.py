"""The reasons for which an import needn't stand at the top are computed, and no other counts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from commands import ROOT
from import_graph import ImportGraph, circles
from import_places import NOT_WAITED_FOR, PLACES, ImportPlaces

FILES = {
    "params/light.py": "import os\n",
    "params/heavy.py": "import tensorflow\n",
    "params/through.py": "from tfaip.params.heavy import f\n",
    "params/room/__init__.py": '"""A room."""\n',
    "params/room/__init__.pyi": """
from tfaip.params.heavy import f as passed_on
from tfaip.params.light import g as g
""",
    "params/cell.py": "def call():\n    from tfaip.params.room.door import enter\n",
    "params/room/door.py": "from tfaip.params.cell import call\n",
    "params/command.py": "import argparse\n",
    "predict/predictor.py": "from tfaip.params.read import f\n",
}
COMMAND = """
[project]
name = "tfaip-params"
dependencies = ["rich>=1", "attrs"]
[project.scripts]
p = "tfaip.params.m:main"
"""


@pytest.fixture
def misplaced(tmp_path: Path):
    """Return the targets of the imports without a reason in a module with this source."""

    def find(source: str, name: str = "params/m.py") -> list[str]:
        base = tmp_path / "packages/params/src"
        for path, text in {**FILES, name: source}.items():
            (base / "tfaip" / path).parent.mkdir(parents=True, exist_ok=True)
            (base / "tfaip" / path).write_text(text)
        (tmp_path / "packages/params/pyproject.toml").write_text(COMMAND)
        (tmp_path / "pyproject.toml").write_text('[project]\nname = "tfaip"\ndependencies = ["tfaip-params"]\n')
        graph = ImportGraph([base])
        return [found.target for found in ImportPlaces(graph, tmp_path).without_reason()]

    return find


@pytest.mark.parametrize(
    "line",
    [
        "from tfaip.params.light import f",
        "from tfaip.params.room import g",  # a name that an `__init__` passes on: its module counts
        "import shlex",
    ],
)
@pytest.mark.parametrize("place", ["def f():\n    ", "class C:\n    def f(self):\n        ", "if TYPE_CHECKING:\n    "])
def test_an_import_without_effect_is_found_wherever_it_stands(misplaced, line, place):
    assert len(misplaced(f"from typing import TYPE_CHECKING\n{place}{line}\n")) == 1


@pytest.mark.parametrize(
    "line",
    [
        "import keras.ops",
        "from tfaip.params.heavy import f",
        "from tfaip.params.through import f",
        "from tfaip.params.room import passed_on",
        "import rich.table",  # over 10 ms, and the module is a command
        "import pytest",  # installed, and no dependency of the package
        "import fcntl",
    ],
)
def test_what_the_top_would_load_is_a_reason(misplaced, line):
    assert misplaced(f"def f():\n    {line}\n") == []


def test_a_module_off_the_way_to_help_may_take_its_time(misplaced):
    assert misplaced("def f():\n    import rich.table\n", "params/other.py") == ["rich.table"]


def test_help_loads_nothing_that_only_a_training_needs():
    code = (
        "import sys\nfrom tfaip.trainer.cli.train import main\n"
        "try:\n    main(['examples.tutorial.min', '--help'])\n"
        f"except SystemExit:\n    print({NOT_WAITED_FOR!r} & sys.modules.keys())"
    )
    environment = {**os.environ, "CI": "1"}  # else the place of the examples is remembered
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("\nset()\n")


def test_a_module_on_the_way_to_a_prediction_may_do_without(misplaced):
    source = "def f():\n    import socket\n"
    assert misplaced(source, "params/read.py") == []
    assert misplaced(source, "params/other.py") == ["socket"]


def test_what_the_module_loads_anyway_is_no_reason(misplaced):
    assert misplaced("import rich.table\ndef f():\n    import rich.table\n") == ["rich.table"]


def test_an_import_that_would_close_a_circle_stays(misplaced):
    assert misplaced("") == []  # cell imports door in a function, and door imports cell


def test_a_circle_is_found_through_types_and_functions(tmp_path):
    (tmp_path / "tfaip").mkdir()
    for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
        text = f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from tfaip.{other} import x\n"
        (tmp_path / f"tfaip/{name}.py").write_text(text)
    graph = ImportGraph([tmp_path])
    assert circles(graph.edges(PLACES)) == [{"tfaip.a", "tfaip.b", "tfaip.c"}]
    assert circles(graph.edges(["top"])) == []
