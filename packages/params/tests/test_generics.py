"""What annotations mean once type variables are filled in."""

from __future__ import annotations

import sys
from typing import Any, Generic, Optional, Self, TypeVar, Union

import params_zoo as zoo
import pytest

from tfaip.params import TYPE_ARGUMENT, DefinitionError, field, from_json, params, to_json
from tfaip.params.defining.generics import field_annotations, substitute, type_variable_bound

T = TypeVar("T")
U = TypeVar("U", int, str)
B = TypeVar("B", bound=zoo.SizeParams)


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (T, int),
        (list[T], list[int]),  # type: ignore[valid-type]  # unbound, as an annotation of a class
        (dict[str, list[T]], dict[str, list[int]]),  # type: ignore[valid-type]  # unbound, as an annotation of a class
        (T | None, int | None),
        (Optional[T], Optional[int]),  # noqa: UP045 - the spelling of typing
        (Union[T, str], Union[int, str]),  # noqa: UP007 - the spelling of typing
        (tuple[T, ...], tuple[int, ...]),  # type: ignore[valid-type]  # unbound, as an annotation of a class
        (list[str], list[str]),
        (U, U),
        (str, str),
    ],
)
def test_type_variables_are_replaced_at_any_depth(annotation: Any, expected: Any) -> None:
    assert substitute(annotation, {T: int}) == expected


def test_what_a_type_variable_stands_for_by_itself() -> None:
    assert type_variable_bound(T) is None
    assert type_variable_bound(U) is int
    assert type_variable_bound(B) is zoo.SizeParams


@params
class Pair(Generic[T, B]):
    many: list[T] = field(factory=list)
    maybe: B | None = field(default=TYPE_ARGUMENT)


@params
class Swapped(Pair[B, T], Generic[T, B]):  # type: ignore[type-var]  # the bound is what the test plays with
    """Uses the same variables the other way round, which only a map for each class can tell apart."""


def test_each_class_has_its_own_meaning_of_a_variable() -> None:
    annotations = field_annotations(Swapped[zoo.SizeParams, int])  # type: ignore[type-var]  # the bounds are swapped too
    assert annotations["many"] == list[int]
    assert annotations["maybe"] == zoo.SizeParams | None


def test_the_default_of_an_optional_variable_is_an_instance() -> None:
    assert Pair().maybe == zoo.SizeParams()
    assert Pair(maybe=None).maybe is None


def test_both_spellings_of_a_parametrised_class_are_one() -> None:
    assert field_annotations(Pair[int, zoo.SizeParams])["many"] == list[int]


@params
class Box(Generic[T]):
    value: T
    pair: tuple[T, T]
    must: T = field(required=True)


@params
class Holder:
    box: Box[int]


@params
class Sampler(Generic[T]):
    values: list[T] = field(factory=list)


@params
class SamplerHolder:
    sampler: Sampler[int] = field(factory=Sampler)


def test_a_type_variable_that_a_value_fills_in_is_a_required_field(read: Any, mistakes: Any) -> None:
    box = Box[int](value=5, pair=(6, 7), must=8)
    assert read(Box[int], "--value 5 --pair 6 7 --must 8") == box
    missing = mistakes(Box[int], "--value x")
    assert "--value: must be a whole number" in missing
    assert "--pair: is required (tuple[int, int])" in missing
    assert "--must: is required (int)" in missing
    assert from_json(Box[int], to_json(box)) == box
    with pytest.raises(DefinitionError, match=r"Box\.value: no type argument"):
        Box()  # type: ignore[call-arg]  # that is the test


def test_type_arguments_of_nested_params_are_kept(read: Any) -> None:
    held = read(Holder, "--box Box --box.value 5 --box.pair 6 7 --box.must 8")
    assert from_json(Holder, to_json(held)) == held
    sampled = read(SamplerHolder, "--sampler.values 1 2")
    assert sampled.sampler.values == [1, 2]
    assert from_json(SamplerHolder, to_json(sampled)) == sampled


@params
class NestedParams(Generic[T]):
    values: list[T] = field(factory=list)
    inner: Self | None = None
    more: list[Self] = field(factory=list)


@params
class NestedWordsParams(NestedParams[str]):
    loud: bool = False


def test_self_is_the_class_at_hand_with_its_type_arguments(read: Any, mistakes: Any) -> None:
    found = read(NestedWordsParams, "--inner.loud --inner.inner.values a --more NestedWords")
    innermost = NestedWordsParams(values=["a"])
    assert found == NestedWordsParams(
        inner=NestedWordsParams(loud=True, inner=innermost),
        more=[NestedWordsParams()],
    )
    assert from_json(NestedWordsParams, to_json(found)) == found
    assert read(NestedParams[int], "--inner.values 3").inner.values == [3]
    assert "--more: " in mistakes(NestedWordsParams, "--more NestedParams")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the statement is new in Python 3.12")
def test_a_field_of_a_type_parameter_has_a_default_of_its_class(read: Any) -> None:
    scope: dict[str, Any] = {"__name__": __name__, "zoo": zoo, "params": params}
    exec("@params\nclass Wrapped[W: zoo.SizeParams]:\n    size: 'W'\n    other: 'W | None' = None\n", scope)
    wrapped = scope["Wrapped"]
    assert wrapped().size == zoo.SizeParams()
    assert read(wrapped, "--size.height 7").size == zoo.SizeParams(height=7)
