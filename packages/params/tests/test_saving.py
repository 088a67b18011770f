"""What is written can be read again: values that no file gives back are refused before anything is written."""

from __future__ import annotations

import collections
import dataclasses
import enum
import math
import tempfile
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import params_zoo as zoo
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfaip.params import LoadError, SaveError, field, from_dict, from_json, load, params, save, to_dict, to_json
from tfaip.params.registry import tag_of

SUFFIXES = ("json", "yaml", "toml")


class Flavour(enum.Enum):
    SWEET = "sweet"


class Pair:
    """A type of somebody's own that can't be compared."""

    def __init__(self, one: int, two: int) -> None:
        self.one, self.two = one, two

    @classmethod
    def from_word(cls, word: str) -> Pair:
        one, _, two = word.partition("x")
        return cls(int(one), int(two))

    def to_word(self) -> str:
        return f"{self.one}x{self.two}"


@params
class LayerParams:
    k: int = 1


@params
class ConvParams(LayerParams):
    m: int = 2


@params
class OtherParams:
    z: int = 1


@dataclasses.dataclass
class Plain:
    rate: Any = 0.5
    layers: list[list[LayerParams]] = dataclasses.field(default_factory=list)


@params
class HolderParams:
    sizes: tuple[int, int, int] = (1, 2, 3)
    number: float = 0.5
    count: int = 1
    name: str = field(default="a", choices=["a", "b"])
    flavour: Flavour = Flavour.SWEET
    path: Path = Path("x")
    maybe: int | None = None
    any_of: int | float | str = 1
    items: list[int] = field(factory=list)
    unique: set[int] = field(factory=set)
    entries: dict[int, float] = field(factory=dict)
    sequence: Sequence[int] = field(factory=list)
    layer: LayerParams = field(factory=LayerParams)
    optional: LayerParams | None = None
    layers: list[LayerParams] = field(factory=list)
    heads: dict[str, LayerParams] = field(factory=dict)
    enforced: LayerParams = field(factory=LayerParams, choices=[LayerParams], enforce_choices=True)
    pair: Pair = field(factory=lambda: Pair(1, 2))
    pairs: list[Pair] = field(factory=list)
    duration: timedelta = timedelta(0)
    day: date = date(2026, 1, 31)
    hidden: Any = field(default=None, mode="ignore")
    plain: Plain = field(factory=Plain)
    limited: zoo.CheckedParams = field(factory=zoo.CheckedParams)


def changed(name: str, value: Any) -> HolderParams:
    holder = HolderParams()
    setattr(holder, name, value)
    return holder


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("sizes", (4, 1.0, 0.3), "expects tuple[int, int, int], got (4, 1.0, 0.3)\n  $.sizes[1]: expects int, got 1.0"),
        ("sizes", (1, 2), "expects 3 values (tuple[int, int, int]), got 2"),
        ("number", "abc", "expects float, got 'abc'"),
        ("number", True, "expects float, got true"),
        ("number", None, "expects float, got none"),
        ("count", 1.0, "expects int, got 1.0"),
        ("count", True, "expects int, got true"),
        ("name", "z", "must be one of a, b, got 'z'"),
        ("flavour", "sweet", "expects Flavour, got 'sweet'\n  it would be read as <Flavour.SWEET: 'sweet'>"),
        ("path", 3, "expects path, got 3"),
        ("maybe", "1", "expects int | none, got '1'"),
        ("any_of", "inf", "expects int | float | str, got 'inf'\n  it would be read as inf"),
        ("items", [1, "x"], "expects list[int], got [1, 'x']\n  $.items[1]: expects int, got 'x'"),
        ("unique", [1], "expects set[int], got [1]\n  it would be read as {1}"),
        ("entries", {1.5: 1.0}, "expects dict[int, float], got {1.5: 1.0}\n  $.entries.1.5: must be a whole number"),
        ("entries", {"1": 1.0}, "expects dict[int, float], got {'1': 1.0}\n  it would be read as {1: 1.0}"),
        ("entries", {1: 1.0, "1": 2.0}, "two keys are stored as '1'"),
        ("layer", None, "expects the fields of a LayerParams, got none"),
        ("layer", 3, "expects LayerParams, got 3"),
        ("layers", None, "expects a list, got none"),
        ("heads", {1: LayerParams()}, "expects dict[str, LayerParams], got {1: LayerParams(k=1)}"),
        ("heads", [LayerParams()], "expects dict[str, LayerParams], got [LayerParams(k=1)]"),
        ("pair", 3, "expects Pair, got 3"),
        ("day", "2026-01-31", "expects date, got '2026-01-31'"),
        ("hidden", {1: 2}, "expects Any, got {1: 2}\n  it would be read as {'1': 2}"),
        ("hidden", b"x", "expects Any, got b'x'\n  no file holds a bytes"),
        ("hidden", [object], "expects Any, got [<class 'object'>]\n  $.hidden[0]: no file holds a type"),
        (
            "hidden",
            [10**5000],
            "expects Any, got a value of type list\n  $.hidden[0]: no file holds a number",
        ),
        ("hidden", LayerParams(), "expects Any, got LayerParams(k=1)"),
    ],
)
def test_a_value_that_no_file_gives_back_is_refused_with_field_type_and_value(
    name: str, value: Any, message: str, tmp_path: Path
) -> None:
    for suffix in SUFFIXES:
        path = tmp_path / f"params.{suffix}"
        path.write_text("the old file")
        with pytest.raises(SaveError) as caught:
            save(changed(name, value), path)
        told = str(caught.value).removeprefix(f"{path}: ")
        assert told.startswith(f"$.{name}: can't be saved: {message}")
        assert path.read_text() == "the old file"
        assert [found.name for found in tmp_path.iterdir() if found.suffix == ".part"] == []


