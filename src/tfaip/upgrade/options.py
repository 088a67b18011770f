"""Parameters by name: keyword arguments, fields with another name or other values, fields that are gone."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from tfaip.upgrade.project import called, dotted
from tfaip.upgrade.rewriter import Rewriter, code, expression
from tfaip.upgrade.tables import OPTIONS, FormerOption, option_of

__all__ = ["Options"]

# Parameters by the field of the trainer or the scenario that holds them.
_BY_FIELD: Mapping[str, str] = {
    "early_stopping": "EarlyStoppingParams",
    "optimizer": "OptimizerParams",
    "learning_rate": "LearningRateParams",
    "warmstart": "WarmStartParams",
    "device": "DeviceConfigParams",
    "scenario": "ScenarioBaseParams",
    "pipeline": "DataPipelineParams",
    "pre_proc": "SequentialProcessorPipelineParams",
    "post_proc": "SequentialProcessorPipelineParams",
    "trainer_params": "TrainerParams",
    "scenario_params": "ScenarioBaseParams",
}
_BY_HOOK = {"default_trainer_params": "TrainerParams", "default_params": "ScenarioBaseParams"}

# Statements that say nothing that has to be decided.
_NEEDLESS = {"mode", "use_shared_memory", "current_epoch"}
_RENAMED = {option.field: option for option in OPTIONS.values() if option.successor not in ("", option.field)}
_VALUED = {option.field: option for option in OPTIONS.values() if option.values}


class Options(Rewriter):
    """Rewrites constructors of parameters, and reads and assignments of their fields."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self._variables: list[dict[str, str]] = [{}]
        self._own = {field for facts in self.file.project.classes.values() for field in facts.fields}

    # Which class has what is read?

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:  # noqa: N802
        """Open the variables of a function."""
        known = {each.name.value: called(each.annotation.annotation) for each in node.params.params if each.annotation}
        self._variables.append({name: owner for name, owner in known.items() if owner})

    def leave_FunctionDef(  # noqa: N802
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        """Close the variables of a function."""
        self._variables.pop()
        return updated_node

    def visit_Assign(self, node: cst.Assign) -> None:  # noqa: N802
        """Take note of a variable's value."""
        target = node.targets[0].target
        if dotted(target) and isinstance(node.value, cst.Call):
            made = called(node.value)
            self._variables[-1][dotted(target)] = _BY_HOOK.get(made, made) if self._may_be_params(made) else ""

    def _may_be_params(self, made: str) -> bool:
        in_scenario = "ScenarioBase" in self.file.project.kinds(self.class_name)
        return (made in _BY_HOOK and in_scenario) or self.file.project.is_params(made)

    def _owner(self, node: cst.BaseExpression) -> str | None:
        whole = dotted(node)
        owner = next((names[whole] for names in reversed(self._variables) if whole in names), None)
        if isinstance(node, cst.Name):
            owner = owner or _BY_FIELD.get(node.value)
        if owner:
            return self.file.project.former_owner(owner)
        if not isinstance(node, cst.Attribute):
            return None
        name = node.attr.value
        if name == "params" and dotted(node.value) == "self":
            owner = next(iter(self.file.project.type_arguments(self.class_name)), "")
            return self.file.project.former_owner(owner) if owner else None
        if name in ("train", "val") and dotted(node.value).rpartition(".")[2] == "setup":
            return "DataPipelineParams"
        return _BY_FIELD.get(name)

    # Constructors.

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:  # noqa: N802
        """Give the arguments of a constructor their names of today."""
        name = called(original_node)
        project = self.file.project
        if name in ("", "super") or not project.is_params(name) or _is_method(original_node):
            return updated_node
        owner = project.former_owner(name)
        args: list[cst.Arg] = []
        for place, argument in enumerate(updated_node.args):
            named = self._named(argument, place, name)
            changed = self._changed(named, owner) if owner and named.keyword else named
            if changed is not None:
                args.append(changed)
        if len(args) < len(updated_node.args) and args:
            args[-1] = args[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return updated_node.with_changes(args=args)

    def _named(self, argument: cst.Arg, place: int, name: str) -> cst.Arg:
        if argument.keyword is not None or argument.star == "**":
            return argument
        order = self.file.project.constructor_order(name)
        if argument.star or order is None or place >= len(order):
            self.note(f"constructors of parameters take keywords only: name the arguments of `{name}`")
            return argument
        equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        return argument.with_changes(keyword=cst.Name(order[place]), equal=equal)

    def _changed(self, argument: cst.Arg, owner: str) -> cst.Arg | None:
        assert argument.keyword is not None
        option = option_of(owner, argument.keyword.value)
        if option is None:
            return argument
        if not option.successor:
            self._gone(option)
            return None
        return argument.with_changes(keyword=cst.Name(option.successor), value=_value(option, argument.value))

    def _gone(self, option: FormerOption) -> None:
        if option.field not in _NEEDLESS:
            self.note(option.sentence)

    # Fields.

    def leave_SimpleStatementLine(  # noqa: N802
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.RemovalSentinel:
        """Remove what is assigned to a field that is gone."""
        first = original_node.body[0] if len(original_node.body) == 1 else None
        if isinstance(first, cst.Assign) and isinstance(target := first.targets[0].target, cst.Attribute):
            owner = self._owner(target.value)
            option = option_of(owner, target.attr.value) if owner else None
            if option is not None and not option.successor:
                self._gone(option)
                return cst.RemoveFromParent()
        return updated_node

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:  # noqa: N802
        """Give a field its value of today."""
        target = original_node.targets[0].target
        if not isinstance(target, cst.Attribute) or target.attr.value in self._own:
            return updated_node
        option = _VALUED.get(target.attr.value)
        return updated_node.with_changes(value=_value(option, updated_node.value)) if option else updated_node

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.Attribute:  # noqa: N802
        """Give a field its name of today."""
        name = original_node.attr.value
        if name not in _RENAMED or name in self._own:
            return updated_node
        return updated_node.with_changes(attr=cst.Name(_RENAMED[name].successor))


def _is_method(call: cst.Call) -> bool:
    """Whether a method is called, and no class of a module."""
    return isinstance(call.func, cst.Attribute) and not call.func.attr.value[:1].isupper()


def _value(option: FormerOption, value: cst.BaseExpression) -> cst.BaseExpression:
    text = code(value)
    return expression(option.values[text]) if text in option.values else value
