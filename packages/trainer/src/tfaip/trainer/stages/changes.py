"""The differences of a stage, laid over the parameters of its run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from tfaip.params import CommandLineError, field, params, with_values
from tfaip.trainer.errors import StageError
from tfaip.trainer.schedules import SCHEDULES, LearningRateParams

__all__ = ["changed", "changed_schedule", "named_changes"]

_CLASS, _VERSION = "__cls__", "format_version"

T = TypeVar("T")


@params
class _Holder:
    """The schedule as a field, since only a field can get another class."""

    learning_rate: LearningRateParams = field(choices=SCHEDULES, help="The schedule")


def changed(value: T, changes: Mapping[str, Any], where: str, trust: Iterable[str]) -> T:
    """Return a copy of params with other values.

    Args:
        value: The params of the run.
        changes: Values by the names of their arguments, or nested; see `with_values`.
        where: The argument that holds the changes, for messages.
        trust: Packages from which classes may be imported.

    Raises:
        StageError: A name doesn't exist, or a value isn't allowed.
    """
    _require_mapping(changes, where)
    named = dict(named_changes(changes))
    if _CLASS in named and str(named.pop(_CLASS)).rpartition(":")[2] != type(value).__qualname__:
        raise StageError(f"{where}.{_CLASS} must be the class of the run, {type(value).__qualname__}")
    return _with_values(value, named, where, trust)


def changed_schedule(
    value: LearningRateParams, changes: Mapping[str, Any], where: str, trust: Iterable[str]
) -> LearningRateParams:
    """Return a copy of the parameters of a schedule with other values, perhaps of another class.

    Raises:
        StageError: As `changed`.
    """
    _require_mapping(changes, where)
    named = dict(named_changes(changes))
    chosen = {"learning_rate": named.pop(_CLASS)} if _CLASS in named else {}
    values = {**chosen, **{f"learning_rate.{name}": entry for name, entry in named.items()}}
    holder = _with_values(_Holder(learning_rate=value), values, where.removesuffix(".learning_rate"), trust)
    return holder.learning_rate


def named_changes(changes: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value with the name of its argument: `{"train": {"count": 5}}` is `train.count`; classes first."""
    for name, value in sorted(changes.items(), key=lambda item: item[0] != _CLASS):
        if name == _VERSION and not path:
            continue
        if name == _CLASS:
            yield path or _CLASS, value
        elif isinstance(value, Mapping) and value:
            yield from named_changes(value, f"{path}.{name}" if path else name)
        else:
            yield f"{path}.{name}" if path else name, value


def _require_mapping(changes: Any, where: str) -> None:
    if not isinstance(changes, Mapping) or not all(isinstance(name, str) for name in changes):
        raise StageError(f"{where} must hold values by the names of their arguments, got {changes!r}")


def _with_values(value: T, values: Mapping[str, Any], where: str, trust: Iterable[str]) -> T:
    try:
        return with_values(value, values, trust=trust)
    except CommandLineError as error:
        lines = []
        for mistake in error.mistakes:
            name = mistake.where.removeprefix("--")
            lines.append("\n".join([f"{where}.{name}: {mistake.problem}", *(f"  {hint}" for hint in mistake.hints)]))
        raise StageError("\n".join(lines)) from None
