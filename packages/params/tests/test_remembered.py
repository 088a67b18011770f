"""The places that a user has named on a command line are trusted there and nowhere else."""

from __future__ import annotations

import json
import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import platformdirs
import pytest

from tfaip.params.trust.locating import locate
from tfaip.params.trust.remembered import is_remembered, remember, remember_package_of, trusted_file


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with a package and a module, on the path; the configuration folder is a new one."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    for name in ("here", "elsewhere"):
        for module in ("lab_memory/tasks/one", "lab_single"):
            path = (tmp_path / name / module).with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "here")])
    return tmp_path / "here"


def knows(module: str) -> bool:
    located = locate(module)
    assert located is not None
    return is_remembered(located)


def test_nothing_is_known_before() -> None:
    assert not knows("lab_memory.tasks.one")
    assert not trusted_file().exists()


@pytest.mark.parametrize("way", [lambda: remember("lab_memory"), lambda: remember_package_of("lab_memory.tasks.one")])
def test_a_package_is_known_at_its_place_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way) -> None:  # type: ignore[no-untyped-def]
    way()
    assert knows("lab_memory.tasks.one")
    assert not knows("lab_single")
    monkeypatch.setattr(sys, "path", [*sys.path[:-1], str(tmp_path / "elsewhere")])
    assert not knows("lab_memory.tasks.one")


def test_a_module_that_is_in_no_package_does_not_vouch_for_its_neighbours() -> None:
    remember_package_of("lab_single")
    assert knows("lab_single")
    assert not knows("lab_memory.tasks.one")


def test_a_subpackage_that_is_named_is_known_alone(here: Path) -> None:
    (here / "lab_memory" / "two.py").touch()
    remember("lab_memory.tasks")
    assert knows("lab_memory.tasks.one")
    assert not knows("lab_memory.two")


def test_the_file_is_for_its_owner_alone_and_holds_plain_places(here: Path) -> None:
    remember("lab_memory")
    remember("lab_single")
    remember("lab_memory")
    assert stat.S_IMODE(trusted_file().stat().st_mode) == 0o600
    assert json.loads(trusted_file().read_text()) == {"places": [str(here / "lab_memory"), str(here / "lab_single.py")]}
    assert [path.name for path in trusted_file().parent.iterdir()] == ["trusted.json"]


@pytest.mark.parametrize(("value", "writes"), [("true", False), ("1", False), ("false", True), ("", True)])
def test_nothing_is_noted_under_continuous_integration(
    monkeypatch: pytest.MonkeyPatch, value: str, writes: bool
) -> None:
    monkeypatch.setenv("CI", value)
    remember("lab_memory")
    assert trusted_file().exists() is writes


def test_completing_a_line_does_not_give_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TFAIP_COMPLETE", "bash")
    remember("lab_memory")
    assert not trusted_file().exists()


def test_what_is_read_is_not_noted(here: Path) -> None:
    remember("lab_memory", reading=[here / "lab_memory"])
    remember("absent_lab")
    assert not trusted_file().exists()


def test_installed_scenarios_need_no_note() -> None:
    remember_package_of("tfaip.params.trust")
    assert not trusted_file().exists()


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("no folder")
    remember("lab_memory")
    assert not knows("lab_memory.tasks.one")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"places": 3}', '{"places": [3, null, "relative"]}', "[" * 100_000, "\0"]
)
def test_a_damaged_file_is_empty_and_written_anew(text: str) -> None:
    trusted_file().parent.mkdir(parents=True)
    trusted_file().write_text(text)
    trusted_file().chmod(0o600)
    assert not knows("lab_memory.tasks.one")
    remember("lab_memory")
    assert knows("lab_memory.tasks.one")


def test_a_file_that_others_may_write_does_not_count() -> None:
    remember("lab_memory")
    trusted_file().chmod(0o666)
    assert not knows("lab_memory.tasks.one")
    remember("lab_single")
    assert stat.S_IMODE(trusted_file().stat().st_mode) == 0o600
    assert not knows("lab_memory.tasks.one")


def test_a_pipe_in_its_place_hangs_nobody() -> None:
    trusted_file().parent.mkdir(parents=True)
    os.mkfifo(trusted_file(), 0o600)
    assert not knows("lab_memory.tasks.one")


def no_home(*_: object, **__: object) -> Path:
    raise RuntimeError("could not determine the home directory")


@pytest.mark.parametrize("found", [no_home, lambda *_, **__: Path("~/.config")])
def test_nothing_is_remembered_of_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch, here: Path, found) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(platformdirs, "user_config_path", found)
    remember("lab_memory")
    assert not knows("lab_memory.tasks.one")
    assert not (here / "~").exists()


def test_places_that_are_gone_are_forgotten(here: Path) -> None:
    remember("lab_single")
    (here / "lab_single.py").unlink()
    remember("lab_memory")
    assert json.loads(trusted_file().read_text()) == {"places": [str(here / "lab_memory")]}


def test_commands_that_write_at_the_same_time_lose_nothing(here: Path) -> None:
    names = [f"lab_parallel_{number}" for number in range(8)]
    for name in names:
        (here / f"{name}.py").touch()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(remember, names))
    assert all(map(knows, names))