def test_params_of_a_wrong_class_are_refused() -> None:
    for name, value, where in (
        ("layer", OtherParams(), "$.layer.__cls__"),
        ("optional", Plain(), "$.optional.__cls__"),
        ("layers", [LayerParams(), OtherParams()], "$.layers[1].__cls__"),
        ("heads", {"a": OtherParams()}, "$.heads.a.__cls__"),
        ("enforced", ConvParams(), "$.enforced.__cls__"),
    ):
        with pytest.raises(SaveError) as caught:
            to_json(changed(name, value))
        assert [mistake.where for mistake in caught.value.mistakes] == [where]


def test_what_a_constructor_refuses_is_refused_where_it_was_set_later() -> None:
    holder = HolderParams()
    holder.limited.low = 10
    with pytest.raises(SaveError, match=r"\$\.limited: can't be saved: low must be <= high"):
        to_json(holder)
    holder = HolderParams()
    holder.items.append("x")  # type: ignore[arg-type]  # that is the test
    with pytest.raises(SaveError, match=r"\$\.items\[0\]: expects int"):
        to_json(holder)


def test_params_that_hold_themselves_are_refused() -> None:
    tree = zoo.TreeParams()
    tree.children.append(tree)
    with pytest.raises(SaveError, match="nested too deeply, or holds itself"):
        to_json(tree)


