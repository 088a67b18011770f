"""The classes of a project: their bases, fields and methods, over all of its modules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import libcst as cst
import libcst.matchers as m

from tfaip.upgrade.tables import FIELDS, NAMES, TODAY, former_classes

__all__ = ["ClassFacts", "Project", "called", "dotted"]

# Base classes with hooks, by the name of today: the names under which the table of former hooks knows them.
_BASES: Mapping[str, tuple[str, ...]] = {
    "DataBase": ("DataBase",),
    "DataGenerator": ("DataGenerator",),
    "ListFileGenerator": ("DataGenerator",),
    "CSVGenerator": ("CSVGenerator", "DataGenerator"),
    "BudgetedListsGenerator": ("BudgetedListsGenerator", "DataGenerator"),
    "DataProcessor": ("DataProcessor",),
    "MappingDataProcessor": ("MappingDataProcessor", "DataProcessor"),
    "GeneratingDataProcessor": ("GeneratingDataProcessor", "DataProcessor"),
    "DataPipeline": ("DataPipeline",),
    "ModelBase": ("ModelBase",),
    "LayerBase": ("LayerBase",),
    "GraphBase": ("GraphBase", "LayerBase"),
    "Evaluator": ("Evaluator",),
    "ScenarioBase": ("ScenarioBase",),
    "ListFileScenario": ("ScenarioBase",),
    "Trainer": ("Trainer",),
    "WarmStarter": ("WarmStarter",),
    "Predictor": ("PredictorBase",),
    "MultiModelPredictor": ("MultiModelPredictor", "PredictorBase"),
    "LAV": ("LAVBase",),
    "MultiLAV": ("LAVBase",),
    "LAVCallback": ("LAVCallback",),
    "MultiModelVoter": ("MultiModelVoter",),
    "Schedule": ("Schedule",),
}
_TODAY_BY_FORMER = {entry.name: entry.new_name for entry in NAMES.values() if entry.new_name in _BASES}


@dataclass(frozen=True)
class ClassFacts:
    """A class of the project.

    Attributes:
        name: Its name.
        module: Its module, dotted.
        bases: The last part of the names of its bases.
        arguments: The type arguments of the base that has some, by name.
        fields: Annotated names, in order, and the last part of their types.
        methods: Names of its methods.
        is_params: Whether a decorator makes it a class of parameters.
    """

    name: str
    module: str
    bases: tuple[str, ...]
    arguments: tuple[str, ...]
    fields: Mapping[str, str]
    methods: frozenset[str]
    is_params: bool


@dataclass
class Project:
    """All classes by name, and their bases."""

    classes: dict[str, ClassFacts] = field(default_factory=dict)

    @classmethod
    def of(cls, modules: Mapping[str, cst.Module]) -> Project:
        """Return the facts of modules by their dotted name."""
        project = cls()
        for name, module in modules.items():
            for node in m.findall(module, m.ClassDef()):
                found = cst.ensure_type(node, cst.ClassDef)
                project.classes[found.name.value] = _facts(found, name)
        return project

    def lineage(self, name: str) -> Iterator[str]:
        """Yield a class and all classes above it, those of tfaip by their name of today."""
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            current = waiting.pop(0)
            if current in seen:
                continue
            seen.add(current)
            if current in self.classes:
                yield current
                waiting += self.classes[current].bases
            else:
                yield _TODAY_BY_FORMER.get(current, current)

    def kinds(self, name: str) -> list[str]:
        """Return the bases with hooks that a class derives from, as the table of former hooks names them."""
        found = [kind for base in self.lineage(name) for kind in _BASES.get(base, ())]
        return list(dict.fromkeys(found))

    def is_params(self, name: str) -> bool:
        """Whether a class holds parameters: one of tfaip, one that derives from it, or a decorated one."""
        lineage = list(self.lineage(name))
        own = (self.classes[each].is_params for each in lineage if each in self.classes)
        return any(own) or any(each in FIELDS or each in TODAY for each in lineage)

    def fields_with_params(self) -> set[str]:
        """Return the names of fields that hold parameters, in the parameters of the project."""
        own = (facts for facts in self.classes.values() if self.is_params(facts.name))
        return {field for facts in own for field, kind in facts.fields.items() if kind and self.is_params(kind)}

    def former_owner(self, name: str) -> str | None:
        """Return the class of parameters of tfaip that a class is or derives from."""
        return next((each for each in self.lineage(name) if each in FIELDS or each in TODAY), None)

    def constructor_order(self, name: str) -> list[str] | None:
        """Return the arguments of a constructor in the order that dataclasses give them; `None` if unknown."""
        if name not in self.classes:
            if next(former_classes(name), None) is None:
                return [] if name in ("ABC", "Generic", "object") else None
            return list(dict.fromkeys(one for each in reversed(list(former_classes(name))) for one in FIELDS[each][1]))
        order: list[str] = []
        for base in reversed(self.classes[name].bases):
            inherited = self.constructor_order(base)
            if inherited is None:
                return None
            order += inherited
        return list(dict.fromkeys([*order, *self.classes[name].fields]))

    def type_arguments(self, name: str) -> Sequence[str]:
        """Return the type arguments that a class or the nearest class above it names."""
        owned = (self.classes[each] for each in self.lineage(name) if each in self.classes)
        return next((facts.arguments for facts in owned if facts.arguments), ())

    def makers(self, params: str) -> list[ClassFacts]:
        """Return the classes that name a class of parameters as their type argument."""
        own = (facts for facts in self.classes.values() if self.kinds(facts.name) and not self.is_params(facts.name))
        return [facts for facts in own if facts.arguments[:1] == (params,)]

    def subclasses(self, kind: str) -> list[ClassFacts]:
        """Return the classes of a kind that no other class of the project derives from."""
        of_kind = [facts for facts in self.classes.values() if kind in self.kinds(facts.name)]
        above = {base for facts in of_kind for base in facts.bases}
        return [facts for facts in of_kind if facts.name not in above]


def dotted(node: cst.CSTNode | None) -> str:
    """Return `a.b.c` of names and attributes; an empty text of anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr.value}" if left else ""
    return ""


