"""The links between classes: parameters name their class, scenarios ask for defaults."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from tfaip.upgrade.hooks import DEFAULTS_OF_PARTS
from tfaip.upgrade.project import ClassFacts, Project
from tfaip.upgrade.rewriter import Rewriter, expression, statements

__all__ = ["Links", "import_of"]

# Parameters of these classes make an object; its class names them as its type argument.
_CREATING = {"DataBaseParams", "DataGeneratorParams", "DataProcessorParams", "LayerBaseParams", "ModelBaseParams"}


class Links(Rewriter):
    """Adds `cls` to parameters that lack it, and `default_params` to the scenario of data with defaults."""

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:  # noqa: N802
        """Rewrite one class."""
        project, name = self.file.project, original_node.name.value
        if _CREATING & set(project.lineage(name)) and not _defines(project, name, "cls"):
            return self._with_cls(updated_node)
        if "ScenarioBase" in project.kinds(name):
            return self._with_trainer_params(self._with_defaults(updated_node))
        return updated_node

    def _with_cls(self, node: cst.ClassDef) -> cst.ClassDef:
        makers = self.file.project.makers(node.name.value)
        if len(makers) != 1:
            return node
        text = f"\ndef cls(self):\n{import_of(makers[0], self.file.name, '    ')}    return {makers[0].name}\n"
        return node.with_changes(body=node.body.with_changes(body=[*node.body.body, *statements(text)]))

    def _with_defaults(self, node: cst.ClassDef) -> cst.ClassDef:
        lines = [
            f"params.{field} = {facts.name}.{method}()" for facts, method, field in self._defaulted(node.name.value)
        ]
        imports = [import_of(facts, self.file.name, "") for facts, _, _ in self._defaulted(node.name.value)]
        if not lines:
            return node
        methods = {each.name.value: each for each in node.body.body if isinstance(each, cst.FunctionDef)}
        if "default_params" not in methods:
            setting = "\n".join(f"    {each}" for each in [*"".join(imports).splitlines(), *lines])
            text = (
                "\n@classmethod\ndef default_params(cls):\n    params = super().default_params()\n"
                f"{setting}\n    return params\n"
            )
            made = statements(text)
            return node.with_changes(body=node.body.with_changes(body=[*node.body.body, *made]))
        method = methods["default_params"]
        body = list(method.body.body)
        for place, line in enumerate(body):
            if not m.matches(line, m.SimpleStatementLine([m.Assign([m.AssignTarget(m.Name())], _DEFAULTS)])):
                continue
            variable = line.body[0].targets[0].target.value  # type: ignore[attr-defined]  # the pattern says so
            wanted = [each.replace("params.", f"{variable}.", 1) for each in lines]
            if any(one.split(" = ")[1] in cst.Module([method]).code for one in wanted):
                return node
            body[place + 1 : place + 1] = statements("".join(imports) + "\n".join(wanted) + "\n")
            changed = method.with_changes(body=method.body.with_changes(body=body))
            whole = [changed if each is method else each for each in node.body.body]
            return node.with_changes(body=node.body.with_changes(body=whole))
        self.note(f"`ScenarioBase.default_params` must set {' and '.join(f'`{each}`' for each in lines)}")
        return node

    def _with_trainer_params(self, node: cst.ClassDef) -> cst.ClassDef:
        """Return a scenario that makes the parameters of its own trainer."""
        project = self.file.project
        trainers = [each for each in project.subclasses("Trainer") if project.type_arguments(each.name)]
        params = next(iter(project.type_arguments(trainers[0].name)), "") if len(trainers) == 1 else ""
        if params not in project.classes or "trainer_cls" not in project.classes[node.name.value].methods:
            return node
        made = f"{params}(scenario=cls.tagged(cls.default_params()), gen=cls.trainer_pipeline_params_cls()())"
        imported = import_of(project.classes[params], self.file.name, "")
        methods = {each.name.value: each for each in node.body.body if isinstance(each, cst.FunctionDef)}
        body = list(node.body.body)
        if "default_trainer_params" not in methods:
            indented = f"    {imported}\n" if imported else ""
            text = f"\n@classmethod\ndef default_trainer_params(cls):\n{indented}    return {made}\n"
            return node.with_changes(body=node.body.with_changes(body=[*body, *statements(text)]))
        method = methods["default_trainer_params"]
        if not m.findall(method, _TRAINER_DEFAULTS):
            return node
        changed = m.replace(method, _TRAINER_DEFAULTS, expression(made))
        assert isinstance(changed, cst.FunctionDef)
        if imported:
            changed = changed.with_changes(
                body=changed.body.with_changes(body=[*statements(imported), *changed.body.body])
            )
        body[body.index(method)] = changed
        return node.with_changes(body=node.body.with_changes(body=body))

    def _defaulted(self, scenario: str) -> Iterator[tuple[ClassFacts, str, str]]:
        """Data and evaluator of a scenario whose class has defaults of its own, with the method and the field."""
        project = self.file.project
        params = next(iter(project.type_arguments(scenario)), "")
        if any(
            "ScenarioBase" in project.kinds(each)
            for each in project.classes.get(scenario, _NOBODY).bases
            if each in project.classes
        ):
            return
        for kind, (method, field) in DEFAULTS_OF_PARTS.items():
            found = [
                facts
                for facts in project.classes.values()
                if kind in project.kinds(facts.name) and {"default_params", method} & facts.methods
            ]
            wanted = _types_of(project, params, field)
            fitting = [facts for facts in found if not wanted or set(project.type_arguments(facts.name)) & wanted]
            if len(fitting) == 1:
                yield fitting[0], method, field


_NOBODY = ClassFacts("", "", (), (), {}, frozenset(), False)
_TRAINER_DEFAULTS = m.Call(func=m.Attribute(value=m.Call(func=m.Name("super")), attr=m.Name("default_trainer_params")))
_DEFAULTS = m.Call(func=m.Attribute(value=m.Call(func=m.Name("super")), attr=m.Name("default_params")))


def import_of(facts: ClassFacts, into: str, indent: str) -> str:
    """Return the line that imports a class of the project; none where it stands in the same module."""
    if facts.module == into:
        return ""
    parent, _, stem = facts.module.rpartition(".")
    module = f".{stem}" if parent and parent == into.rpartition(".")[0] else facts.module
    return f"{indent}from {module} import {facts.name}\n"


def _defines(project: Project, name: str, method: str) -> bool:
    return any(method in project.classes[each].methods for each in project.lineage(name) if each in project.classes)


def _types_of(project: Project, params: str, field: str) -> set[str]:
    """The classes that a scenario's parameters name for a field, by type argument or annotation."""
    found = {
        project.classes[each].fields[field]
        for each in project.lineage(params)
        if each in project.classes and field in project.classes[each].fields
    }
    return found | (set(project.type_arguments(params)) if field == "data" else set())
