import errno
import json
import os
import signal
import subprocess
import sys
import time

import filelock
import pytest

from tfaip.model.folders.folder_lock import FolderInUseError, FolderLock
from tfaip.model.folders.heartbeat import Heartbeat

HOLDER = """
import sys
from pathlib import Path
from tfaip.model.folders.folder_lock import FolderLock
with FolderLock(Path(sys.argv[1])):
    {then}
"""


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr("tfaip.model.folders.folder_lock.WAIT", 0.0)
    return tmp_path / ".lock"


@pytest.fixture
def without_locks(monkeypatch):
    """A file system without locks, as NFS may be."""

    def refuse(*args, **kwargs):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(filelock, "lock_descriptor", refuse)


def holder(path, then):
    """Another process that holds the lock and says so."""
    code = HOLDER.format(then=then)
    process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline()


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_in_place_of_the_lock_is_refused_and_the_file_it_names_stays(path, exists):
    other = path.with_name("of the user")
    if exists:
        other.write_text("text")
    path.symlink_to(other)
    with pytest.raises(OSError, match=r"\.lock in it is no regular file; remove it"):
        FolderLock(path).acquire()
    assert other.exists() == exists
    assert not exists or other.read_text() == "text"


def test_one_holds_it_and_the_message_names_process_and_host(path):
    with FolderLock(path) as lock:
        assert lock.is_held
        with pytest.raises(FolderInUseError) as raised:
            FolderLock(path).acquire()
    assert f"in use by process {os.getpid()} on {os.uname().nodename}" in str(raised.value)
    assert not lock.is_held
    assert list(path.parent.iterdir()) == []


def test_a_killed_owner_blocks_nobody_and_neither_does_its_file_on_another_host(path):
    process, _ = holder(path, "print(1, flush=True); __import__('time').sleep(60)")
    with pytest.raises(FolderInUseError, match=f"process {process.pid} "):
        FolderLock(path).acquire()
    process.send_signal(signal.SIGKILL)
    process.wait()
    path.write_text(json.dumps({"host": "elsewhere", "pid": 1}))
    with FolderLock(path) as lock:
        assert lock.is_held


def test_a_forked_child_that_outlives_the_owner_does_not_hold_it(path):
    child = "import os, time\n    if os.fork() == 0: print(os.getpid(), flush=True); time.sleep(60)\n    os._exit(0)"
    process, pid = holder(path, child)
    try:
        process.wait()
        with FolderLock(path) as lock:
            assert lock.is_held
    finally:
        os.kill(int(pid), signal.SIGKILL)


def test_a_forked_child_that_ends_leaves_the_lock_to_its_parent(path):
    with FolderLock(path) as lock:
        if (pid := os.fork()) == 0:
            lock.release()
            os._exit(1 if lock.is_held else 0)
        assert os.waitpid(pid, 0)[1] == 0
        assert path.exists()
        with pytest.raises(FolderInUseError):
            FolderLock(path).acquire()


def test_a_lock_whose_file_was_removed_by_its_owner_is_taken_anew(path, monkeypatch):
    lock_descriptor = filelock.lock_descriptor
    opened = []

    def removed_before(descriptor, **keywords):
        if not opened:
            path.unlink()  # the owner gives up between opening and locking
        opened.append(descriptor)
        return lock_descriptor(descriptor, **keywords)

    monkeypatch.setattr(filelock, "lock_descriptor", removed_before)
    with FolderLock(path):
        assert len(opened) == 2
        monkeypatch.setattr(filelock, "lock_descriptor", lock_descriptor)
        with pytest.raises(FolderInUseError):
            FolderLock(path).acquire()


def test_without_locks_a_heartbeat_keeps_others_out(path, without_locks):
    with FolderLock(path) as lock:
        assert lock.is_held
        with pytest.raises(FolderInUseError, match=f"process {os.getpid()} "):
            FolderLock(path).acquire()
    assert list(path.parent.iterdir()) == []


def test_a_heartbeat_older_than_a_minute_is_that_of_a_dead_owner(path, without_locks):
    heartbeat = path.with_name(".lock.heartbeat")
    heartbeat.write_text(json.dumps({"host": "elsewhere", "pid": 1}))
    os.utime(heartbeat, (time.time() - 50,) * 2)
    with pytest.raises(FolderInUseError, match="process 1 on elsewhere"):
        FolderLock(path).acquire()
    os.utime(heartbeat, (time.time() - 61,) * 2)
    with FolderLock(path) as lock:
        assert lock.is_held


def test_a_lock_that_another_process_has_taken_is_lost(path, without_locks, monkeypatch):
    monkeypatch.setattr("tfaip.model.folders.heartbeat.INTERVAL", 0.001)
    with FolderLock(path) as lock:
        assert not lock.is_lost
        path.with_name(".lock.heartbeat").write_text("of another process")
        while lock.is_held:
            time.sleep(0.001)
        assert lock.is_lost
    assert path.with_name(".lock.heartbeat").read_text() == "of another process"


def test_an_owner_touches_its_file_until_another_one_has_taken_its_place(tmp_path, monkeypatch):
    monkeypatch.setattr("tfaip.model.folders.heartbeat.INTERVAL", 0.001)
    heartbeat = Heartbeat(tmp_path / "alive")
    assert heartbeat.begin()
    os.utime(heartbeat.path, (0, 0))
    while heartbeat.path.stat().st_mtime == 0:
        time.sleep(0.001)
    (tmp_path / "other").write_text("of another process")
    (tmp_path / "other").replace(heartbeat.path)
    while heartbeat.is_held:
        time.sleep(0.001)
    heartbeat.end()
    assert heartbeat.path.read_text() == "of another process"


@pytest.mark.parametrize("content", [b"", b"\xff", b"[1]", b'{"pid": "x", "host": "h"}', b"[" * 100_000])
def test_an_owner_who_has_left_an_odd_record_is_another_process(path, content):
    with FolderLock(path):
        path.write_bytes(content)
        with pytest.raises(FolderInUseError) as raised:
            FolderLock(path).acquire()
    assert raised.value.owner == "another process"


def test_control_characters_of_an_owner_are_shown_as_escapes(path):
    with FolderLock(path):
        path.write_text(json.dumps({"pid": 1, "host": "\x1b[31mh\nresults"}))
        with pytest.raises(FolderInUseError) as raised:
            FolderLock(path).acquire()
    assert "\x1b" not in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.usefixtures("without_locks")
def test_a_pipe_in_place_of_a_heartbeat_is_not_waited_for(path):
    os.mkfifo(path.with_name(".lock.heartbeat"))
    with pytest.raises(OSError, match="it is a pipe"):
        FolderLock(path).acquire()
