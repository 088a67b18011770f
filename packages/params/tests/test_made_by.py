"""Parameters without `cls` make the class of their module that names them as its type argument."""

import inspect
import pickle
import sys
from typing import Any, Generic, TypeVar

import pytest

from tfaip.params import Creates, field, from_dict, params, to_dict
from tfaip.params.defining.made_by import bind_params, inner_params, may_be_bound, params_of
from tfaip.params.trust.tagged_import import imported_object
from tfaip.params.values.problem import ValueProblem


@params
class ToolParams(Creates["Tool[Any]"]):
    _made_as = "Tool"

    @may_be_bound
    def cls(self) -> "type[Tool[Any]]":
        raise NotImplementedError


TTool = TypeVar("TTool", bound=ToolParams)


class Tool(Generic[TTool]):
    def __init__(self, params: TTool) -> None:
        self.params = params

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        bind_params(cls, ToolParams)


@params
class SawParams(ToolParams):
    teeth: int = field(default=8, help="Teeth")


class Saw(Tool[SawParams]):
    pass


class FineSaw(Saw):
    """It has the parameters of another class, and is not what they make."""


class NoTool(Tool):
    pass


def new_params() -> type[ToolParams]:
    @params
    class NewParams(ToolParams):
        pass

    NewParams.__qualname__ = f"{sys._getframe(1).f_code.co_name}.<locals>.NewParams"
    return NewParams


def test_the_class_that_names_the_parameters_is_made():
    made = SawParams(teeth=9).create()
    assert type(made) is Saw
    assert made.params.teeth == 9


def test_parameters_with_cls_keep_it():
    class KeptParams(ToolParams):
        def cls(self):
            return Saw

    kept = params(KeptParams)

    class Other(Tool[kept]):
        pass

    assert kept().cls() is Saw


def test_a_subclass_of_parameters_can_have_a_class_of_its_own():
    @params
    class WideParams(SawParams):
        pass

    assert WideParams().cls() is Saw

    class Wide(Tool[WideParams]):
        pass

    assert WideParams().cls() is Wide
    assert SawParams().cls() is Saw


def test_a_class_that_is_defined_again_takes_the_place_of_the_former_one():
    made = new_params()
    for _ in range(2):

        class Again(Tool[made]):
            pass

    assert made().cls() is Again


def test_without_a_class_the_parameters_are_abstract_and_say_what_to_write():
    made = new_params()
    with pytest.raises(TypeError, match=r"cls\(\); write it, or derive its class from Tool\[NewParams\]"):
        made()


def test_two_classes_make_the_choice_explicit():
    made = new_params()

    class First(Tool[made]):
        pass

    class Second(Tool[made]):
        pass

    assert inspect.isabstract(made)
    with pytest.raises(TypeError, match=r"First and .*Second name it as their type argument; define cls\(\) to choose"):
        made()


def test_bases_are_not_made():
    made = new_params()

    class _Base(Tool[made]):
        pass

    assert inspect.isabstract(made)

    class Whole(_Base):
        pass

    assert made().cls() is Whole


def test_a_class_within_a_function_does_not_count_for_parameters_of_the_module():
    class Stub(Tool[SawParams]):
        pass

    assert SawParams().cls() is Saw


def test_a_class_of_another_module_is_not_bound():
    made = new_params()
    made.__module__ = "elsewhere"

    class Far(Tool[made]):
        pass

    assert inspect.isabstract(made)


def test_a_class_without_parameters_gets_empty_ones_that_are_stored_and_pickled():
    made = params_of(NoTool, ToolParams)
    assert made is params_of(NoTool, ToolParams) is NoTool.Params
    assert type(made().create()) is NoTool
    assert to_dict(made()) == {"__cls__": f"{__name__}:NoTool.Params"}
    assert from_dict(ToolParams, to_dict(made()), trust=[__name__]) == made()
    assert pickle.loads(pickle.dumps(made())) == made()
    assert params_of(Saw, ToolParams) is SawParams


def test_inner_parameters_of_a_generic_class_fill_in_its_arguments():
    T = TypeVar("T", bound=ToolParams)

    @params
    class BoxParams(Generic[T]):
        tool: T = field(help="A tool")

    made = inner_params(Saw, "Box", BoxParams[SawParams])
    assert made.__qualname__ == "Saw.Box"
    assert made().tool == SawParams()


def test_files_of_a_class_without_parameters_are_read_by_those_that_it_names_today():
    assert imported_object(f"{__name__}:Saw.Params") is SawParams
    assert imported_object(f"{__name__}:FineSaw.Params") is SawParams
    for name in ("Missing.Params", "Saw.Other", "TTool.Params"):
        with pytest.raises(ValueProblem, match="there is no"):
            imported_object(f"{__name__}:{name}")
