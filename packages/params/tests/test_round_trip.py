"""Whatever params are generated, every format gives back exactly the same."""

from __future__ import annotations

import copy
import math
import pickle
import tempfile
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import attrs
import params_zoo as zoo
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tfaip.params import CommandLine, from_dict, from_json, load, run_post_init, save, to_dict, to_json
from tfaip.params.serialization.writing import plain_value
from tfaip.params.values.anything import words_of
from tfaip.params.values.base import ValueType, read_words

# Halves of surrogate pairs are text that TOML can't hold.
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
# In a union of numbers and text the three words for what JSON has no number for are the numbers.
UNION_TEXT = TEXT.filter(lambda text: text not in ("inf", "-inf", "nan"))
INTEGERS = st.integers(-(2**53), 2**53)
FLOATS = st.floats(allow_nan=False)
PATHS = st.lists(st.text("abc._-ü", min_size=1, max_size=5), min_size=1, max_size=3).map(lambda parts: Path(*parts))

LAYERS = st.one_of(
    st.builds(zoo.LayerParams, name=TEXT),
    st.builds(zoo.ConvParams, name=TEXT, filters=INTEGERS, kernel=st.tuples(INTEGERS, INTEGERS)),
    st.builds(zoo.DenseParams, name=TEXT, units=INTEGERS),
)
SIZES = st.builds(zoo.SizeParams, width=INTEGERS, height=INTEGERS, crop=st.booleans())
NETS = st.builds(
    zoo.NetParams,
    layers=st.lists(LAYERS, max_size=3),
    heads=st.dictionaries(TEXT, LAYERS, max_size=3),
    activation=st.sampled_from(["relu", "tanh", "sigmoid"]),
    nodes=st.lists(INTEGERS, max_size=3),
    size=SIZES,
)
OPTIMIZERS = st.one_of(
    st.builds(zoo.AdamParams, lr=FLOATS, clip_norm=st.none() | FLOATS, beta_1=FLOATS),
    st.builds(zoo.SGDParams, lr=FLOATS, clip_norm=st.none() | FLOATS, momentum=FLOATS),
)
TRAINERS = st.builds(
    zoo.TrainerParams,
    epochs=INTEGERS,
    output_dir=st.none() | PATHS,
    verbose=st.booleans(),
    optimizer=OPTIMIZERS,
    warmstart=st.none() | st.builds(zoo.WarmstartParams, model=st.none() | TEXT, trim=st.booleans()),
    net=NETS,
    version=INTEGERS,
)
ALL = st.builds(
    zoo.AllParams,
    integer=INTEGERS,
    number=FLOATS,
    text=TEXT,
    flag=st.booleans(),
    path=PATHS,
    color=st.sampled_from(zoo.Color),
    level=st.sampled_from(zoo.Level),
    shape=st.sampled_from(zoo.Shape),
    literal=st.sampled_from(["a", 2, True]),
    optional=st.none() | INTEGERS,
    union=INTEGERS | FLOATS | UNION_TEXT,
    optional_union=st.none() | INTEGERS | TEXT,
    integers=st.lists(INTEGERS, max_size=3),
    texts=st.sets(TEXT, max_size=3),
    frozen=st.frozensets(INTEGERS, max_size=3),
    pair=st.tuples(INTEGERS, TEXT),
    numbers=st.lists(FLOATS, max_size=3).map(tuple),
    flags=st.dictionaries(TEXT, st.booleans(), max_size=3),
    by_level=st.dictionaries(st.sampled_from(zoo.Level), INTEGERS),
    by_number=st.dictionaries(INTEGERS, FLOATS, max_size=3),
    moment=st.datetimes(),
    day=st.dates(),
    hour=st.times(),
    duration=st.timedeltas(timedelta(-9999), timedelta(9999)),
    maybe=st.none() | st.lists(st.none() | INTEGERS, max_size=3),
)
TREES = st.recursive(
    st.builds(zoo.TreeParams, value=INTEGERS),
    lambda children: st.builds(zoo.TreeParams, value=INTEGERS, children=st.lists(children, max_size=3)),
    max_leaves=6,
)
PLAIN = st.builds(
    zoo.PlainHolderParams,
    attrs_class=st.builds(zoo.PlainAttrs, count=INTEGERS),
    data_class=st.builds(zoo.PlainData, rate=FLOATS, tags=st.lists(TEXT, max_size=2)),
)
PARAMS = st.one_of(TRAINERS, ALL, TREES, PLAIN)