def test_a_default_of_the_wrong_type_is_refused_by_save_config(tmp_path: Path, capsys: Any) -> None:
    from tfaip.params import parse

    @params
    class Wrong:
        sizes: tuple[int, int, int] = field(factory=lambda: (4, 1.0, 0.3))  # type: ignore[arg-type]  # that is the test

    with pytest.raises(SystemExit) as caught:
        parse(Wrong, ["--save-config", str(tmp_path / "a.yaml")], root="net")
    assert caught.value.code == 2
    assert "$.net.sizes: can't be saved: expects tuple[int, int, int], got (4, 1.0, 0.3)" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", 1),
        ("number", math.inf),
        ("any_of", -math.inf),
        ("sequence", (1, 2)),
        ("unique", frozenset({1})),
        ("entries", collections.OrderedDict({1: 2})),
        ("layer", ConvParams(m=5)),
        ("optional", ConvParams(m=5)),
        ("heads", {"a.b": LayerParams(), "a-b": ConvParams()}),
        ("plain", Plain(layers=[[ConvParams(m=3)], []])),
        ("plain", Plain(rate={"a": [1, None]})),
        ("duration", timedelta.min),
        ("hidden", {"a": [1, None, {"b": 2.5}]}),
    ],
)
def test_what_the_type_allows_is_saved(name: str, value: Any, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"params.{suffix}"
    save(changed(name, value), path)
    read = getattr(load(HolderParams, path), name)
    assert read == (list(value) if isinstance(value, tuple) else value)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_types_of_somebodys_own_need_no_comparison(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"params.{suffix}"
    save(HolderParams(pair=Pair(3, 4), pairs=[Pair(5, 6)], number=math.nan), path)
    read = load(HolderParams, path)
    assert (read.pair.two, read.pairs[0].one, math.isnan(read.number)) == (4, 5, True)


def test_halves_of_surrogate_pairs_are_saved_where_the_format_holds_them(tmp_path: Path) -> None:
    holder = HolderParams(path=Path("a\udce4"))
    for suffix in ("json", "yaml"):
        save(holder, tmp_path / f"a.{suffix}")
        assert load(HolderParams, tmp_path / f"a.{suffix}").path == holder.path
    with pytest.raises(SaveError, match=r"\$\.path: can't be saved: expects path(.|\n)*JSON and YAML do"):
        save(holder, tmp_path / "a.toml")


def test_numbers_of_numpy_are_saved_as_numbers(tmp_path: Path) -> None:
    numpy = pytest.importorskip("numpy")
    values = {
        "number": numpy.float32(0.5),
        "count": numpy.int64(3),
        "any_of": numpy.float64(2.5),
        "maybe": numpy.uint8(7),
        "items": [numpy.int32(1)],
        "entries": {numpy.int64(4): numpy.float16(1)},
        "name": numpy.str_("b"),
        "hidden": [numpy.bool_(True)],
    }
    for suffix in SUFFIXES:
        save(HolderParams(**values), tmp_path / f"a.{suffix}")
        read = load(HolderParams, tmp_path / f"a.{suffix}")
        assert {name: getattr(read, name) for name in values} == values
        assert type(read.number) is type(read.entries[4]) is float
    for value in (numpy.array([1]), numpy.longdouble(1)):
        with pytest.raises(SaveError, match=r"\$\.items: can't be saved: expects list\[int\]"):
            to_json(HolderParams(items=value))


def double(value: int) -> int:
    return 2 * value


@params
class ConvertedParams:
    count: int = field(default=2, converter=double)
    items: list[int] = field(factory=list, converter=lambda items: [*items, 0])
    layers: list[LayerParams] = field(factory=list, converter=lambda layers: [*layers, LayerParams()])


def test_a_converter_is_applied_once(tmp_path: Path, read: Callable[..., Any]) -> None:
    converted = ConvertedParams(count=2)
    assert (converted.count, converted.items, len(converted.layers)) == (4, [0], 1)
    for suffix in SUFFIXES:
        path = tmp_path / f"a.{suffix}"
        save(converted, path)
        assert load(ConvertedParams, path) == converted
        assert read(ConvertedParams, ["--config", str(path)]) == converted
        assert read(ConvertedParams, ["--config", str(path), "--count", "5"]).count == 10
    assert from_dict(ConvertedParams, to_dict(converted)) == converted
    assert read(ConvertedParams, default=converted) == converted
    converted.count = 3
    assert converted.count == 6


def test_what_a_person_writes_is_converted() -> None:
    assert from_dict(ConvertedParams, {"count": 5}).count == 10
    assert from_dict(ConvertedParams, {"__cls__": "Converted", "count": 5}).count == 10
    assert from_dict(ConvertedParams, {"__cls__": tag_of(ConvertedParams), "items": [1]}).count == 4


@params
class NestedParams:
    branches: tuple[LayerParams, ...] = field(default=(), mode="ignore")
    table: list[list[LayerParams]] = field(factory=list, mode="ignore")
    by_name: dict[str, tuple[LayerParams, int]] = field(factory=dict, mode="ignore")
    either: int | list[int] = field(default=3, mode="ignore")
    mixed: LayerParams | str | None = field(default=None, mode="ignore")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_params_in_nested_collections_keep_their_classes(suffix: str, tmp_path: Path) -> None:
    nested = NestedParams(
        branches=(LayerParams(), ConvParams(m=5)),
        table=[[ConvParams()], [], [LayerParams(k=2), ConvParams(m=6)]],
        by_name={"a": (ConvParams(m=7), 1)},
        either=[1, 2],
        mixed=ConvParams(),
    )
    path = tmp_path / f"a.{suffix}"
    save(nested, path)
    assert load(NestedParams, path) == nested
    for mixed in ("text", None):
        save(NestedParams(mixed=mixed), path)
        assert load(NestedParams, path) == NestedParams(mixed=mixed)


def test_params_in_nested_collections_are_checked_with_their_paths() -> None:
    data = {"table": [[{"__cls__": tag_of(OtherParams)}, {"k": "x"}]], "by_name": {"a": [{"n": 1}, 2]}}
    with pytest.raises(LoadError) as caught:
        from_dict(NestedParams, data)
    where = [mistake.where for mistake in caught.value.mistakes]
    assert where == ["$.table[0][0].__cls__", "$.table[0][1].k", "$.by_name.a[0].n"]


def test_files_whose_nested_params_have_no_tags_still_load() -> None:
    old = '{"branches": [{"k": 4}], "table": [[{"k": 5}]]}'
    assert from_json(NestedParams, old) == NestedParams(branches=(LayerParams(k=4),), table=[[LayerParams(k=5)]])


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(max_size=3), st.dates(), st.just(object)
)
VALUES = st.recursive(
    SCALARS | st.sampled_from([LayerParams(), ConvParams(), OtherParams(), Flavour.SWEET, Path("a\n"), {1}]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=3) | st.integers() | st.booleans(), inner, max_size=3),
    ),
    max_leaves=5,
)
NAMES = [name for name in to_dict(HolderParams()) if name not in ("__cls__", "limited")]


