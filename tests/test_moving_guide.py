"""The guide for users of tfaip 1.2 holds a row for each former name, and names nothing that there isn't."""

import inspect
import re
from importlib import import_module

import attrs
import pytest

from commands import COMMANDS, ROOT
from tfaip.model import LayerBase
from tfaip.model.keras_layer import keras_layer
from tfaip.pipeline.hooks import FORMER_HOOKS, hooks_of
from tfaip.pipeline.hooks.signatures import wanted
from tfaip.upgrade.tables import FIELDS, METHODS, NAMES, OPTIONS, SIGNATURES
from tfaip.upgrade.tables.guide import TABLES, with_tables

GUIDE = (ROOT / "docs" / "moving_from_tfaip_1.md").read_text(encoding="utf-8")
PACKAGES = ["params", "pipeline", "pipeline.generators", "model", "predict", "trainer"]
# Internals that hooks and advice are about.
ELSEWHERE = {
    "PredictorBase": "tfaip.predict.predictor_base",
    "LAVBase": "tfaip.predict.lav.lav_base",
    "Schedule": "tfaip.trainer.schedules",
}


def named(name):
    """A public name of one of the packages; None if there is none."""
    for package in PACKAGES:
        module = import_module(f"tfaip.{package}")
        if name in module.__all__:
            return getattr(module, name)
    return getattr(import_module(ELSEWHERE[name]), name) if name in ELSEWHERE else None


def fields_of(cls):
    return {each.name for each in attrs.fields(cls)}


def has(cls, member):
    """Whether a class has a member, or its constructor sets an attribute of that name."""
    if issubclass(cls, LayerBase):
        cls = keras_layer(cls)  # the class of its objects, which Keras' layer has joined
    if hasattr(cls, member) or (attrs.has(cls) and member in fields_of(cls)):
        return True
    ours = [each for each in cls.__mro__ if "__init__" in vars(each) and each.__module__.startswith("tfaip.")]
    return any(re.search(rf"self\.{member}\b.* = ", inspect.getsource(each.__init__)) for each in ours)


def test_the_tables_are_written_from_the_tables_of_the_command():
    assert with_tables(GUIDE) == GUIDE, "python -m tfaip.upgrade.tables.guide docs/moving_from_tfaip_1.md"
    assert all(f"<!-- table: {name} -->" in GUIDE for name in TABLES)


def test_each_public_name_of_tfaip_1_has_a_row():
    names = (ROOT / "tests" / "names_of_tfaip_1.txt").read_text(encoding="utf-8").split()
    assert len(names) > 350
    assert set(names) <= set(NAMES)
    rows = "".join(re.findall(r"^\| (.+?) \|", GUIDE, flags=re.MULTILINE))
    assert [name for name in names if f"`{name.partition(':')[2]}`" not in rows] == []


def test_each_successor_exists():
    for entry in NAMES.values():
        assert entry.successor or entry.advice, entry
        if entry.successor:
            assert hasattr(import_module(entry.new_module), entry.new_name), entry


def test_each_option_of_today_is_a_field():
    for option in OPTIONS.values():
        entry = next(entry for entry in NAMES.values() if entry.name == option.owner)
        fields = fields_of(named(entry.new_name)) if entry.successor else set()
        assert option.successor in fields or not option.successor, option
        assert option.successor or option.advice, option


def test_each_other_field_of_tfaip_1_is_one_of_today():
    for owner, (_, fields) in FIELDS.items():
        entry = next(entry for entry in NAMES.values() if entry.name == owner)
        if entry.successor:
            cls = named(entry.new_name)
            today = set().union(*(fields_of(each) for each in (cls, *cls.__subclasses__())))
            assert {field for field in fields if (owner, field) not in OPTIONS} - today == set(), owner


@pytest.mark.parametrize("former", sorted({owner for owner, _ in METHODS}))
def test_methods_that_are_the_same_exist(former):
    entry = next(entry for entry in NAMES.values() if entry.name == former)
    same = [method for (owner, method), now in METHODS.items() if owner == former and not now]
    assert [method for method in same if not has(named(entry.new_name), method)] == []


def test_members_that_advice_names_exist():
    advice = [
        *(entry.advice for entry in NAMES.values()),
        *(option.advice for option in OPTIONS.values()),
        *(now for now in METHODS.values()),
        *(successor for hooks in FORMER_HOOKS.values() for successor in hooks.values()),
    ]
    members = {found for text in advice for found in re.findall(r"`([A-Z]\w+)\.(\w+)`", text)}
    assert len(members) > 30
    assert [f"{cls}.{member}" for cls, member in sorted(members) if not has(named(cls), member)] == []


def test_commands_that_the_guide_names_exist():
    assert set(re.findall(r"\btfaip-[a-z-]+", GUIDE)) <= set(COMMANDS)


def test_signatures_that_the_command_writes_are_those_of_the_hooks():
    for (base, name), signature in SIGNATURES.items():
        hook = hooks_of(named(base))[name]
        assert signature == wanted(hook.base, name)
