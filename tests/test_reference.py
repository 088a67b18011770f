"""The reference shows the hooks, and the source has them first, where editors list the members of a class."""

import ast
import importlib
import inspect
import sys

import pytest

from commands import ROOT
from tfaip.pipeline.hooks import hooks_of, overridden_hooks

sys.path.append(str(ROOT / "docs"))
from hooks import hooks_by_class, hooks_page

HOOKS = hooks_by_class()
SHOWN = {
    "tfaip.model.model.ModelBase": ["create_graph", "_loss", "_metric", "_best_logging_settings", "_print_evaluate"],
    "tfaip.model.graph.GraphBase": ["build_train_graph", "build_prediction_graph"],
    "tfaip.pipeline.data.data_base.DataBase": ["_input_layer_specs", "_target_layer_specs", "_padding_values"],
    "tfaip.model.scenario.scenario.ScenarioBase": ["evaluator_cls", "create_trainer", "default_params"],
}


@pytest.mark.parametrize("cls", SHOWN)
def test_the_reference_has_hooks_whose_names_have_an_underscore(cls):
    assert set(SHOWN[cls]) <= {hook.name for hook in HOOKS[cls]}
    assert all(f"| `{name}(" in hooks_page() for name in SHOWN[cls])


@pytest.mark.parametrize("cls", HOOKS)
def test_the_hooks_of_the_source_are_those_that_the_framework_checks(cls):
    module, _, name = cls.rpartition(".")
    found = getattr(importlib.import_module(module), name)
    of_bases = [HOOKS.get(f"{base.__module__}.{base.__qualname__}", []) for base in found.__mro__]
    assert {hook.name for hooks in of_bases for hook in hooks} == set(hooks_of(found))


@pytest.mark.parametrize("cls", HOOKS)
def test_hooks_stand_before_the_other_methods_of_their_class(cls):
    module, _, name = cls.rpartition(".")
    found = getattr(importlib.import_module(module), name)
    source = inspect.getsource(sys.modules[module])
    node = next(node for node in ast.parse(source).body if getattr(node, "name", "") == name)
    methods = [method.name for method in node.body if isinstance(method, ast.FunctionDef)]
    hooks = hooks_of(found)
    last = max(methods.index(hook.name) for hook in HOOKS[cls])
    before = [method for method in methods[:last] if method not in hooks and not method.startswith("__")]
    assert before == []


def test_each_hook_says_what_it_is_for():
    assert [f"{cls}.{hook.name}" for cls, hooks in HOOKS.items() for hook in hooks if not hook.summary] == []


def test_the_hooks_that_a_class_overrides_are_known():
    from examples.tutorial.min.data import TutorialData
    from tfaip.pipeline import DataBase

    assert overridden_hooks(DataBase) == []
    assert {"_input_layer_specs", "_target_layer_specs"} <= set(overridden_hooks(TutorialData))
