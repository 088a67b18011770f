"""A process that finds the same modules as this one, at the same places."""

import subprocess
import sys

import pytest

from tfaip.params.trust import searched_last
from tfaip.params.trust.preferred import _PreferredFinder
from tfaip.params.trust.same_modules import command_with_same_modules


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """The current folder, which holds a module of its own and one that shadows the standard library."""
    (tmp_path / "mine.py").write_text("VALUE = 7")
    (tmp_path / "json.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(searched_last._InstalledFirst, "folders", {})
    monkeypatch.setattr(_PreferredFinder, "folders", {})
    return tmp_path


def output_of(statement, *words):
    done = subprocess.run([*command_with_same_modules(statement), *words], capture_output=True, text=True, check=False)
    return done.stdout.split() or done.stderr.splitlines()[-1]


def test_the_current_folder_counts_behind_what_is_installed_as_it_does_here(here):
    searched_last.search_last(str(here))
    assert output_of("import json, mine; print(mine.VALUE, json.loads('1'), *sys.argv[1:])", "a", "b") == [
        "7",
        "1",
        "a",
        "b",
    ]


def test_a_current_folder_that_does_not_count_here_does_not_count_there():
    sys.path[:] = [entry for entry in sys.path if entry]
    assert output_of("import mine") == "ModuleNotFoundError: No module named 'mine'"


def test_a_module_that_a_person_named_by_a_path_is_found_there(here):
    from tfaip.params.trust.preferred import prefer

    (here / "named").mkdir()
    (here / "named" / "mine.py").write_text("VALUE = 8")
    searched_last.search_last(str(here))
    prefer({"mine": str(here / "named")})
    assert output_of("import mine; print(mine.VALUE)") == ["8"]


TOLD = (
    "import sys; from tfaip.params.trust.same_modules import command_with_same_modules as command; "
    "print(sorted(sys._xoptions), sorted(set(sys.warnoptions)), sys.flags, sep='; ')"
)


@pytest.mark.parametrize(
    "options",
    [["-Werror::FutureWarning"], ["-Xdev"], ["-OO", "-Xutf8"], ["-Wignore", "-Xdev", "-b"], ["-E", "-s"], ["-I"]],
    ids=" ".join,
)
def test_options_of_python_count_there_too(options, monkeypatch):
    monkeypatch.delenv("PYTHONWARNINGS", raising=False)
    asks = f"{TOLD}; import subprocess; subprocess.run(command({TOLD!r}))"
    ours, theirs = subprocess.run(
        [sys.executable, "-u", "-P", *options, "-c", asks], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    # The other one is told of -I by its parts.
    assert theirs.replace("isolated=1", "isolated=0") == ours.replace("isolated=1", "isolated=0")


def test_a_current_folder_that_was_removed_is_left_out(here):
    (here / "gone").mkdir()
    asks = "import os, subprocess; os.rmdir(os.getcwd()); "
    asks += "from tfaip.params.trust.same_modules import command_with_same_modules as command; "
    asks += "print(subprocess.run(command('import json; print(1)')).returncode)"
    done = subprocess.run(
        [sys.executable, "-u", "-c", asks], capture_output=True, text=True, cwd=here / "gone", check=False
    )
    assert done.stdout.split() == ["1", "0"], done.stderr
