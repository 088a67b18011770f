"""What `@params` and `field` make of a class."""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import pickle
import weakref
from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar, cast

import attrs
import params_zoo as zoo
import pytest

from tfaip.params import DefinitionError, field, from_json, params, to_json
from tfaip.params.defining.structure import fields_of
from tfaip.params.registry import find_tag, is_params_class, name_of, names_of, tag_of


def test_fields_are_keyword_only_with_defaults() -> None:
    assert zoo.ConvParams(filters=3).filters == 3
    assert zoo.ConvParams().kernel == (3, 3)
    with pytest.raises(TypeError):
        zoo.ConvParams(3)  # type: ignore[call-arg, arg-type]  # that is the test


def test_unknown_attributes_are_refused() -> None:
    net = zoo.NetParams()
    with pytest.raises(AttributeError):
        net.actvation = "relu"  # type: ignore[attr-defined]  # that is the test


@params
class RenamedParams:
    units: int = field(default=1, former_names=["nodes", "size"])


@params
class DerivedParams(RenamedParams):
    bias: bool = True


@pytest.mark.parametrize("cls", [RenamedParams, DerivedParams])
def test_code_may_use_the_former_name_of_a_field(cls: Any) -> None:
    made = cls(nodes=3)
    assert (made.units, made.nodes, made.size) == (3, 3, 3)
    made.size = 4
    assert made == cls(units=4) == attrs.evolve(made) == pickle.loads(pickle.dumps(made))
    assert "nodes" not in repr(made)
    with pytest.raises(TypeError, match=f"{cls.__name__}: nodes is the former name of units, give one of them"):
        cls(units=1, nodes=1)
    with pytest.raises(TypeError, match="unexpected keyword argument 'unit'"):
        cls(unit=1)


def test_params_compare_copy_and_pickle_by_value() -> None:
    one = zoo.TrainerParams(epochs=3, net=zoo.NetParams(nodes=[1]))
    assert one == copy.deepcopy(one) == pickle.loads(pickle.dumps(one))
    assert one != zoo.TrainerParams(epochs=4)
    assert "epochs=3" in repr(one)


def test_instances_do_not_share_their_defaults() -> None:
    zoo.NetParams().nodes.append(7)
    assert zoo.NetParams().nodes == [128, 64]


def test_subclasses_add_and_redefine_fields() -> None:
    sgd = zoo.SGDParams()
    assert (sgd.lr, sgd.clip_norm, sgd.momentum) == (0.01, None, 0.0)


def test_validators_run_on_construction_and_assignment() -> None:
    with pytest.raises(ValueError, match="must be > 0"):
        zoo.CheckedParams(count=0)
    checked = zoo.CheckedParams(name="abc")
    assert checked.name == "ABC"
    with pytest.raises(ValueError, match="must be > 0"):
        checked.count = -1


def test_a_class_is_known_by_tag_and_names() -> None:
    assert tag_of(zoo.DenseParams) == "params_zoo:DenseParams"
    assert names_of(zoo.DenseParams) == ("FC", "Dense", "DenseParams", "params_zoo:DenseParams")
    assert find_tag("params_zoo:DenseParams") is zoo.DenseParams
    assert find_tag("old_zoo.layers:FullyConnected") is zoo.DenseParams
    assert find_tag("params_zoo:Missing") is None
    assert name_of(zoo.AdamParams) == "Adam"
    assert is_params_class(zoo.AdamParams)
    assert not is_params_class(zoo.PlainAttrs)


def test_a_class_named_just_params_keeps_its_name() -> None:
    @params
    class Params:
        x: int = 1

    assert name_of(Params) == "Params"


def test_methods_properties_and_class_methods_are_left_alone() -> None:
    @params
    class Made:
        size: int = 2

        @property
        def double(self) -> int:
            return 2 * self.size

        @classmethod
        def make(cls) -> Made:
            return cls(size=5)

        def create(self) -> list[int]:
            return [0] * self.size

    assert (Made.make().double, Made().create()) == (10, [0, 0])


def test_a_mutable_default_is_refused() -> None:
    with pytest.raises(DefinitionError, match=r"\.x: instances would share this list, write field\(factory=...\)"):

        @params
        class _Shared:
            x: list[int] = []

    with pytest.raises(DefinitionError, match="share this SizeParams"):

        @params
        class _SharedParams:
            x: zoo.SizeParams = zoo.SizeParams()


