"""Each parameter costs the same, whatever their number; benchmarks/growth.py measures time and memory of large ones."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tfaip.params import field, from_json, params, parse, to_json

SIZES = (20, 30, 40)


def calls_of(action: Callable[[], object]) -> int:
    """Count the calls of functions in an action."""
    count = 0

    def on_event(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(on_event)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count


def class_of(size: int) -> Any:
    # Names of one length, since the distances of misspelt words are counted in letters.
    lines = (f"    x{number:02}: float = field(default={number}.5, help='Number')" for number in range(size))
    names: dict[str, Any] = {"params": params, "field": field}
    exec("@params\nclass Many:\n" + "\n".join(lines), names)
    return names["Many"]


def show_help(cls: Any) -> None:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        parse(cls, ["--help", "all"])


@pytest.mark.parametrize(
    "action",
    [
        lambda cls, size: parse(cls, [f"--x{number:02}={number}" for number in range(size)]),
        lambda cls, size: show_help(cls),
        lambda cls, size: from_json(cls, to_json(cls())),
    ],
    ids=["command line", "help", "JSON"],
)
def test_parameters_of_a_class_take_as_many_calls_each(action: Callable[[Any, int], object]) -> None:
    def calls(size: int) -> int:
        cls = class_of(size)
        action(cls, size)  # what is noted for the next time
        return calls_of(lambda: action(cls, size))

    few, some, many = map(calls, SIZES)
    assert 0 < many - some < 1.02 * (some - few)
