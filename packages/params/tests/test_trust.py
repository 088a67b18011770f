"""Files can't make us import or instantiate what they name, unless it is params of a trusted package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import params_zoo as zoo
import pytest

from tfaip.params import LoadError, from_dict, from_json, load, trusted_packages_of

DERIVED_MODULE = (
    "import {module}\nfrom tfaip.params import params\n@params\nclass {name}({module}.{base}):\n    x: int = 1\n"
)
PARAMS_MODULE = "from tfaip.params import params\n@params\nclass {name}Params:\n    x: int = 1\n"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of `PYTHONPATH` in which every import of a module leaves a file."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def write_module(folder: Path, name: str, body: str = "") -> Path:
    """A module that writes `NAME.imported` when it is imported."""
    path = folder.joinpath(*name.split("."))
    mark = folder / f"{name}.imported"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".py").write_text(f"from pathlib import Path\nPath({str(mark)!r}).touch()\n{body}")
    return mark


def tagged(tag: str, **fields: Any) -> str:
    return json.dumps({"__cls__": tag, **fields})


@pytest.mark.parametrize(
    "tag",
    [
        "os:system",
        "subprocess:Popen",
        "builtins:eval",
        "tfaip.params.registry:register",
        "tfaip.params.trust.tagged_import:TrustedImport",
        "tfaip.params:os.system",
        "params_zoo:Color",
        "params_zoo:positive",
        "params_zoo",
        ":Class",
        "os.path:",
        "os;system:Class",
        "../evil:Class",
        "params_zoo:SizeParams.__init__",
        "params_zoo:SizeParams.__class__",
    ],
)
def test_what_is_no_params_class_is_refused(tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("it was called")

    monkeypatch.setattr(os, "system", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    before = set(sys.modules)
    with pytest.raises(LoadError) as caught:
        from_json(zoo.SizeParams, tagged(tag, args="true"))
    assert str(caught.value).startswith("$.__cls__: ")
    assert {name for name in set(sys.modules) - before if not name.startswith("tfaip")} == set()


def test_a_module_that_would_write_a_file_is_not_imported(lab: Path) -> None:
    mark = write_module(lab, "evil_module", PARAMS_MODULE.format(name="Evil"))
    with pytest.raises(LoadError, match="evil_module:EvilParams isn't trusted, so it isn't imported"):
        from_json(zoo.SizeParams, tagged("evil_module:EvilParams"))
    assert not mark.exists()
    assert "evil_module" not in sys.modules


def test_params_of_the_wrong_kind_are_refused_before_they_are_instantiated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoo.NetParams, "__init__", lambda *_, **__: pytest.fail("it was instantiated"))
    with pytest.raises(LoadError, match="params_zoo:NetParams doesn't derive from params_zoo:SizeParams"):
        from_json(zoo.SizeParams, tagged("params_zoo:NetParams"))


def test_nothing_is_instantiated_where_anything_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoo.AdamParams, "__init__", lambda *_, **__: pytest.fail("it was instantiated"))
    text = json.dumps({"optimizer": {"__cls__": "params_zoo:AdamParams"}, "quux": 1})
    with pytest.raises(LoadError, match="quux"):
        from_json(zoo.TrainerParams, text)


def test_a_trusted_package_is_imported(lab: Path) -> None:
    body = DERIVED_MODULE.format(module="params_zoo", base="SizeParams", name="Small")
    mark = write_module(lab, "trusted_lab.sizes", body)
    text = tagged("trusted_lab.sizes:Small", x=3)
    for trust in ([], ["trusted"], ["trusted_lab.other"], ["trusted_lab_2"]):
        with pytest.raises(LoadError, match="isn't trusted"):
            from_json(zoo.SizeParams, text, trust=trust)
    assert not mark.exists()
    assert from_json(zoo.SizeParams, text, trust=["trusted_lab"]).x == 3  # type: ignore[attr-defined]  # of the subclass


def test_the_package_of_the_expected_class_is_trusted(lab: Path) -> None:
    write_module(lab, "own_lab.base", PARAMS_MODULE.format(name="Base"))
    derived = DERIVED_MODULE.format(module="own_lab.base", base="BaseParams", name="Derived")
    write_module(lab, "own_lab.derived", derived)
    from own_lab.base import BaseParams  # type: ignore[import-not-found]  # written just now

    assert from_json(BaseParams, tagged("own_lab.derived:Derived", x=5)).x == 5


def test_modules_of_trusted_packages_that_fail(lab: Path) -> None:
    write_module(lab, "failing_lab", "1 / 0")
    for tag, message in {
        "failing_lab:X": "the module fails to import: ZeroDivisionError",
        "failing_lab.sub:X": "fails to import",
        "absent_lab:X": "there is no module 'absent_lab'",
    }.items():
        with pytest.raises(LoadError, match=message):
            from_json(zoo.SizeParams, tagged(tag), trust=["failing_lab", "absent_lab"])


def test_plain_classes_of_trusted_packages_are_found(lab: Path) -> None:
    body = (
        "import params_zoo, attrs\n@attrs.define\nclass More(params_zoo.PlainAttrs):\n    more: int = 1\nnumber = 3\n"
    )
    write_module(lab, "plain_lab", body)
    text = json.dumps({"attrs_class": {"__cls__": "plain_lab:More", "more": 4}})
    assert from_json(zoo.PlainHolderParams, text, trust=["plain_lab"]).attrs_class.more == 4  # type: ignore[attr-defined]  # of the subclass
    for tag in ("plain_lab:number", "plain_lab:number.real", "plain_lab:Missing"):
        with pytest.raises(LoadError, match="is no params class|there is no"):
            from_json(zoo.PlainHolderParams, json.dumps({"attrs_class": {"__cls__": tag}}), trust=["plain_lab"])


def test_a_module_that_only_a_file_names_is_located_without_importing_anything(lab: Path) -> None:
    marks = [
        write_module(lab, "located_lab.__init__"),
        write_module(lab, "located_lab.deep.__init__"),
        write_module(lab, "located_lab.deep.scenario", PARAMS_MODULE.format(name="My")),
    ]
    assert trusted_packages_of("located_lab.deep.scenario:MyParams") == {"located_lab"}
    assert not any(mark.exists() for mark in marks)
    assert not [name for name in sys.modules if name.startswith("located_lab")]


@pytest.mark.parametrize(
    "body",
    [
        "@params\nclass Thing: pass",
        "@params(name='x')\nclass Thing: pass",
        "@tfaip.params.params\nclass Thing: pass",
        "class Thing(ScenarioBase): pass",
        "class Thing(ScenarioBase[A, B]): pass",
        "class Thing(lab.MyScenario): pass",
        "class Thing(ScenarioBaseParams[A, B]): pass",
        "class Thing(Mixin, OtherParams): pass",
        "class Thing(tm.ScenarioOf[A, B, C]): pass",
        "class Base(ScenarioOf[A, B, C]): pass\nclass Thing(Base): pass",
    ],
)
def test_what_looks_like_params_or_a_scenario_is_trusted(lab: Path, body: str) -> None:
    (lab / "looks_lab.py").write_text(body)
    assert trusted_packages_of("looks_lab:Thing") == {"looks_lab"}


def test_the_parameters_that_a_scenario_makes_are_trusted_with_it(lab: Path) -> None:
    (lab / "made_lab.py").write_text("class Thing(ScenarioOf[A, B, C]): pass\nclass Circle(Circle): pass")
    assert trusted_packages_of("made_lab:Thing.Params", "made_lab:Thing.PipelineParams") == {"made_lab"}
    for tag in ("made_lab:Thing.Other", "made_lab:Params", "made_lab:Circle.Params"):
        with pytest.raises(LoadError, match="defines no params or scenario class"):
            trusted_packages_of(tag)


def test_a_module_of_another_machine_is_asked_for() -> None:
    with pytest.raises(LoadError, match=r"copy absent.py \(or the folder absent\) to this .* PATH/absent.py"):
        trusted_packages_of("absent:Thing")


@pytest.mark.parametrize(
    ("body", "tag", "message"),
    [
        ("class Thing: pass", "odd_lab:Thing", "defines no params or scenario class 'Thing'"),
        ("class Thing(Exception): pass", "odd_lab:Thing", "defines no params or scenario class"),
        ("@other\nclass Thing(f()): pass", "odd_lab:Thing", "defines no params or scenario class"),
        ("def Thing(): pass", "odd_lab:Thing", "defines no params or scenario class"),
        ("@params\nclass Other: pass", "odd_lab:Thing", "defines no params or scenario class 'Thing'"),
        ("@params\nclass Thing: pass", "odd_lab:Thing.Inner", "defines no params or scenario class 'Thing.Inner'"),
        ("class Thing(", "odd_lab:Thing", "the source of 'odd_lab' can't be read"),
        ("", "odd_lab.sub:Thing", "no source of a module 'odd_lab.sub' on sys.path"),
        ("", "absent_module:Thing", "no source of a module 'absent_module'"),
        ("", "absent.module:Thing", "no source of a module 'absent.module'"),
        ("", "sys:Thing", "no source of a module 'sys'"),
        ("", "os:system", "no source of a module 'os'"),
        ("", "json:dumps", "defines no params or scenario class 'dumps'"),
        ("", "odd_lab", "expects module:Class"),
        ("", "../odd_lab:Thing", "expects module:Class"),
    ],
)
def test_what_does_not_look_like_it_is_refused(lab: Path, body: str, tag: str, message: str) -> None:
    (lab / "odd_lab.py").write_text(body)
    with pytest.raises(LoadError) as caught:
        trusted_packages_of(tag)
    assert message in str(caught.value)


def test_nested_classes_and_namespace_packages_are_located(lab: Path) -> None:
    (lab / "space" / "inner").mkdir(parents=True)
    (lab / "space" / "inner" / "mod.py").write_text("class Outer:\n    @params\n    class Inner: pass\n")
    assert trusted_packages_of("space.inner.mod:Outer.Inner") == {"space"}


def test_loading_by_what_the_file_names(lab: Path) -> None:
    write_module(
        lab,
        "named_lab.sizes",
        DERIVED_MODULE.format(module="params_zoo", base="SizeParams", name="Big"),
    )
    path = lab / "a.json"
    path.write_text(tagged("named_lab.sizes:Big"))
    trust = trusted_packages_of(json.loads(path.read_text())["__cls__"])
    assert type(load(zoo.SizeParams, path, trust=trust)).__name__ == "Big"


def test_what_a_script_stored_loads_where_its_class_is_expected() -> None:
    data = {"__cls__": "__main__:NetParams", "nodes": [7]}
    assert from_dict(zoo.NetParams, data) == zoo.NetParams(nodes=[7])
    read = from_dict(zoo.TrainerParams, {"optimizer": {"__cls__": "__main__:SGDParams"}})
    assert read.optimizer == zoo.SGDParams()
    with pytest.raises(LoadError, match="__main__:DenseParams was defined in a notebook or script"):
        from_dict(zoo.NetParams, {"__cls__": "__main__:DenseParams"})
