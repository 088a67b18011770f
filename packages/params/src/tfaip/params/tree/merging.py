"""Lays plain data (of a file, of a dict) over a tree: classes by their tags or names, values by the fields' types."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from tfaip.params.defining.field_spec import FieldSpec
from tfaip.params.defining.fields import PLAIN
from tfaip.params.errors import LoadError
from tfaip.params.registry import tag_of
from tfaip.params.selection import find_class, names_class
from tfaip.params.suggestions import did_you_mean, nearest
from tfaip.params.tree.building import build
from tfaip.params.tree.merging_parts import PartMerger
from tfaip.params.tree.nodes import UNSET, DictNode, Leaf, ListNode, Node, Origin, ParamsNode, Path
from tfaip.params.tree.seeding import copied, node_of_instance, select
from tfaip.params.values.base import Reading
from tfaip.params.values.imported import object_among
from tfaip.params.values.mappings import read_keys
from tfaip.params.values.problem import Problems, ValueProblem, as_problem, shown, spell_path
from tfaip.params.values.structures import ParamsType

__all__ = ["BASE_KEY", "CLASS_KEY", "REFERENCES_KEY", "VERSION_KEY", "Composing", "Merger"]

CLASS_KEY = "__cls__"
VERSION_KEY = "format_version"
BASE_KEY = "__base__"
"""The files that an object builds on, in files that the command line names."""

REFERENCES_KEY = "__references__"
"""True in files that a program has written, if texts with `${` are references in them."""

_MANY = 20
"""Unknown keys of one object beyond this number are counted, not listed: a wrong file would have thousands."""


class Composing(Protocol):
    """The rights of a file that the command line names: build on others, and refer to other values."""

    @property
    def source(self) -> str:
        """The name of the file."""

    def read(self) -> Any:
        """The plain data of the file; raises `LoadError`."""

    def bases(self, names: Any) -> Iterator[Composing]:
        """The files of these names; raises `ValueProblem`."""

    def hint(self, data: Any) -> tuple[str, ...]:
        """The advice where data looks like a reference and isn't one."""

    def defer(self, data: Any, path: Path) -> Any:
        """The stand-in of a value until all is known; None for data without references."""


