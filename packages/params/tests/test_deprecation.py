"""`deprecated` warns at the caller's line, names the successor, and changes nothing else."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from tfaip.params import DefinitionError, deprecated, from_dict, params, to_dict


@deprecated("tests.new_sum", since="0.2", removed="0.4")
def old_sum(left: int, right: int = 1) -> int:
    """Add."""
    return left + right


@deprecated("tests.NewParams", since="1.3", removed="2.0")
@params
class OldParams:
    """Parameters with another name today."""

    size: int = 3

    @deprecated("NewParams.area", since="0.9", removed="0.11")
    def square(self) -> int:
        return self.size**2


def warned(call: Callable[[], object]) -> tuple[object, list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        return call(), list(caught)


def test_a_call_warns_once_with_the_successor_at_the_line_of_the_caller() -> None:
    result, (warning,) = warned(lambda: old_sum(2, right=3))
    assert result == 5
    assert warning.category is DeprecationWarning
    assert str(warning.message) == (
        f"{__name__}.old_sum is deprecated since version 0.2 and will be removed in 0.4: use tests.new_sum"
    )
    assert warning.filename == __file__


def test_the_function_keeps_its_name_and_documentation() -> None:
    assert (old_sum.__name__, old_sum.__doc__) == ("old_sum", "Add.")


def test_an_instance_of_a_class_warns_and_is_what_it_was() -> None:
    result, (warning,) = warned(lambda: OldParams(size=4))
    assert isinstance(result, OldParams)
    assert result.size == 4
    assert "use tests.NewParams" in str(warning.message)
    assert warning.filename == __file__


def test_a_method_warns() -> None:
    with pytest.warns(DeprecationWarning, match=r"OldParams is deprecated"):
        old = OldParams()
    result, (warning,) = warned(old.square)
    assert result == 9
    assert "OldParams.square" in str(warning.message)
    assert "use NewParams.area" in str(warning.message)


def test_a_class_that_derives_from_it_warns_where_it_is_defined_and_its_instances_do_not() -> None:
    with pytest.warns(DeprecationWarning, match="use tests.NewParams"):

        @params
        class OwnParams(OldParams):
            more: int = 1

    result, caught = warned(lambda: OwnParams(more=2))
    assert (result.size, result.more) == (3, 2)  # type: ignore[attr-defined]  # the call returns any object
    assert caught == []


def test_stored_params_of_a_deprecated_class_load_with_the_warning() -> None:
    with pytest.warns(DeprecationWarning, match="OldParams"):
        stored = to_dict(OldParams(size=7))
    found, caught = warned(lambda: from_dict(OldParams, stored))
    assert found.size == 7  # type: ignore[attr-defined]  # the call returns any object
    assert {str(warning.message) for warning in caught} == {
        f"{__name__}.OldParams is deprecated since version 1.3 and will be removed in 2.0: use tests.NewParams"
    }


def test_an_instance_can_be_pickled() -> None:
    with pytest.warns(DeprecationWarning, match="OldParams"):
        assert pickle.loads(pickle.dumps(OldParams(size=2))).size == 2


@pytest.mark.parametrize(
    ("since", "removed", "problem"),
    [
        ("0.2", "0.3", "removed must be 0.4 or later, got '0.3'"),
        ("0.2", "0.2", "removed must be 0.4 or later"),
        ("1.2", "0.9", "removed must be 1.4 or later"),
        ("0.2.1", "0.4", "since must be a minor version such as '0.3', got '0.2.1'"),
        ("0.2", "next", "removed must be a minor version such as '0.3', got 'next'"),
    ],
)
def test_a_name_that_would_go_too_early_is_refused(since: str, removed: str, problem: str) -> None:
    with pytest.raises(DefinitionError, match=problem):
        deprecated("new", since=since, removed=removed)


def test_a_successor_is_needed() -> None:
    with pytest.raises(DefinitionError, match="needs the name of the successor"):
        deprecated(" ", since="0.2", removed="0.4")


class Holder:
    @property
    @deprecated("Holder.new", since="0.2", removed="0.4")
    def old(self) -> int:
        return 1

    @classmethod
    @deprecated("Holder.make_new", since="0.2", removed="0.4")
    def make_old(cls) -> int:
        return 2

    @staticmethod
    @deprecated("Holder.find_new", since="0.2", removed="0.4")
    def find_old() -> int:
        return 3


@pytest.mark.parametrize(
    ("call", "value", "successor"),
    [
        (lambda: Holder().old, 1, "Holder.new"),
        (lambda: Holder.make_old(), 2, "Holder.make_new"),
        (lambda: Holder().make_old(), 2, "Holder.make_new"),
        (lambda: Holder.find_old(), 3, "Holder.find_new"),
    ],
)
def test_properties_and_methods_of_classes_warn(call: Callable[[], object], value: int, successor: str) -> None:
    result, (warning,) = warned(call)
    assert result == value
    assert str(warning.message).endswith(f"use {successor}")
    assert warning.filename == __file__


@pytest.mark.parametrize("outer", [property, classmethod, staticmethod])
def test_the_decorator_stands_next_to_the_function(outer: Callable[..., Any]) -> None:
    with pytest.raises(DefinitionError, match=f"stands below @{outer.__name__}"):
        deprecated("new", since="0.2", removed="0.4")(outer(len))