def called(node: cst.CSTNode | None) -> str:
    """Return the last part of the name of a called function, or of a name; an empty text of anything else."""
    return dotted(node.func if isinstance(node, cst.Call) else node).rpartition(".")[2]


def _facts(node: cst.ClassDef, module: str) -> ClassFacts:
    bases: list[str] = []
    arguments: list[str] = []
    for base in node.bases:
        value = base.value
        if isinstance(value, cst.Subscript):
            named = [called(each.slice.value) for each in value.slice if isinstance(each.slice, cst.Index)]
            arguments = arguments or [each for each in named if each]
            value = value.value
        bases.append(called(value))
    if not arguments:
        arguments = [name for each in node.body.body if (name := _returned(each, "params_cls"))]
    statements = [small for line in node.body.body if isinstance(line, cst.SimpleStatementLine) for small in line.body]
    annotated = [each for each in statements if isinstance(each, cst.AnnAssign) and isinstance(each.target, cst.Name)]
    return ClassFacts(
        name=node.name.value,
        module=module,
        bases=tuple(each for each in bases if each),
        arguments=tuple(arguments),
        fields={
            cst.ensure_type(each.target, cst.Name).value: called(each.annotation.annotation)
            for each in annotated
            if "ClassVar" not in _text(each.annotation)
        },
        methods=frozenset(each.name.value for each in node.body.body if isinstance(each, cst.FunctionDef)),
        is_params=any(called(each.decorator) in ("pai_dataclass", "params") for each in node.decorators),
    )


def _returned(node: cst.CSTNode, method: str) -> str:
    """The name that a method of this name returns."""
    if not isinstance(node, cst.FunctionDef) or node.name.value != method:
        return ""
    last = node.body.body[-1]
    returned = last.body[0] if isinstance(last, cst.SimpleStatementLine) else None
    return (
        called(returned.value) if isinstance(returned, cst.Return) and not isinstance(returned.value, cst.Call) else ""
    )


def _text(annotation: cst.Annotation) -> str:
    return cst.Module([]).code_for_node(annotation.annotation)