class Merger:
    """Lays data over nodes and collects what is wrong with it.

    Args:
        import_tag: Gets the object of a tag that no imported class has; raises `ValueProblem`.
        strict: Whether unknown and missing fields are problems, or else are `tolerated`.
        changes: Whether keys may change a part of a value: `layers+`, `layers.0`, `layers.drop`.
        objects: Whether the data comes from code, and may hold params, classes and values as they are.
        report_missing: Whether fields that the data doesn't mention are reported at all.
        composing: The file, if the command line names it.
    """

    def __init__(
        self,
        import_tag: Callable[[str], Any],
        *,
        strict: bool = True,
        report_missing: bool = False,
        changes: bool = False,
        objects: bool = False,
        composing: Composing | None = None,
    ) -> None:
        self._changes = changes
        self._objects = objects
        self._import_tag = import_tag
        self._spec: FieldSpec | None = None
        self._composing = composing
        self._report_missing = report_missing
        self.problems: Problems = []
        self.tolerated: Problems = []
        self._mismatches = self.problems if strict else self.tolerated

    def merge(self, node: Node, data: Any, path: Path) -> None:
        """Lay data over a node and all below it."""
        if isinstance(node, ParamsNode):
            self._merge_params(node, data, path)
        elif isinstance(node, ListNode):
            self._merge_list(node, data, path)
        elif isinstance(node, DictNode):
            self._merge_dict(node, data, path)
        else:
            self._merge_leaf(node, data, path)

    def import_object(self, tag: str) -> Any:
        """The object of a path in a value; a class that the code of the field names itself needs no trust."""
        named = None if self._spec is None else object_among(tag, self._spec.values_of_code())
        return self._import_tag(tag) if named is None else named

    def read_params(self, kind: ParamsType, data: Any, path: Path) -> Any:
        """Params that stand in a value; where something is wrong, they aren't usable."""
        node = ParamsNode(None, kind, UNSET, Origin.CONFIG)
        self._merge_params(node, data, path)
        return build(node, self.problems, path, check_required=False)

    def _merge_leaf(self, node: Leaf, data: Any, path: Path) -> None:
        count = len(self.problems)
        node.origin = Origin.CONFIG
        if self._composing is not None and (deferred := self._composing.defer(data, path)) is not None:
            node.value = deferred
            return
        decoder = None if self._objects else node.spec.options.decoder
        above, self._spec = self._spec, node.spec
        try:
            value = decoder(data) if decoder is not None else node.spec.stored_kind.load(data, Reading(self, path))
        except RecursionError:
            raise
        except Exception as error:  # decoders and types of the user's own raise anything
            self.problems.append((path, as_problem(error, data)))
        self._spec = above
        if self._composing is not None and (hint := self._composing.hint(data)) and len(self.problems) > count:
            place, problem = self.problems.pop()
            self.problems.append((place, ValueProblem(problem.problem, (*problem.hints, *hint))))
        if len(self.problems) == count:
            node.value = value
        elif self._objects and node.spec.stored_kind.holds(data):
            del self.problems[count:]
            node.value = copied(data)

    def _merge_params(self, node: ParamsNode, data: Any, path: Path) -> None:
        node.origin = Origin.CONFIG
        if self._objects and isinstance(data, node.kind.bases):
            self._merge_instance(node, data, path)
            return
        if self._objects and isinstance(data, type):
            data = tag_of(data)
        if node.kind.other is not None and self._merge_other(node, data, path):
            return
        if isinstance(data, str) and self._composing is not None and "${" in data:
            self._problem(
                path, "a reference stands for a value, not for params", f"write {BASE_KEY} and a file of them"
            )
            return
        if isinstance(data, dict) and BASE_KEY in data:
            data = self._merge_bases(node, data, path)
        if isinstance(data, str):
            data = {CLASS_KEY: data}
        if data is None and node.kind.optional:
            select(node, None, Origin.CONFIG)
        elif not isinstance(data, dict):
            self._problem(path, f"expects the fields of a {node.kind.label}, got {shown(data)}")
        elif self._select(node, data, path):
            self._merge_fields(node, data, path)

    def _merge_instance(self, node: ParamsNode, instance: Any, path: Path) -> None:
        made = node_of_instance(node.spec, node.kind, instance, Origin.INSTANCE)
        if self._select(node, {CLASS_KEY: tag_of(type(instance))}, path):
            node.selected, node.children = made.selected, made.children

    def _merge_other(self, node: ParamsNode, data: Any, path: Path) -> bool:
        """Take a value that stands in place of params: one without a class name that is no object with one."""
        other = node.kind.other
        assert other is not None
        if data is None or (isinstance(data, dict) and CLASS_KEY in data):
            return False
        choices = node.spec.options.choices if node.spec is not None else None
        if isinstance(data, str) and names_class(data, node.kind, choices):
            return False
        if self._composing is not None and (deferred := self._composing.defer(data, path)) is not None:
            select(node, None, Origin.CONFIG)
            node.value = deferred
            return True
        fits, value = Reading(self, path).attempt(other, data)
        if fits:
            select(node, None, Origin.CONFIG)
            node.value = value
        elif not isinstance(data, dict):
            self._problem(path, f"expects {node.kind.label}, got {shown(data)}")
            return True
        return fits

    def _select(self, node: ParamsNode, data: dict[Any, Any], path: Path) -> bool:
        """Select the class that the data names; whether there is one in the end."""
        options = node.spec.options if node.spec is not None else PLAIN
        name = data.get(CLASS_KEY)
        if name is None and node.selected is not None and node.selected is not UNSET:
            return True
        declared = node.kind.annotations[0]
        if name is None and not inspect.isabstract(node.kind.bases[0]):
            select(node, declared, Origin.CONFIG)
            return True
        if name is None:
            self._problem(path, f"needs {CLASS_KEY}, since {node.kind.bases[0].__name__} is abstract")
            return False
        if not isinstance(name, str):
            self._problem((*path, CLASS_KEY), f"expects module:Class, got {shown(name)}")
            return False
        if (
            node.spec is None
            and not path
            and name == tag_of(node.kind.bases[0])
            and not inspect.isabstract(node.kind.bases[0])
        ):
            # The class that the caller has at hand, also where a reload has made another one of its tag.
            select(node, declared, Origin.CONFIG)
            return True
        try:
            enforced = bool(options.enforce_choices)
            select(node, find_class(name, node.kind, options.choices, enforced, self._import_tag), Origin.CONFIG)
        except ValueProblem as problem:
            self.problems.append(((*path, CLASS_KEY), problem))
            return False
        return True

    def _merge_fields(self, node: ParamsNode, data: dict[Any, Any], path: Path) -> None:
        former = {
            old: name for name, child in node.children.items() if child.spec for old in child.spec.options.former_names
        }
        # A tag is how programs write a class: they store values as they are after the converters.
        written = ":" in str(data.get(CLASS_KEY))
        seen: dict[str, Any] = {}
        unknown = 0
        # A whole value comes before the changes of its parts, wherever it stands in the file.
        items = list(data.items())
        if self._changes:
            items.sort(key=lambda item: bool(_changed_field(item[0], node)))
        for key, value in items:
            name = key if key in node.children else former.get(key)
            if name in seen:
                self._problem((*path, key), f"is the same field as {seen[name]}, give one of them")
            elif name is not None:
                seen[name] = key
                self._merge_field(node.children[name], value, (*path, name))
                node.children[name].converted = written
            elif self._changes and (field := _changed_field(key, node)):
                self.change(node.children[field], key[len(field) :], value, (*path, key))
            elif key == REFERENCES_KEY and len(path) <= 1:
                hint = "write the values, or give the file to the command line (--config)"
                self._problem((*path, key), "the file holds references, which only the command line resolves", hint)
            elif key != CLASS_KEY and not (key == VERSION_KEY and len(path) <= 1):
                unknown += 1
                self._report_unknown(node, key, path, unknown)
        if unknown > _MANY:
            problem = f"{unknown - _MANY} more keys that {_name(node)} doesn't have"
            self._mismatches.append((path, ValueProblem(problem)))
        if self._report_missing:
            for name in (name for name in node.children if name not in seen):
                self._mismatches.append(((*path, name), ValueProblem("is missing")))

    def _merge_field(self, child: Node, value: Any, path: Path) -> None:
        """Lay a value over a field; a null that it can't hold stands for its default where mismatches are tolerated."""
        count, origin = len(self.problems), child.origin
        if child.spec is not None:
            value = child.spec.options.value_of_today(value)
        self.merge(child, value, path)
        is_required = isinstance(child, Leaf) and child.value is UNSET
        if value is None and len(self.problems) > count and self._mismatches is self.tolerated and not is_required:
            del self.problems[count:]
            child.origin = origin
            self._mismatches.append((path, ValueProblem("is null, and takes its default")))

    def change(self, node: Node, rest: str, data: Any, path: Path) -> None:
        """Change a part of a node, as the rest of a key says after the name of its field."""
        try:
            defers = self._composing is not None and self._composing.defer(data, path) is not None
            if defers and isinstance(node, Leaf):
                raise ValueProblem("a reference can't be part of a change", ("write the whole value",))
            PartMerger(self).change(node, rest, data, path)
        except ValueProblem as problem:
            name = str(path[-1]).removesuffix(rest)
            hints = [hint.replace("<NAME>", name) for hint in problem.hints]
            self.problems.append((path, ValueProblem(problem.problem, hints)))
        node.origin = Origin.CONFIG

    def _report_unknown(self, node: ParamsNode, key: Any, path: Path, count: int) -> None:
        if count <= _MANY:
            hints = did_you_mean(nearest(str(key), node.children))
            self._mismatches.append(((*path, str(key)[:80]), ValueProblem(f"{_name(node)} has no such field", hints)))

    def _merge_list(self, node: ListNode, data: Any, path: Path) -> None:
        node.origin = Origin.CONFIG
        if data is None and node.kind.optional:
            node.elements = None
        elif not isinstance(data, list | tuple):
            self._problem(path, f"expects a list, got {shown(data)}")
        else:
            node.elements = [self._element(node, item, (*path, index)) for index, item in enumerate(data)]

    def _merge_dict(self, node: DictNode, data: Any, path: Path) -> None:
        node.origin = Origin.CONFIG
        if data is None and node.kind.optional:
            node.elements = None
        elif not isinstance(data, dict):
            self._problem(path, f"expects an object, got {shown(data)}")
        else:
            node.elements = {}
            keys = read_keys(data, node.kind.key, path, self.problems)
            for key, read in keys.items():
                node.elements[read] = self._element(node, data[key], (*path, str(key)))

    def _element(self, holder: ListNode | DictNode, data: Any, path: Path) -> ParamsNode:
        element = ParamsNode(holder.spec, holder.kind.item, UNSET, Origin.CONFIG)
        self._merge_params(element, data, path)
        return element

    def _merge_bases(self, node: ParamsNode, data: dict[Any, Any], path: Path) -> dict[Any, Any]:
        """Lay the files that an object builds on over its node; returns what the object says itself."""
        rest = {key: value for key, value in data.items() if key != BASE_KEY}
        if self._composing is None:
            hint = "write its fields here, or name the file on the command line (--config)"
            self._problem((*path, BASE_KEY), "is read only in files that the command line names", hint)
            return rest
        try:
            for base in self._composing.bases(data[BASE_KEY]):
                # Bases hold fields of the class that is named beside them.
                if CLASS_KEY in rest and not self._select(node, rest, path):
                    return {}
                self._merge_base(node, base, path)
        except ValueProblem as problem:
            self.problems.append(((*path, BASE_KEY), problem))
        return rest

    def _merge_base(self, node: ParamsNode, base: Composing, path: Path) -> None:
        try:
            content = base.read()
        except LoadError as error:
            for mistake in error.mistakes:
                self._problem((*path, BASE_KEY), f"{mistake.where}: {mistake.problem}", *mistake.hints)
            return
        if not isinstance(content, dict):
            self._problem((*path, BASE_KEY), f"{base.source} expects an object, got {shown(content)}")
            return
        inner = Merger(self._import_tag, changes=self._changes, composing=base)
        inner.merge(node, content, ())
        for place, problem in inner.problems:
            self._problem((*path, BASE_KEY), f"{spell_path(place, base.source)}: {problem.problem}", *problem.hints)

    def _problem(self, path: Path, problem: str, *hints: str) -> None:
        self.problems.append((path, ValueProblem(problem, hints)))


def _changed_field(key: Any, node: ParamsNode) -> str:
    """The field of which a key changes a part, `layers` for `layers+` and `layers.0`; empty where it changes none."""
    name = key.removesuffix("+").partition(".")[0] if isinstance(key, str) else ""
    return name if name != key and name in node.children else ""


def _name(node: ParamsNode) -> str:
    return node.cls.__name__ if node.cls is not None else node.kind.label