def test_a_field_without_annotation_is_refused() -> None:
    with pytest.raises(DefinitionError, match="x"):

        @params
        class _Bare:
            x = field(default=1)


def test_a_former_tag_belongs_to_one_class() -> None:
    with pytest.raises(DefinitionError, match="belongs to params_zoo:DenseParams already"):

        @params(former_tags=("old_zoo.layers:FullyConnected",))
        class _Thief:
            x: int = 1

    with pytest.raises(DefinitionError, match="must look like 'module:Class', got 'nothing'"):

        @params(former_tags=("nothing",))
        class _Malformed:
            x: int = 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "camel"}, "mode must be one of path, without_parent, root, hidden, got 'camel'"),
        ({"nargs": "?"}, r"nargs must be '\*', '\+' or None, got '\?'"),
        ({"choices": []}, "choices must not be empty"),
        ({"choices": [1, 2, 1]}, "choices must differ from each other, got 1 twice"),
        ({"choices": [1, int]}, "either all classes or all values, got a mixture"),
        ({"aliases": ["a b"]}, "aliases must be names, got 'a b'"),
        ({"aliases": ["---a"]}, "aliases must be names, got '---a'"),
        ({"aliases": ["-1"]}, "aliases must be names, got '-1'"),
        ({"aliases": ["a.b"]}, "aliases must be names, got 'a.b'"),
        ({"aliases": ["-a.b"]}, "aliases must be names, got '-a.b'"),
        ({"aliases": ["--a..b"]}, "aliases must be names, got '--a..b'"),
        ({"former_names": ["-a"]}, "former_names must be names, got '-a'"),
        ({"default": 1, "factory": int}, "either default or factory, not both"),
        ({"hlep": "x"}, "unexpected keyword argument 'hlep'"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        field(**options)


def test_choices_of_equal_value_but_other_type_differ() -> None:
    assert field(default=1, choices=[1, True]) is not None


def test_metadata_reaches_attrs() -> None:
    @params
    class Marked:
        x: int = field(default=1, metadata={"mark": 7})

    assert attrs.fields(cast(Any, Marked)).x.metadata["mark"] == 7


def test_type_arguments_pick_the_default_classes() -> None:
    scenario = zoo.MyScenarioParams()
    assert type(scenario.data) is zoo.MyDataParams
    assert type(scenario.model) is zoo.MyModelParams


def test_type_arguments_work_at_any_depth() -> None:
    assert type(zoo.MyTrainerParams().scenario.data) is zoo.MyDataParams

    @params
    class Grandchild(zoo.MyTrainerParams):
        more: int = 1

    assert type(Grandchild().scenario.model) is zoo.MyModelParams


def test_a_partly_bound_class_takes_the_bound_for_the_rest() -> None:
    T = TypeVar("T", bound=zoo.ModelBaseParams)

    @params
    class Half(zoo.ScenarioBaseParams[zoo.MyDataParams, T]):
        def cls(self) -> type:
            return int

    assert type(Half().data) is zoo.MyDataParams
    assert type(Half().model) is zoo.ModelBaseParams

    @params
    class Whole(Half[zoo.MyModelParams]):
        pass

    assert type(Whole().model) is zoo.MyModelParams


U = TypeVar("U", bound=zoo.DataBaseParams)
V = TypeVar("V")


@params
class Box(Generic[U]):
    content: U = field()


@params
class Shelf(Generic[U]):
    box: Box[U] = field()


@params
class MyShelf(Shelf[zoo.MyDataParams]):
    pass


def test_nested_generics_hand_their_arguments_on() -> None:
    assert type(MyShelf().box.content) is zoo.MyDataParams  # type: ignore[call-arg]  # to checkers it is required
    assert type(Shelf().box.content) is zoo.DataBaseParams  # type: ignore[call-arg]  # to checkers it is required


def test_an_argument_that_is_none_makes_none() -> None:
    @params
    class Maybe(Generic[V]):
        content: V = field()

    @params
    class Nothing(Maybe[None]):
        pass

    assert Nothing().content is None  # type: ignore[call-arg]  # to checkers it is required


def test_a_type_variable_without_argument_or_bound_is_an_error_that_names_the_field() -> None:
    @params
    class Open(Generic[V]):
        content: V = field()

    with pytest.raises(DefinitionError, match=r"Open\.content: no type argument says of which class"):
        Open()  # type: ignore[call-arg]  # to checkers it is required


def test_an_abstract_bound_asks_for_a_type_argument() -> None:
    with pytest.raises(DefinitionError, match=r"scenario: the default can't be of the abstract ScenarioBaseParams"):
        zoo.GenericTrainerParams()


class Reporting:
    """A mixin: it annotates what its params have, and what only type checkers know."""

    rate: int
    report: Missing  # type: ignore[name-defined]  # noqa: F821 - imported for type checkers only
    LAST: ClassVar[Missing]  # type: ignore[name-defined]  # noqa: F821 - imported for type checkers only


@params
class RatedParams:
    rate: float = 0.5


@params
class ReportedParams(Reporting, RatedParams):  # type: ignore[misc]  # the mixin says another type
    SEEN: ClassVar[dict[str, Missing]] = {}  # type: ignore[name-defined]  # noqa: F821 - for type checkers only


def test_only_the_annotations_of_fields_are_resolved(read: Callable[..., Any]) -> None:
    assert read(ReportedParams, "--rate 0.25") == ReportedParams(rate=0.25)


def test_the_field_of_dataclasses_is_refused_by_name() -> None:
    with pytest.raises(
        DefinitionError, match=r"Wrong\.x: field\(\.\.\.\) is that of dataclasses; write that of tfaip\.params"
    ):

        @params
        class Wrong:
            x: list[int] = dataclasses.field(default_factory=list)


def test_an_annotation_that_does_not_exist_names_the_class_and_the_field() -> None:
    from tfaip.params.defining.structure import fields_of

    @params
    class Lost:
        x: Missing = 1  # type: ignore[name-defined]  # noqa: F821 - that is the test

    with pytest.raises(DefinitionError, match=r"Lost\.x: the annotation can't be resolved: name 'Missing' is not"):
        fields_of(Lost)


@params
class BaseParams:
    filters: int = 16


def test_a_field_of_a_base_class_is_not_set_without_an_annotation() -> None:
    with pytest.raises(DefinitionError, match=r"Big\.filters: the field of a base class .* write `filters: int = ...`"):

        @params
        class Big(BaseParams):
            filters = 64

    with pytest.raises(DefinitionError, match=r"Computed\.filters"):

        @params
        class Computed(BaseParams):
            @property
            def filters(self) -> int:  # type: ignore[override]  # that is the test
                return 3

    @params
    class Annotated(BaseParams):
        filters: int = 64

    assert Annotated().filters == 64


def test_a_default_that_can_be_changed_is_refused_and_a_frozen_one_is_shared() -> None:
    with pytest.raises(DefinitionError, match=r"\.plain: instances would share this PlainData"):

        @params
        class _Shared:
            plain: zoo.PlainData = zoo.PlainData()

    with pytest.raises(DefinitionError, match=r"\.pair: instances would share this tuple"):

        @params
        class _SharedInside:
            pair: tuple[list[int], ...] = field(default=([],), mode="ignore")

    @dataclasses.dataclass(frozen=True)
    class Frozen:
        p: float = 0.5

    @params
    class Holder:
        frozen: Frozen = Frozen()

    assert Holder().frozen is Holder().frozen


def test_a_hook_of_dataclasses_that_would_never_run_is_refused() -> None:
    with pytest.raises(DefinitionError, match="__post_init__ is never called, name it post_init or"):

        @params
        class _Derived:
            a: int = 1

            def __post_init__(self) -> None:
                self.a = 99


@dataclasses.dataclass
class OldData:
    a: int = 1


class Mixin:
    q: int = 3
    hint_only: str
    constant: ClassVar[int] = 4

    def double(self) -> int:
        return 2 * self.q


class Forgotten(BaseParams):
    q: int = 3


@pytest.mark.parametrize(("base", "lost"), [(OldData, "a"), (Mixin, "q"), (Forgotten, "q")])
def test_fields_of_a_base_class_without_decorator_are_not_lost(base: type, lost: str) -> None:
    expected = f"{base.__name__} isn't decorated with @params, so {lost} would be no field"
    with pytest.raises(DefinitionError, match=expected):
        params(type("New", (base,), {"__annotations__": {"b": int}, "b": 1, "__module__": __name__}))


def test_a_class_that_declares_the_fields_of_its_mixin_is_fine() -> None:
    @params
    class Declares(Mixin):
        q: int = 5

    assert (Declares().double(), Declares.constant) == (10, 4)


def test_an_undecorated_class_is_refused_when_it_is_first_seen(read: Callable[..., Any]) -> None:
    class UndecoratedData(zoo.PlainData):
        q: int = 3

    @params
    class Holder:
        layer: BaseParams = field(factory=Forgotten)

    @params
    class DataHolder:
        data: zoo.PlainData = field(factory=UndecoratedData)

    with pytest.raises(DefinitionError, match="Forgotten derives from params but isn't decorated with @params itself"):
        read(Holder)
    with pytest.raises(DefinitionError, match="isn't decorated as its base is, so q would be no field"):
        read(DataHolder)


@params
class NodeParams:
    a: int = 1
    b: NodeParams = field(factory=lambda: NodeParams())


@params
class HenParams:
    egg: EggParams = field(factory=lambda: EggParams())


@params
class EggParams:
    hen: HenParams = field(factory=HenParams)


@params
class FixedParams:
    inner: FixedParams = field(fixed_class=True)


@pytest.mark.parametrize(
    ("cls", "way"),
    [
        (NodeParams, "NodeParams.b -> NodeParams"),
        (EggParams, "HenParams.egg -> EggParams.hen -> HenParams"),
        (FixedParams, "FixedParams.inner -> FixedParams"),
    ],
)
def test_defaults_that_hold_themselves_are_an_error_with_the_way(cls: type, way: str, read: Callable[..., Any]) -> None:
    with pytest.raises(DefinitionError, match=f"the default holds itself without end: {way}$"):
        read(cls)


def test_an_instance_of_a_class_that_was_defined_again_can_be_saved() -> None:
    def define() -> Any:
        @params
        class Cell(BaseParams):
            b: int = 2

        return Cell

    older = define()(b=7)
    newer = define()
    assert from_json(newer, to_json(older)) == newer(b=7)


def test_annotations_are_gathered_once_for_each_class(monkeypatch: pytest.MonkeyPatch) -> None:
    # Gathering copies all of them: once for each field makes the first parse quadratic.
    names = [f"f{index}" for index in range(50)]
    wide = params(type("Wide", (), {**dict.fromkeys(names, 1), "__annotations__": dict.fromkeys(names, int)}))
    gather, gathered = inspect.get_annotations, []
    monkeypatch.setattr(inspect, "get_annotations", lambda cls: gathered.append(cls) or gather(cls))
    assert list(fields_of(wide)) == names
    assert gathered.count(wide) <= 2


@params
class Private:
    _seed: int = 1


def test_a_private_field_has_one_name(read: Callable[..., Any]) -> None:
    assert Private(_seed=3)._seed == read(Private, "--_seed 3")._seed == 3
    assert from_json(Private, to_json(Private(_seed=3))) == Private(_seed=3)
    with pytest.raises(TypeError, match="seed"):
        Private(seed=3)  # type: ignore[call-arg]  # that is the test


def test_several_bases_with_fields_make_one_class() -> None:
    @params
    class Left:
        left: int = 1

    @params
    class Right:
        right: int = field(default=2, validator=attrs.validators.gt(0))

    @params
    class Both(Left, Right):
        both: int = 3

    made = Both(left=4, right=5)
    assert (made.left, made.right, made.both) == (4, 5, 3)
    assert weakref.ref(made)() is made
    with pytest.raises(ValueError, match="must be > 0"):
        made.right = -1
    with pytest.raises(AttributeError, match="'Both' object has no attribute 'lefd'"):
        made.lefd = 1  # type: ignore[attr-defined]  # that is the test


def test_cached_properties_are_neither_copied_nor_compared() -> None:
    made = Cached(text="a")
    assert made.length == 1
    twin = pickle.loads(pickle.dumps(made))
    assert twin == made
    twin.text = "abc"
    assert twin.length == 3


@params
class Cached:
    text: str = ""

    @functools.cached_property
    def length(self) -> int:
        return len(self.text)
