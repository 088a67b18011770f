"""Which executors there are, by name; any other is named by its class."""

from __future__ import annotations

import importlib
from pathlib import Path

from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.executors.interface import Executor
from tfaip.params.trust.current_folder import search_current_folder
from tfaip.params.trust.locating import locate
from tfaip.params.trust.trust import refuse_two_places
from tfaip.params.values.problem import ValueProblem

__all__ = ["DEFAULT_EXECUTOR", "EXECUTORS", "make_executor"]

DEFAULT_EXECUTOR = "local"
EXECUTORS = {"local": "tfaip.experimenter.executors.local:LocalExecutor"}

METHODS = ("refusal", "submit", "poll", "cancel", "forget", "wait", "close")


def make_executor(name: str, folder: Path) -> Executor:
    """Make the executor of a name.

    Args:
        name: A name of the registry, or `module:Class`; modules in the current folder are found too.
        folder: Where it may keep its records, beside the queue's state. It is what the class is called with.

    Raises:
        ExperimenterError: There is no such executor, or it can't be one.
    """
    target = EXECUTORS.get(name, name)
    module_name, colon, class_name = target.partition(":")
    if not (module_name and colon and class_name):
        known = ", ".join(EXECUTORS)
        raise ExperimenterError(f"--executor: there is no executor {name}; allowed is {known}, or module:Class")
    search_current_folder()
    try:
        refuse_two_places(module_name, locate(module_name))
        module = importlib.import_module(module_name)
    except ValueProblem as problem:
        raise ExperimenterError("; ".join([f"--executor: {problem.problem}", *problem.hints])) from None
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise  # the module is there, and lacks one of its own
        raise ExperimenterError(f"--executor: there is no module {module_name}, got {name}") from error
    cls = getattr(module, class_name, None)
    if not isinstance(cls, type):
        raise ExperimenterError(f"--executor: {module_name} has no class {class_name}, got {name}")
    if missing := [method for method in METHODS if not callable(getattr(cls, method, None))]:
        raise ExperimenterError(f"--executor: {name} must be an Executor; it lacks {', '.join(missing)}")
    executor: Executor = cls(folder)
    return executor
