"""`Creates`: parameters make an object of the class that `cls` returns; a class without `cls` is a base only."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import attrs
import pytest

from tfaip.params import Creates, DefinitionError, field, from_json, params, parse, to_json

T = TypeVar("T")
U = TypeVar("U")


class Layer:
    def __init__(self, params: LayerParams, size: int = 0, *, name: str = "layer") -> None:
        self.params, self.size, self.name = params, size, name


class Dense(Layer):
    pass


@params
class LayerParams(Creates[Layer]):
    units: int = 1


@params
class UndecidedParams(LayerParams):
    rate: float = 0.5


@params(name="Dense")
class DenseParams(LayerParams):
    bias: bool = True

    def cls(self) -> type[Dense]:
        return Dense


@params
class NetParams:
    layer: LayerParams = field(factory=DenseParams)


def test_create_calls_the_class_with_the_parameters_and_the_arguments() -> None:
    made = DenseParams(units=3).create(7, name="head")
    assert type(made) is Dense
    assert (made.params.units, made.size, made.name) == (3, 7, "head")


@pytest.mark.parametrize("base", [LayerParams, UndecidedParams])
def test_a_class_without_cls_cannot_be_instantiated(base: type[Any]) -> None:
    with pytest.raises(DefinitionError) as caught:
        base(units=2)
    assert (
        str(caught.value) == f"Can't instantiate abstract class {base.__name__} of {__name__}: it doesn't define cls()"
    )
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize("base", [LayerParams, UndecidedParams])
def test_a_class_without_cls_cannot_be_selected(base: type[Any], mistakes: Callable[..., str]) -> None:
    text = mistakes(NetParams, f"--layer {base.__name__}")
    assert text.startswith(f"--layer: {base.__name__} is abstract, allowed: Dense")


def test_a_class_in_the_place_of_the_method_is_refused() -> None:
    with pytest.raises(DefinitionError, match="WrongParams: cls must be a method, got the class Dense; write `def cls"):

        @params
        class WrongParams(LayerParams):
            cls = Dense  # type: ignore[assignment]  # the mistake


def test_cls_must_return_a_class() -> None:
    @params
    class ForgetfulParams(LayerParams):
        def cls(self) -> type[Layer]:  # type: ignore[return, empty-body]  # the mistake
            Dense  # noqa: B018

    with pytest.raises(DefinitionError, match=r"ForgetfulParams\.cls\(\) must return a class, got None"):
        ForgetfulParams().create()


def test_what_params_classes_promise_still_holds() -> None:
    made = DenseParams(units=2)
    assert pickle.loads(pickle.dumps(made)) == made == attrs.evolve(made)
    with pytest.raises(AttributeError, match="no attribute 'unit'"):
        made.unit = 3  # type: ignore[attr-defined]  # the mistake
    with pytest.raises(TypeError, match="unexpected keyword argument 'unit'"):
        DenseParams(unit=3)  # type: ignore[call-arg]  # the mistake


@params
class GenericFirstParams(Generic[T], LayerParams):
    value: T
    bias: float = 0.5

    def cls(self) -> type[Dense]:
        return Dense


@params
class MakerParams(Creates[T]):
    extra: list[T] = field(factory=list)

    def cls(self) -> type[T]:
        raise NotImplementedError


@params
class PairParams(Creates[T], Generic[U, T]):
    extra: list[T] = field(factory=list)
    other: list[U] = field(factory=list)

    def cls(self) -> type[T]:
        raise NotImplementedError


@params
class MixedPairParams(MakerParams[int], PairParams[str, int]):
    """Has two generic bases."""


def test_generic_may_stand_before_a_base_that_creates() -> None:
    @params
    class WordParams(GenericFirstParams[int]):
        pass

    made = parse(GenericFirstParams[int], ["--value", "3", "--units", "2"])
    assert made == GenericFirstParams[int](value=3, units=2)
    assert from_json(GenericFirstParams[int], to_json(made)) == made
    assert type(made.create(7)) is Dense
    assert WordParams(value=3).value == 3


def test_parameters_that_create_may_be_generic_in_what_they_make() -> None:
    assert parse(MakerParams[int], ["--extra", "3"]).extra == [3]
    pair = parse(PairParams[str, int], ["--extra", "3", "--other", "4"])
    assert (pair.extra, pair.other) == ([3], ["4"])
    both = parse(MixedPairParams, ["--extra", "3", "--other", "4"])
    assert (both.extra, both.other) == ([3], ["4"])
    with pytest.raises(TypeError, match="not a generic class"):
        DenseParams[int]  # type: ignore[type-arg, unused-ignore]  # the mistake
