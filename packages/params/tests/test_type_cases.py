"""The 72 types on the command line, each of which some library reads; see `type_cases.py`."""

from __future__ import annotations

from typing import Any

import pytest
from type_cases import CASES, WRONG, Case, Check

from tfaip.params import field, from_dict, params, parse, to_dict
from tfaip.params.errors import CommandLineError

DOCUMENTED = {
    "str | int: declared order": "the order in unions is fixed, text comes last",
    "list[int] repeat appends": "the last repetition wins",
}
"""Rows that contradict a rule of this package."""


def holder(case: Case) -> type[Any]:
    import copy
    import dataclasses

    required = case.default is dataclasses.MISSING
    options: dict[str, Any] = {"required": True} if required else {"factory": lambda: copy.deepcopy(case.default)}
    made: type[Any] = params(type("Holder", (), {"__annotations__": {"x": case.annotation}, "x": field(**options)}))
    return made


def read(cls: type[Any], check: Check) -> list[Any]:
    """The values that each way to write the value is read as, without those that are refused."""
    found = []
    for line in check.lines:
        try:
            found.append(parse(cls, list(line), exits=False).x)
        except CommandLineError:
            continue
    return found


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_type_is_read(case: Case) -> None:
    if case.name in DOCUMENTED:
        pytest.skip(DOCUMENTED[case.name])
    cls = holder(case)
    for check in case.checks:
        found = read(cls, check)
        if check.value is WRONG:
            assert found == []
            continue
        assert check.value in found
        assert type(found[found.index(check.value)]) is type(check.value)
        assert from_dict(cls, to_dict(cls(x=check.value)), trust=["math"]).x == check.value


def test_there_are_as_many_cases_as_in_the_table() -> None:
    assert len({case.name for case in CASES}) == len(CASES) == 72
