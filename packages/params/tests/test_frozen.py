"""Frozen params classes: instances can't be changed, may be shared as defaults, and have a hash."""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from tfaip.params import from_dict, params, run_post_init, to_dict


@params(frozen=True)
class PointParams:
    x: int = 1
    y: tuple[int, ...] = (1, 2)

    @functools.cached_property
    def total(self) -> int:
        return self.x + sum(self.y)


@params
class NamedPointParams(PointParams):
    name: str = "origin"


@params
class LineParams:
    start: PointParams = PointParams(x=3)
    end: PointParams | None = None


@pytest.mark.parametrize("cls", [PointParams, NamedPointParams])
@pytest.mark.parametrize("name", ["x", "z"])
def test_attributes_cannot_be_set(cls: type[Any], name: str) -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(cls(), name, 2)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        delattr(cls(), "x")


def test_equal_instances_have_equal_hashes() -> None:
    assert hash(PointParams(x=2)) == hash(PointParams(x=2))
    assert len({PointParams(), PointParams(), NamedPointParams()}) == 2


def test_an_instance_may_be_a_default() -> None:
    assert LineParams().start is LineParams().start
    assert LineParams().start.x == 3


def test_the_line_and_files_make_them(read: Callable[..., Any]) -> None:
    made = read(LineParams, "--start.x 5 --end NamedPoint --end.name there")
    assert made == LineParams(start=PointParams(x=5), end=NamedPointParams(name="there"))
    assert from_dict(LineParams, to_dict(made)) == made
    run_post_init(made)


def test_caches_are_no_part_of_the_value() -> None:
    point = PointParams()
    assert point.total == 4
    copy = pickle.loads(pickle.dumps(point))
    assert copy == point
    assert "total" not in vars(copy)
