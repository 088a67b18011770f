"""The current folder shadows nothing that is installed."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tfaip.params.trust.current_folder import search_current_folder
from tfaip.params.trust.locating import locate
from tfaip.params.trust.preferred import _PreferredFinder, prefer


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder; nothing on the path leads there yet."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(_PreferredFinder, "folders", {})
    before = dict(sys.modules)
    yield folder
    sys.modules.clear()
    sys.modules.update(before)


def test_the_current_folder_comes_last_and_once(here: Path) -> None:
    search_current_folder()
    search_current_folder()
    assert sys.path[-1] == str(here)
    assert sys.path.count(str(here)) == 1


@pytest.mark.parametrize("entry", ["", "."])
def test_a_command_moves_it_there_a_program_keeps_its_order(here: Path, entry: str) -> None:
    sys.path.insert(0, entry)
    before = [*sys.path]
    search_current_folder()
    assert sys.path == before
    search_current_folder(move=True)
    assert sys.path == [*before[1:], str(here)]


def test_it_stays_where_pythonpath_has_put_it(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["/nowhere", str(here)]))
    sys.path[:0] = ["", str(here)]
    search_current_folder(move=True)
    assert sys.path[0] == str(here)
    assert sys.path.count(str(here)) == 1


def test_it_is_left_out_where_python_shall_be_careful(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "flags", SimpleNamespace(safe_path=True, ignore_environment=0, no_site=0))
    search_current_folder(move=True)
    assert str(here) not in sys.path


@pytest.mark.parametrize("read", [".", ".."])
def test_it_is_left_out_where_it_lies_in_a_folder_that_is_read(here: Path, read: str) -> None:
    sys.path.insert(0, "")
    search_current_folder([read], move=True)
    assert "" not in sys.path
    assert str(here) not in sys.path


def test_a_folder_that_is_read_is_no_optional_module(here: Path) -> None:
    (here / "optional_module_of_nobody").mkdir()
    (here / "optional_module_of_nobody" / "__init__.py").write_text("raise SystemExit('it runs')")
    search_current_folder(["optional_module_of_nobody"])
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("optional_module_of_nobody")


def test_what_the_standard_library_has_elsewhere_is_not_found_here(here: Path) -> None:
    absent = next(name for name in ("winreg", "termios") if importlib.util.find_spec(name) is None)
    (here / f"{absent}.py").write_text("raise SystemExit('it runs')")
    search_current_folder()
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(absent)


def test_a_current_folder_that_is_gone_is_no_error(here: Path) -> None:
    here.rmdir()
    search_current_folder(move=True)


def write_installed(folder: Path, file: str, text: str) -> None:
    path = folder / file
    path.parent.mkdir(parents=True)
    path.write_text(text)


@pytest.mark.parametrize("file", ["lab_portions/__init__.py", "lab_portions.py"])
def test_an_installed_package_without_init_is_not_shadowed(here: Path, tmp_path: Path, file: str) -> None:
    write_installed(tmp_path / "site", "lab_portions/inner.py", "x = 'installed'")
    (here / file).parent.mkdir(exist_ok=True)
    (here / file).write_text("raise SystemExit('it runs')")
    sys.path.append(str(tmp_path / "site"))
    search_current_folder(move=True)
    assert importlib.import_module("lab_portions.inner").x == "installed"


def test_a_folder_that_is_read_is_no_portion_of_an_installed_package(here: Path, tmp_path: Path) -> None:
    write_installed(tmp_path / "site", "lab_portions/inner.py", "")
    write_installed(here, "lab_portions/more.py", "raise SystemExit('it runs')")
    sys.path.append(str(tmp_path / "site"))
    search_current_folder(["lab_portions"], move=True)
    importlib.import_module("lab_portions.inner")
    sys.path.append(str(tmp_path))  # Python looks for portions again
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("lab_portions.more")


def test_the_portion_of_a_package_that_is_no_folder_which_is_read_is_found(here: Path, tmp_path: Path) -> None:
    write_installed(tmp_path / "site", "lab_portions/inner.py", "")
    write_installed(here, "lab_portions/more.py", "x = 'here'")
    sys.path.append(str(tmp_path / "site"))
    search_current_folder(move=True)
    assert importlib.import_module("lab_portions.more").x == "here"


def test_an_editable_installation_whose_finder_comes_behind_the_path_is_not_shadowed(
    here: Path, tmp_path: Path
) -> None:
    write_installed(tmp_path / "project", "lab_editable.py", "x = 'installed'")
    (here / "lab_editable.py").write_text("raise SystemExit('it runs')")
    place = [str(tmp_path / "project")]
    finder: Any = SimpleNamespace(
        find_spec=lambda name, path=None, target=None: PathFinder.find_spec(name, place) if path is None else None
    )
    sys.meta_path.append(finder)
    search_current_folder(move=True)
    located = locate("lab_editable")
    assert located is not None
    assert located.file == str(tmp_path / "project" / "lab_editable.py")
    assert importlib.import_module("lab_editable").x == "installed"


def test_a_preferred_module_is_found_before_all_others_and_nothing_beside_it(here: Path, tmp_path: Path) -> None:
    for folder, text in ((here, "x = 'here'"), (tmp_path, "x = 'installed'")):
        (folder / "lab_preferred.py").write_text(text)
        (folder / "lab_beside.py").write_text(text)
    sys.path.insert(0, str(tmp_path))
    prefer({"lab_preferred": str(here)})
    assert importlib.import_module("lab_preferred").x == "here"
    assert importlib.import_module("lab_beside").x == "installed"


# What Python 3.11 imports by itself before it runs the module of `python -m`.
OF_PYTHON = (
    *("importlib", "warnings", "contextlib", "collections", "keyword", "operator"),
    *("reprlib", "functools", "types", "runpy"),
)


@pytest.mark.parametrize("arguments", [["-m", "tfaip.params"], ["-mtfaip.params"], ["-B", "-m", "tfaip.params"]])
def test_a_module_that_is_run_imports_nothing_from_the_current_folder(here: Path, arguments: list[str]) -> None:
    names = {
        *sys.stdlib_module_names,
        "attr",
        "attrs",
        "annotated_types",
        "rich",
        "yaml",
        "tomli_w",
        "numpy",
        "tensorflow",
    }
    for name in names.difference(OF_PYTHON):
        (here / f"{name}.py").write_text(f"raise SystemExit('{name} runs')")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([sys.executable, *arguments, "--help"], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert "usage: python -m tfaip.params" in done.stdout
