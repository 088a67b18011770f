"""A folder that is replaced is never lost, whenever the process is killed."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from tfaip.model import Bundle
from tfaip.model.folders import atomic_folder
from tfaip.model.folders.atomic_folder import exchange, replaced_folder, standing_folder

# Replaces a folder, and dies by SIGKILL at the given call of what changes names.
KILLED = """
import os, signal, sys
from pathlib import Path
from tfaip.model.folders import atomic_folder
path, can_exchange, deadly = Path(sys.argv[1]), sys.argv[2] == "yes", int(sys.argv[3])
calls = 0
def counted(function):
    def call(*arguments, **keywords):
        global calls
        calls += 1
        if calls == deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **keywords)
    return call
Path.replace = counted(Path.replace)
atomic_folder.exchange = counted(atomic_folder.exchange if can_exchange else lambda *_: False)
atomic_folder.shutil.rmtree = counted(atomic_folder.shutil.rmtree)
with atomic_folder.replaced_folder(path) as folder:
    (folder / "content").write_text("new")
print(calls)
"""


def run_killed(path: Path, can_exchange: str, deadly: int) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", KILLED, str(path), can_exchange, str(deadly)], capture_output=True, text=True
    )


@pytest.mark.parametrize("can_exchange", ["yes", "no"])
def test_a_kill_at_any_step_leaves_the_old_or_the_new_content(tmp_path, can_exchange):
    steps = 1
    for deadly in range(1, 20):
        path = tmp_path / str(deadly) / "best"
        path.mkdir(parents=True)
        (path / "content").write_text("old")
        done = run_killed(path, can_exchange, deadly)
        found = standing_folder(path)
        assert (found / "content").read_text() in ("old", "new")
        if can_exchange == "yes" and exchange_works(tmp_path):
            assert found == path
        # Whoever writes next gives the place its name back.
        with replaced_folder(path) as folder:
            assert (standing_folder(path) / "content").read_text() in ("old", "new")
            (folder / "content").write_text("newest")
        assert (path / "content").read_text() == "newest"
        assert [entry.name for entry in path.parent.iterdir()] == ["best"]
        steps = deadly
        if done.returncode == 0:
            break
        assert done.returncode == -9, done.stderr
    assert steps > 4


def exchange_works(tmp_path) -> bool:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir(exist_ok=True)
    return exchange(one, other)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a call of Linux")
def test_two_folders_change_places_in_one_step(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    if not exchange(tmp_path / "one", tmp_path / "other"):
        pytest.skip("the file system can't")
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["other"]
    assert not exchange(tmp_path / "one", tmp_path / "missing")


def test_a_bundle_that_was_put_aside_by_a_killed_export_is_still_found(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(atomic_folder, "exchange", lambda *_: False)
    former = tmp_path / ".best.former"
    former.mkdir()
    (former / "scenario_params.json").write_text("{}")
    with caplog.at_level(logging.WARNING):
        assert Bundle.at(tmp_path / "best").path == former
    assert "was interrupted; the bundle before it is used" in caplog.text


def test_a_link_to_another_disk_stays_and_its_folder_is_replaced_each_time(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    link = tmp_path / "best"
    link.symlink_to(disk / "best")
    for content in ("first", "second", "third"):
        with replaced_folder(link) as folder:
            (folder / "content").write_text(content)
        assert link.is_symlink()
        assert (disk / "best" / "content").read_text() == content
        assert sorted(path.name for path in tmp_path.rglob("*")) == ["best", "best", "content", "disk"]


@pytest.mark.parametrize("name", [".best.writing", ".best.former"])
@pytest.mark.parametrize("kind", ["link", "file"])
def test_what_stands_in_the_way_of_a_new_folder_goes_but_never_what_a_link_names(tmp_path, name, kind):
    other = tmp_path / "other"
    other.mkdir()
    (other / "file").write_text("of the user")
    if kind == "link":
        (tmp_path / name).symlink_to(other)
    else:
        (tmp_path / name).write_text("")
    with replaced_folder(tmp_path / "best") as folder:
        (folder / "file").write_text("new")
    assert (tmp_path / "best" / "file").read_text() == "new"
    assert (other / "file").read_text() == "of the user"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["best", "other"]