def as_stored(value: Any) -> Any:
    """The value as a file says it: a tuple as a list, a path as a text."""
    if isinstance(value, list | tuple):
        return [as_stored(item) for item in value]
    if isinstance(value, dict):
        return {key: as_stored(item) for key, item in value.items()}
    return str(value) if isinstance(value, Path) else value


@settings(max_examples=60)
@given(name=st.sampled_from(NAMES), value=VALUES)
def test_whatever_is_saved_is_read_back_equal(name: str, value: Any) -> None:
    holder = changed(name, value)
    with tempfile.TemporaryDirectory() as folder:
        for suffix in SUFFIXES:
            path = Path(folder) / f"a.{suffix}"
            try:
                save(holder, path)
            except SaveError:
                assert not path.exists()
                continue
            read = getattr(load(HolderParams, path), name)
            if isinstance(value, float) and math.isnan(value):
                assert math.isnan(read)
            else:
                assert repr(as_stored(read)) == repr(as_stored(value)) or as_stored(read) == as_stored(value)


def test_show_tells_what_no_config_file_gives_back(capsys: pytest.CaptureFixture[str]) -> None:
    from tfaip.params import parse

    @params
    class Hidden:
        made: Any = field(factory=object, mode="ignore")

    with pytest.raises(SystemExit) as caught:
        parse(Hidden, ["--show"])
    assert caught.value.code == 2
    assert "$.made: can't be saved: expects Any, got <object object at" in capsys.readouterr().err


def test_sets_of_what_is_not_equal_to_itself_are_saved() -> None:
    @params
    class Numbers:
        unique: set[float] = field(factory=set)

    assert [math.isnan(value) for value in from_json(Numbers, to_json(Numbers(unique={math.nan}))).unique] == [True]


class Broken:
    """A type of somebody's own that fails."""

    @classmethod
    def from_word(cls, word: str) -> Broken:
        raise ValueError("no word is right")

    def to_word(self) -> str:
        raise RuntimeError("no words")


@params
class BrokenParams:
    one: Broken = field(factory=Broken)


@params
class HoldsBrokenParams:
    many: tuple[BrokenParams, ...] = field(default=(), mode="ignore")


def test_an_own_type_that_fails_is_told_with_its_field() -> None:
    with pytest.raises(SaveError, match=r"^\$\.one: can't be saved: expects Broken, got .*\n  RuntimeError: no words$"):
        to_json(BrokenParams())
    with pytest.raises(SaveError, match=r"^\$\.many\[0\]\.one: can't be saved: expects Broken, got .*\n  RuntimeError"):
        to_json(HoldsBrokenParams(many=(BrokenParams(),)))


def test_what_an_encoder_gives_need_not_be_plain() -> None:
    @params
    class Coded:
        point: complex = field(
            default=1j, mode="ignore", encoder=lambda z: (z.real, z.imag), decoder=lambda data: complex(*data)
        )

    assert to_dict(Coded(point=2 + 3j))["point"] == [2.0, 3.0]
    assert from_json(Coded, to_json(Coded(point=2 + 3j))).point == 2 + 3j


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("path", "runs/a", Path("runs/a")),
        ("sizes", [1, 2, 3], (1, 2, 3)),
        ("items", (1, 2), [1, 2]),
        ("layers", (LayerParams(k=3),), [LayerParams(k=3)]),
        ("hidden", (1, (2, "a")), [1, [2, "a"]]),
        ("number", 2, 2.0),
    ],
)
def test_a_value_that_is_often_written_in_another_way_is_read_in_that_of_its_field(
    tmp_path: Path, name: str, value: Any, read: Any
) -> None:
    save(changed(name, value), tmp_path / "f.json")
    found = getattr(load(HolderParams, tmp_path / "f.json"), name)
    assert found == read
    assert type(found) is type(read)
