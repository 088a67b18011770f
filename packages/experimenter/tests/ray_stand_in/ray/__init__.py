"""A stand-in for Ray on this machine: detached actors, each a process, known by their names in a folder.

It behaves as Ray 2.60 does where the executor can tell: names, actors that wait, methods of actors, their end.
`slow/test_ray_for_real.py` runs the same tests on Ray. The folder $STAND_IN_OF_RAY holds a folder for each actor.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

HOME = Path(os.environ["STAND_IN_OF_RAY"])
CPUS = 8
state = SimpleNamespace(connected=False, own=None)


class RayError(Exception):
    """An error of Ray."""


exceptions = SimpleNamespace(RayError=RayError)


def is_initialized():
    return state.connected


def init(address, namespace, log_to_driver, logging_level):
    if os.environ.get("RAY_ADDRESS") != "stand-in":
        raise ConnectionError("Could not find any running Ray instance. Please specify the one to connect to.")
    state.connected = True


def shutdown():
    state.connected = False


def remote(cls):
    return Remote(cls, {})


class Remote:
    """A class of actors."""

    def __init__(self, cls, options):
        self._cls, self._options = cls, options

    def options(self, **options):
        assert options["lifetime"] == "detached"
        assert options["max_restarts"] == 0
        return Remote(self._cls, options)

    def remote(self, *args):
        folder = HOME / self._options["name"]
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            raise ValueError(f"The name {folder.name} is already taken.") from None
        (folder / "namespace").write_text(self._options["namespace"])
        (folder / "made").write_bytes(pickle.dumps((self._cls, args, self._options)))
        subprocess.run([sys.executable, __file__, str(folder)], check=True, stdout=subprocess.DEVNULL)
        return Handle(folder)


class Handle:
    """An actor."""

    def __init__(self, folder):
        self.folder = folder
        self.stop = SimpleNamespace(remote=(folder / "stop").touch)


def get_actor(name, namespace):
    if not is_alive(HOME / name):
        raise ValueError(f"Failed to look up actor with name '{name}'.")
    return Handle(HOME / name)


def kill(actor):
    with suppress(ProcessLookupError):
        os.kill(int((actor.folder / "pid").read_text()), signal.SIGKILL)


def get_runtime_context():
    return SimpleNamespace(current_actor=Handle(state.own))


def list_named_actors(all_namespaces):
    found = [folder for folder in HOME.iterdir() if is_alive(folder)] if HOME.exists() else []
    return [{"name": folder.name, "namespace": (folder / "namespace").read_text()} for folder in found]


util = SimpleNamespace(list_named_actors=list_named_actors)


def is_alive(folder):
    try:
        told = Path(f"/proc/{(folder / 'pid').read_text()}/stat").read_text()
    except OSError:
        return False
    return told.rpartition(")")[2].split()[0] not in "ZX"


def be_actor(folder):
    """Wait for room, make the object, and call its method."""
    cls, args, options = pickle.loads((folder / "made").read_bytes())
    while options["num_cpus"] > CPUS:
        time.sleep(0.02)
    os.environ.pop("CUDA_VISIBLE_DEVICES", None)
    if options["num_gpus"]:
        os.environ["CUDA_VISIBLE_DEVICES"] = "7"
    sys.modules["ray"] = sys.modules[__name__]
    state.own = folder
    actor = cls(*args)
    while True:
        if (folder / "stop").exists():
            (folder / "stop").unlink()
            actor.stop()
        time.sleep(0.02)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    child = os.fork()
    if child:
        (place / "pid").write_text(str(child))
        os._exit(0)
    os.setsid()
    be_actor(place)