few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def types_of(value: Any) -> Any:
    """The types of everything in params: 1 == True == 1.0, but they aren't the same."""
    if attrs.has(type(value)):
        return type(value), [types_of(getattr(value, a.name)) for a in attrs.fields(type(value))]
    if isinstance(value, dict):
        return dict, [(types_of(k), types_of(v)) for k, v in value.items()]
    if isinstance(value, list | tuple):
        return type(value), [types_of(item) for item in value]
    return type(value)


@few
@given(PARAMS)
def test_plain_data_and_json(value: Any) -> None:
    for again in (from_dict(type(value), to_dict(value)), from_json(type(value), to_json(value))):
        assert again == value
        assert types_of(again) == types_of(value)


@few
@given(value=PARAMS)
@pytest.mark.parametrize("suffix", ["json", "yaml", "toml"])
def test_files(suffix: str, value: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{suffix}"
        save(value, path)
        again = load(type(value), path, complete=True)
    assert again == value
    assert types_of(again) == types_of(value)


@few
@given(PARAMS)
def test_pickle_and_copy(value: Any) -> None:
    assert pickle.loads(pickle.dumps(value)) == copy.deepcopy(value) == value


@few
@given(PARAMS)
def test_a_default_instance_is_kept_by_an_empty_line(value: Any) -> None:
    command = CommandLine("prog")
    command.add_root("root", type(value), default=value)
    again = command.parse_or_raise([])["root"]
    assert again == value
    assert types_of(again) == types_of(value)


@few
@given(TRAINERS)
def test_what_is_saved_from_a_line_is_the_same_config(value: zoo.TrainerParams) -> None:
    command = CommandLine("prog")
    command.add_root("root", zoo.TrainerParams, default=zoo.TrainerParams())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.yaml"
        save(value, path)
        assert command.parse_or_raise(["--config", str(path)])["root"] == value


@few
@given(ALL)
def test_every_value_can_be_written_on_the_command_line(value: zoo.AllParams) -> None:
    from tfaip.params.defining.structure import fields_of

    line = []
    for name, spec in fields_of(zoo.AllParams).items():
        kind = spec.kind
        assert isinstance(kind, ValueType)
        words = words_of(kind, getattr(value, name))
        # What begins with dashes is an option, a key ends at the first `=`, and text like a number or none is that.
        unwritable = any(word.startswith("--") for word in words) or any("=" in key for key in value.flags)
        if unwritable or read_words(kind, words) != getattr(value, name):
            return
        # Of the empty list that may be None there is no way to tell it from the bare argument.
        line += [f"--{name}={words[0]}"] if len(words) == 1 else [f"--{name}", *words]
    command = CommandLine("prog")
    command.add_root("", zoo.AllParams)
    assert command.parse_or_raise(line)[""] == value


@few
@given(st.lists(st.integers(), max_size=5))
def test_post_init_is_idempotent(parts: list[int]) -> None:
    value = zoo.DerivedParams(parts=parts)
    run_post_init(value)
    once = (value.total, value.inner.width)
    run_post_init(value)
    assert (value.total, value.inner.width) == once == (sum(parts), sum(parts))


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308])
def test_special_numbers(number: float, tmp_path: Path) -> None:
    for suffix in ("json", "yaml", "toml"):
        path = tmp_path / f"a.{suffix}"
        save(zoo.AllParams(number=number, union=number), path)
        again = load(zoo.AllParams, path)
        for found in (again.number, again.union):
            assert isinstance(found, float)
            assert math.isnan(found) if math.isnan(number) else repr(found) == repr(number)


def test_members_of_enums_that_are_text_become_plain_text():
    class Word(StrEnum):
        ONE = "one"

    for value in (Word.ONE, [Word.ONE], {Word.ONE}):
        plain = plain_value(value)
        assert plain in ("one", ["one"])
        assert type(plain if isinstance(plain, str) else plain[0]) is str
