"""Params as plain data and files, and what is refused."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable
from enum import Enum, Flag
from pathlib import Path
from typing import Any, Literal

import params_zoo as zoo
import pytest

from tfaip.params import (
    LoadError,
    ParamsError,
    ParamsWarning,
    field,
    from_dict,
    from_json,
    load,
    params,
    run_post_init,
    save,
    to_dict,
    to_json,
)
from tfaip.params.serialization.formats import MAX_BYTES, parse_text
from tfaip.params.serialization.yaml import dump_yaml, load_yaml


def problems(read: Callable[[], Any]) -> list[str]:
    with pytest.raises(LoadError) as caught:
        read()
    return [str(mistake) for mistake in caught.value.mistakes]


def test_plain_data_is_tagged_and_plain() -> None:
    assert to_dict(zoo.NetParams(layers=[zoo.ConvParams()], heads={"a": zoo.LayerParams()})) == {
        "__cls__": "params_zoo:NetParams",
        "layers": [{"__cls__": "params_zoo:ConvParams", "name": "", "filters": 16, "kernel": [3, 3]}],
        "heads": {"a": {"__cls__": "params_zoo:LayerParams", "name": ""}},
        "activation": "relu",
        "nodes": [128, 64],
        "size": {"__cls__": "params_zoo:SizeParams", "width": 28, "height": 28, "crop": False},
    }


def test_every_type_is_plain_data() -> None:
    data = to_dict(zoo.AllParams(flags={"a": True}, by_level={zoo.Level.HIGH: 3}, by_number={7: math.inf}))
    assert json.loads(json.dumps({**data, "by_number": {}})) == {**data, "by_number": {}}
    assert data["color"] == "red"
    assert (data["level"], type(data["level"])) == (1, int)
    assert data["shape"] == "WIDE"
    assert data["path"] == "folder/file.txt"
    assert data["texts"] == ["a", "b"]
    assert data["by_level"] == {"2": 3}
    assert data["duration"] == "1h30m"


def test_json_is_standard_json_even_for_infinity() -> None:
    @params
    class Numbers:
        x: float = math.inf
        y: dict[str, float] = field(factory=lambda: {"a": -math.inf})

    text = to_json(Numbers())
    assert json.loads(text, parse_constant=lambda word: pytest.fail(word))["x"] == "inf"
    assert from_json(Numbers, text) == Numbers()
    assert math.isnan(from_json(Numbers, '{"x": "nan"}').x)


def test_the_version_stands_in_files() -> None:
    assert json.loads(to_json(zoo.SizeParams()))["format_version"] == 1


def test_hidden_fields_are_stored() -> None:
    assert from_dict(zoo.TrainerParams, to_dict(zoo.TrainerParams(version=8))).version == 8


def test_missing_fields_take_their_defaults() -> None:
    assert from_dict(zoo.SizeParams, {"width": 3}) == zoo.SizeParams(width=3)


def test_the_tag_selects_a_subclass() -> None:
    assert from_dict(zoo.OptimizerParams, {"__cls__": "params_zoo:AdamParams", "lr": 1}) == zoo.AdamParams(lr=1.0)
    assert from_dict(zoo.OptimizerParams, "Momentum") == zoo.SGDParams()


def test_an_abstract_class_needs_a_tag() -> None:
    assert problems(lambda: from_dict(zoo.OptimizerParams, {"lr": 1.0})) == [
        "$: needs __cls__, since OptimizerParams is abstract"
    ]


def test_former_tags_and_field_names_still_load() -> None:
    old = {"__cls__": "old_zoo.layers:FullyConnected", "nodes": 3}
    assert from_dict(zoo.LayerParams, old) == zoo.DenseParams(units=3)
    assert from_dict(zoo.DenseParams, {"size": 4}).units == 4


def test_all_problems_are_told_with_their_paths() -> None:
    data = {
        "epochs": "3",
        "quux": 1,
        "net": {
            "layers": [{"__cls__": "FC", "units": 1.5}, {"__cls__": "Cnov"}],
            "heads": {"a": 3},
            "nodes": [1, None],
        },
        "optimizer": {"__cls__": "Adam", "beta1": 2},
    }
    assert [line.splitlines()[0] for line in problems(lambda: from_dict(zoo.TrainerParams, data))] == [
        "$.epochs: expects int, got '3'",
        "$.quux: TrainerParams has no such field",
        "$.net.layers[0].units: expects int, got 1.5",
        "$.net.layers[1].__cls__: no class named 'Cnov'",
        "$.net.heads.a: expects the fields of a LayerParams, got 3",
        "$.net.nodes[1]: expects int, got none",
        "$.optimizer.beta1: AdamParams has no such field",
    ]


@pytest.mark.parametrize(
    ("field_name", "value", "problem"),
    [
        ("integer", True, "expects int, got true"),
        ("integer", 1.0, "expects int, got 1.0"),
        ("number", "1", "expects float, got '1'"),
        ("number", True, "expects float, got true"),
        ("text", 3, "expects str, got 3"),
        ("flag", "yes", "expects bool, got 'yes'"),
        ("flag", 1, "expects bool, got 1"),
        ("path", 3, "expects path, got 3"),
        ("color", "blue", "must be one of red, green, got 'blue'"),
        ("level", True, "must be one of 1, 2, got true"),
        ("literal", 1, "must be one of a, 2, true, got 1"),
        ("optional", "1", "expects int | none, got '1'"),
        ("union", None, "expects int | float | str, got none"),
        ("union", [1], "expects int | float | str, got [1]"),
        ("integers", "12", "expects a list (list[int]), got '12'"),
        ("pair", [1], "expects 2 values (tuple[int, str]), got 1"),
        ("flags", [], "expects an object (dict[str, bool]), got []"),
        ("moment", 3, "expects datetime, got 3"),
        ("duration", "1 week", "must be a duration like 1d2h3m4.5s or 12:00:00, or a number of seconds, got '1 week'"),
        ("text", "x" * 99, None),
        ("number", 3, None),
        ("color", "GREEN", None),
        ("duration", 90, None),
        ("maybe", [1, None], None),
    ],
)
def test_types_are_checked_strictly(field_name: str, value: Any, problem: str | None) -> None:
    if problem is None:
        assert from_dict(zoo.AllParams, {field_name: value}) != zoo.AllParams()
    else:
        assert problems(lambda: from_dict(zoo.AllParams, {field_name: value})) == [f"$.{field_name}: {problem}"]


def test_keys_and_items_of_dicts_are_checked() -> None:
    assert problems(lambda: from_dict(zoo.AllParams, {"by_level": {"3": 1, "2": "x"}, "flags": {"a": 0}})) == [
        "$.by_level.3: must be one of 1, 2, got '3'",
        "$.by_level.2: expects int, got 'x'",
        "$.flags.a: expects bool, got 0",
    ]


def test_keys_of_dicts_of_params_are_checked() -> None:
    @params
    class Keyed:
        sizes: dict[int, zoo.SizeParams] = field(factory=dict)
        maybe: dict[int, zoo.SizeParams] | None = field(factory=dict)

    assert from_dict(Keyed, {"sizes": {"3": {}}, "maybe": None}) == Keyed(sizes={3: zoo.SizeParams()}, maybe=None)
    assert problems(lambda: from_dict(Keyed, {"sizes": {"x": {}}})) == ["$.sizes.x: must be a whole number, got 'x'"]


def test_lenient_reading_warns_of_unknown_keys() -> None:
    with pytest.warns(ParamsWarning, match=r"\$\.widht: SizeParams has no such field\n  did you mean width\?"):
        assert from_dict(zoo.SizeParams, {"widht": 3, "height": 2}, strict=False) == zoo.SizeParams(height=2)


def test_complete_reading_reports_missing_keys() -> None:
    assert problems(lambda: from_dict(zoo.SizeParams, {"width": 3}, complete=True)) == [
        "$.height: is missing",
        "$.crop: is missing",
    ]
    with pytest.warns(ParamsWarning, match="is missing"):
        assert from_dict(zoo.SizeParams, {"width": 3}, complete=True, strict=False).width == 3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        from_dict(zoo.SizeParams, to_dict(zoo.SizeParams()), complete=True, strict=False)


def test_validators_run_and_name_their_paths() -> None:
    assert problems(lambda: from_dict(zoo.CheckedParams, {"count": 0, "ratio": -1.0})) == [
        "$.count: must be > 0, got 0",
        "$.ratio: must be >= 0, got -1.0",
    ]
    assert from_dict(zoo.CheckedParams, {"name": "abc"}).name == "ABC"


def test_choices_hold_in_files() -> None:
    assert "must be one of relu, tanh, sigmoid" in problems(lambda: from_dict(zoo.NetParams, {"activation": "x"}))[0]


def test_post_init_runs_after_loading_and_may_run_again() -> None:
    loaded = from_dict(zoo.DerivedParams, {"parts": [1, 2, 3]})
    assert (loaded.total, loaded.inner.width, loaded.calls) == (6, 6, 1)
    run_post_init({"a": [loaded], "b": None})
    assert (loaded.total, loaded.calls) == (6, 2)


def test_encoders_and_decoders_of_fields() -> None:
    @params
    class Coded:
        letters: complex = field(default=1j, mode="ignore", encoder=str, decoder=complex)
        text: str = field(default="a", encoder=lambda text: text[::-1], decoder=lambda text: text[::-1])

    coded = Coded(letters=2 + 3j, text="xyz")
    assert to_dict(coded)["text"] == "zyx"
    assert from_dict(Coded, to_dict(coded)) == coded
    assert "complex" in problems(lambda: from_dict(Coded, {"letters": "no number"}))[0]


def test_hidden_fields_of_unknown_types_pass_through_the_converter() -> None:
    @params
    class Opaque:
        data: Any = field(default=None, mode="ignore")

    assert from_dict(Opaque, {"data": {"x": [1, "a"]}}).data == {"x": [1, "a"]}


@pytest.mark.parametrize("suffix", ["json", "yaml", "yml", "toml"])
@pytest.mark.parametrize(
    "value",
    [
        zoo.AllParams(),
        zoo.TrainerParams(warmstart=zoo.WarmstartParams()),
        zoo.PlainHolderParams(),
        zoo.MyTrainerParams(),
    ],
)
def test_files_of_all_formats(value: Any, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"params.{suffix}"
    save(value, path)
    assert load(type(value), str(path)) == value
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_saving_replaces_a_file_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    save(zoo.SizeParams(width=1), path)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(ParamsError, match="can't be written: No space left on device"):
        save(zoo.SizeParams(width=2), path)
    assert load(zoo.SizeParams, path).width == 1


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for name, text in {"missing.json": None, "odd.txt": "", "broken.json": "{", "list.yaml": "[]"}.items():
        if text is not None:
            (tmp_path / name).write_text(text)
        assert name in problems(lambda name=name: load(zoo.SizeParams, tmp_path / name))[0]  # type: ignore[misc]  # the default binds the name


def test_what_is_no_params_cannot_be_stored_or_expected() -> None:
    with pytest.raises(ParamsError, match="expects a params object, got 3"):
        to_dict(3)
    with pytest.raises(ParamsError, match="expects a params class"):
        from_dict(int, {})


def test_yaml_reads_numbers_and_words_as_version_1_2_does() -> None:
    text = "a: 1e-3\nb: no\nc: on\nd: 0o17\ne: 12:30\nf: .inf\ng: ~\nh: 0x1F\ni: 010\nj: +1.5\nk: true\n"
    expected = {
        "a": 0.001,
        "b": "no",
        "c": "on",
        "d": 15,
        "e": "12:30",
        "f": math.inf,
        "g": None,
        "h": 31,
        "i": 10,
        "j": 1.5,
        "k": True,
    }
    assert load_yaml(text) == expected
    assert load_yaml(dump_yaml(expected)) == expected


def test_yaml_tags_make_no_objects() -> None:
    with pytest.raises(LoadError, match="is no valid YAML: could not determine a constructor"):
        parse_text("!!python/object/apply:os.system ['true']", "yaml")


@pytest.mark.parametrize("format_", ["json", "yaml"])
def test_deep_nesting_is_an_error_not_a_crash(format_: str) -> None:
    for depth, message in ((500, "is nested too deeply, more than 100 levels"), (10_000, "is n")):
        for text in ("[" * depth + "]" * depth, '{"net":' * depth + "1" + "}" * depth):
            (found,) = problems(lambda text=text: parse_text(text, format_, "f"))  # type: ignore[misc]
            assert found.startswith(f"f: {message}")


def test_yaml_that_multiplies_itself_is_an_error_not_a_crash() -> None:
    levels = "\n".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]" for i in range(1, 12))
    found = problems(lambda: parse_text(f"l0: &l0 [x]\n{levels}\nchildren: *l11", "yaml", "f"))
    assert found == ["f: holds more than 500,000 values, that can't be params"]
    assert "is nested too deeply" in problems(lambda: parse_text("&a [*a]", "yaml"))[0]
    assert parse_text("a: &a [1, 2]\nb: *a\nc: {d: *a}", "yaml") == {"a": [1, 2], "b": [1, 2], "c": {"d": [1, 2]}}


def test_values_in_messages_are_short_however_they_are_nested() -> None:
    data: Any = ["x" * 1000]
    for _ in range(30):
        data = [data] * 9
    found = problems(lambda: from_dict(zoo.NetParams, {"activation": data, "size": {"width": "y" * 1000}}))
    assert all(len(line) < 130 for line in found)
    assert len(found) == 2


def test_deep_nesting_of_params_is_an_error_not_a_crash() -> None:
    data: dict[str, Any] = {}
    for _ in range(10_000):
        data = {"children": [data]}
    assert problems(lambda: from_dict(zoo.TreeParams, data)) == ["$: nested too deeply"]


def test_a_hundred_megabytes_of_unknown_keys_end_in_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(100 * 10**6)
    assert problems(lambda: load(zoo.SizeParams, path)) == [f"{path}: is larger than 32 MiB, that can't be params"]
    assert problems(lambda: from_json(zoo.SizeParams, " " * (MAX_BYTES + 1)))[0].endswith("can't be params")


def test_many_unknown_keys_are_counted_not_listed() -> None:
    found = problems(lambda: from_dict(zoo.SizeParams, {f"key{i}": "x" * 100 for i in range(100_000)}))
    assert len(found) == 21
    assert found[-1] == "$: 99980 more keys that SizeParams doesn't have"


def test_a_newer_format_asks_for_a_newer_version() -> None:
    assert "install a newer tfaip-params" in problems(lambda: from_dict(zoo.SizeParams, {"format_version": 2}))[0]


def test_errors_survive_a_process() -> None:
    import pickle

    with pytest.raises(LoadError) as caught:
        from_dict(zoo.SizeParams, {"width": "x"})
    copy = pickle.loads(pickle.dumps(caught.value))
    assert copy.mistakes == caught.value.mistakes
    assert str(copy) == str(caught.value)
    assert len({*copy.mistakes, *caught.value.mistakes}) == 1
    assert repr(copy.mistakes[0]) == "Mistake('$.width', \"expects int, got 'x'\", ())"
    assert copy.mistakes[0] != "something else"


def _with_mode(base: type[Enum], *names: str) -> tuple[Any, Any]:
    mode: Any = base("Mode", list(names), module=__name__)  # type: ignore[call-overload]  # of any base
    annotations = {"mode": mode, "by": dict[mode, Literal[mode.SLOW]]}  # type: ignore[valid-type]  # made at run time
    return mode, params(type("WithMode", (), {"__annotations__": annotations}))


@pytest.mark.parametrize("base", [Enum, Flag])
def test_members_that_only_count_are_stored_by_name(base: type[Enum]) -> None:
    mode, cls = _with_mode(base, "FAST", "SLOW")
    before = cls(mode=mode.SLOW, by={mode.FAST: mode.SLOW})
    text = to_json(before)
    assert from_dict(cls, {"mode": 2, "by": {"1": 2}}) == from_dict(cls, {"mode": 2, "by": {1: 2}}) == before
    mode, cls = _with_mode(base, "EXACT", "FAST", "SLOW")
    assert from_json(cls, text) == cls(mode=mode.SLOW, by={mode.FAST: mode.SLOW})


@pytest.mark.parametrize("values", [{"A": 16, "B": 64}, {"A": 5}, {"A": True, "B": False}, {"A": "B", "B": 1}])
def test_members_with_values_of_their_own_are_stored_by_value(values: dict[str, Any]) -> None:
    own = Enum("Own", values)  # type: ignore[misc]  # known at run time only
    holder = params(type("Holder", (), {"__annotations__": {"own": own}}))
    for member in own:
        assert to_dict(holder(own=member))["own"] == member.value
        assert from_dict(holder, to_dict(holder(own=member))).own is member


def test_a_former_value_stands_for_one_of_today_in_files_alone() -> None:
    @params
    class Run:
        epochs: int | None = field(default=5, former_values={-1: None, 0: 1})
        shows: bool | str = field(default="bar", former_values={1: "bar", None: "off"})

    assert from_dict(Run, {"epochs": -1, "shows": 1}) == Run(epochs=None, shows="bar")
    assert from_dict(Run, {"epochs": 0, "shows": None}) == Run(epochs=1, shows="off")
    assert from_dict(Run, {"shows": True}).shows is True
    assert Run(epochs=-1).epochs == -1
    assert to_dict(Run(epochs=None))["epochs"] is None
