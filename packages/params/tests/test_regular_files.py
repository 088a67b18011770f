"""Files of other people are read within bounds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tfaip.params.regular_files import open_regular, open_regular_anew, read_regular, require_regular


def test_a_regular_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"1234")
    (tmp_path / "link").symlink_to("file")
    assert read_regular(tmp_path / "file", 4) == read_regular(tmp_path / "link", 4) == b"1234"
    assert require_regular(tmp_path / "file").st_size == 4


@pytest.mark.parametrize(("limit", "shown"), [(3, "3 bytes"), (1 << 20, "1 MiB")])
def test_a_file_over_the_limit_is_refused(tmp_path: Path, limit: int, shown: str) -> None:
    with (tmp_path / "file").open("wb") as file:
        file.truncate(limit + 1)
    with pytest.raises(OSError, match=f"it is larger than {shown}"):
        read_regular(tmp_path / "file", limit)


def test_a_file_that_hides_its_size_is_read_up_to_the_limit() -> None:
    # /proc tells no sizes.
    if not Path("/proc/self/status").exists():
        pytest.skip("there is no /proc on this system")
    with pytest.raises(OSError, match="it is larger than 10 bytes"):
        read_regular("/proc/self/status", 10)


@pytest.mark.parametrize("read", [open_regular, require_regular, lambda path: read_regular(path, 10)])
def test_special_files_are_refused_at_once(tmp_path: Path, read: object) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    for name, kind in {"pipe": "a pipe", "link": "a device", ".": "a folder"}.items():
        with pytest.raises(OSError, match=f"it is {kind}, not a regular file"):
            read(tmp_path / name)  # type: ignore[operator]  # each is a function of a path


@pytest.mark.parametrize("name", ["absent", "loop", "a\0b", "x" * 300])
def test_names_of_no_file_are_an_os_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError, match=r".+") as error:
        read_regular(tmp_path / name, 10)
    assert error.value.strerror


@pytest.mark.parametrize("kind", ["nothing", "file", "link", "dead link", "pipe"])
def test_a_file_that_is_written_anew_is_regular_and_follows_no_link(tmp_path, kind):
    path, other = tmp_path / "file", tmp_path / "other"
    if kind == "file":
        path.write_text("a longer text than the new one")
    elif kind == "link":
        other.write_text("of the user")
    if "link" in kind:
        path.symlink_to(other)
    elif kind == "pipe":
        os.mkfifo(path)
    with open_regular_anew(path) as file:
        file.write(b"new")
    assert path.read_text() == "new"
    assert not path.is_symlink()
    assert other.exists() == (kind == "link")
    assert kind != "link" or other.read_text() == "of the user"
