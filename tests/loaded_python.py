"""Python processes that have loaded TensorFlow already: forks of one process that does nothing else.

Loading TensorFlow takes a command longer than the training of a test. The forks are otherwise like fresh processes. A
test about what a command loads, or says while it loads, starts a process of its own.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path


def run_loaded(script: Path, *arguments: str, cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess:
    """Run a Python file as `subprocess.run` does, with TensorFlow and Keras loaded."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        words = [str(script), *arguments]
        request = {"words": words, "cwd": str(cwd), "env": dict(env), "out": str(out), "err": str(err)}
        code = _server().ask(request)
        return subprocess.CompletedProcess(words, code, *(file.read_text("utf-8", "replace") for file in (out, err)))


@cache
def _server() -> _Server:
    return _Server()


class _Server:
    """Ends with the process that has started it, whose end closes the pipe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def ask(self, request: Mapping[str, object]) -> int:
        """Run a file in a fork; return its exit code, which is negative for a signal."""
        with self._lock:
            assert self._process.stdin
            assert self._process.stdout
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        assert answer, "the process that has loaded TensorFlow has ended"
        return int(answer)


def _serve() -> Sequence[str] | None:
    """Answer requests; in a fork, return the words of the command."""
    # Messages of TensorFlow are those of the tests' log, since it is this process that loads it.
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras  # noqa: F401
    import tensorflow as tf  # noqa: F401

    while line := sys.stdin.readline():
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            return _become(request)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    return None


def _become(request: dict) -> Sequence[str]:
    for number, path, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, request["out"], os.O_WRONLY | os.O_CREAT),
        (2, request["err"], os.O_WRONLY | os.O_CREAT),
    ):
        file = os.open(path, flags)
        os.dup2(file, number)
        os.close(file)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    paths = [path for path in request["env"].get("PYTHONPATH", "").split(os.pathsep) if path and path not in sys.path]
    sys.path[:] = [str(Path(request["words"][0]).parent), *paths, *sys.path[1:]]
    return request["words"]


if __name__ == "__main__":
    words = _serve()
    if words:
        sys.argv[:] = words
        runpy.run_path(words[0], run_name="__main__")
