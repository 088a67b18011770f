"""The executors by name. Any other is selected by its class, or comes from another distribution."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.executors.interface import Executor
from tfaip.experimenter.executors.local import LocalExecutorParams
from tfaip.experimenter.executors.params import ExecutorParams
from tfaip.experimenter.executors.ray import RayExecutorParams
from tfaip.experimenter.executors.slurm import SlurmExecutorParams
from tfaip.params import CommandLine, CommandLineError, field, params
from tfaip.params.registry import name_of, tag_of
from tfaip.params.trust.current_folder import search_current_folder
from tfaip.params.trust.locating import locate
from tfaip.params.trust.trust import refuse_two_places
from tfaip.params.values.problem import ValueProblem

__all__ = ["EXECUTORS", "METHODS", "ExecutorChoice", "accept_class", "executor_named", "name_of_executor"]

# The choices of `--executor`.
EXECUTORS: list[type[ExecutorParams]] = [LocalExecutorParams, SlurmExecutorParams, RayExecutorParams]

METHODS = ("refusal", "submit", "poll", "cancel", "forget", "wait", "close")


@params
class ExecutorChoice:
    """The executor of the rows."""

    executor: ExecutorParams = field(
        factory=EXECUTORS[0], choices=EXECUTORS, help="Executor that runs the rows; module:Class selects your own"
    )


def executor_named(name: str) -> ExecutorParams:
    """Return the parameters of an executor, with their defaults.

    Args:
        name: Values of `--executor`: a name, or `module:Class`.

    Raises:
        ExperimenterError: There is no such executor, or it can't be one.
    """
    accept_class(name)
    command = CommandLine("tfaip-experimenter")
    command.add_root("", ExecutorChoice)
    try:
        choice: ExecutorChoice = command.parse_or_raise(["--executor", name])[""]
    except CommandLineError as error:
        raise ExperimenterError(str(error)) from None
    return choice.executor


def name_of_executor(executor: ExecutorParams) -> str:
    """Return the name that selects an executor: the short one of ours, else `module:Class`."""
    cls = type(executor)
    return name_of(cls) if cls in EXECUTORS else tag_of(cls)


def accept_class(word: str) -> None:
    """Let `--executor module:Class` select an executor that has no parameters: a class that is called with its folder.

    Parameters are made for it, which the command line finds by the same name. A class of parameters, and a name of the
    registry, are left to the command line. Modules in the current folder are found too.

    Raises:
        ExperimenterError: There is no such class, or it can't be an executor.
    """
    module_name, colon, class_name = word.partition(":")
    if not (module_name and colon and class_name):
        return
    search_current_folder()
    try:
        refuse_two_places(module_name, locate(module_name))
        module = importlib.import_module(module_name)
    except ValueProblem as problem:
        raise ExperimenterError("; ".join([f"--executor: {problem.problem}", *problem.hints])) from None
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and f"{module_name}.".startswith(f"{error.name}."):
            raise ExperimenterError(f"--executor: there is no module {module_name}, got {word}") from error
        cause = f"{module_name} fails to import: {type(error).__name__}: {error}"
        raise ExperimenterError(f"--executor: {cause}, got {word}") from error
    cls = getattr(module, class_name, None)
    if not isinstance(cls, type):
        raise ExperimenterError(f"--executor: {module_name} has no class {class_name}, got {word}")
    if issubclass(cls, ExecutorParams):
        return
    if missing := [method for method in METHODS if not callable(getattr(cls, method, None))]:
        raise ExperimenterError(f"--executor: {word} must be an Executor; it lacks {', '.join(missing)}")
    _make_params(cls)


def _make_params(executor: Any) -> None:
    """Register parameters without fields under the name of the executor's own class."""

    def cls(self: ExecutorParams) -> type[Executor]:
        found: type[Executor] = executor
        return found

    def create(self: ExecutorParams, folder: Path) -> Executor:
        made: Executor = executor(folder)
        return made

    names = {"__module__": executor.__module__, "__qualname__": executor.__qualname__, "__doc__": executor.__doc__}
    params(type(executor.__name__, (ExecutorParams,), {**names, "cls": cls, "create": create}))
