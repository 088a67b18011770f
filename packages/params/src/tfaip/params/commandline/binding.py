"""Gives each node of the tree what the command line says of it, class selections before what hangs off them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tfaip.params.errors import Mistake
from tfaip.params.selection import allowed_hint, find_class, selectable_classes
from tfaip.params.tree.nodes import UNSET, DictNode, Leaf, ListNode, Node, Origin, ParamsNode, Path
from tfaip.params.tree.seeding import node_of_class, select
from tfaip.params.values.alternatives import NONE_WORDS
from tfaip.params.values.base import ScalarType, ValueType
from tfaip.params.values.problem import ValueProblem

from .arguments import Argument, ArgumentTable, Group, takes_value
from .names import Names
from .options import Option, Word

__all__ = ["Binder"]


class Binder:
    """Walks over the trees of all roots, top-down, and takes from the line the options that belong to each node.

    Args:
        options: The options of the line.
        import_tag: Gets the object of a tag that no imported class has; raises `ValueProblem`.
    """

    def __init__(self, options: Iterable[Option], import_tag: Callable[[str], Any]) -> None:
        self._options: dict[str, list[Option]] = {}
        for option in options:
            self._options.setdefault(option.name, []).append(option)
        self._import_tag = import_tag
        self._hidden: tuple[str, ...] = ()
        self.table = ArgumentTable()
        self.mistakes: list[Mistake] = []
        self.loose: list[Word] = []

    def bind_root(self, name: str, node: ParamsNode, *, selectable: bool, hidden: Iterable[str] = ()) -> None:
        """Bind a root, all of its nodes, and the classes that the line selects."""
        names = Names.of_root(name)
        self._hidden = tuple(prefix.replace("-", "_") for prefix in hidden)
        path: Path = (name,)
        self.table.name_path(path, names)
        if selectable and name:
            argument = Argument(node, names, path)
            self.table.add(argument)
            self._apply(argument, lambda option: self._select(node, option))
        self._bind_fields(node, names, path)

    def bind_value(self, names: tuple[str, ...], kind: ValueType, *, keep_all: bool = False) -> list[Any]:
        """The values that the line gives to a plain argument: at most one, or one for each time it is repeated."""
        values = []
        for option in self._take(names):
            try:
                values.append(self._parse(kind, option))
            except ValueProblem as problem:
                self.mistakes.append(Mistake(option.spelled, problem.problem, problem.hints))
        return values if keep_all else values[-1:]

    def unknown(self) -> list[Option]:
        """The options that nobody took, in the order of the line."""
        rest = [option for options in self._options.values() for option in options]
        return sorted(rest, key=lambda option: option.position)

    def _bind_fields(self, node: ParamsNode, names: Names, path: Path) -> None:
        group = self.table.open_group(node, names, path)
        for name, child in node.children.items():
            assert child.spec is not None
            child_path = (*path, name)
            child_names = names.child(name, child.spec.options)
            if child.spec.options.mode == "ignore" or self._is_hidden(child_names):
                continue
            self.table.name_path(child_path, child_names)
            self._bind(child, child_names, child_path, group, negatable=f"no_{name}" not in node.children)

    def _is_hidden(self, names: Names) -> bool:
        return any(name == h or name.startswith(f"{h}.") for h in self._hidden for name in names.all)

    def _bind(self, node: Node, names: Names, path: Path, group: Group, negatable: bool) -> None:
        if takes_value(node):
            argument = Argument(node, names, path, negatable)
            self.table.add(argument)
            group.arguments.append(argument)
            self._apply(argument, lambda option: self._set(node, argument, option))
        if isinstance(node, ParamsNode):
            self._bind_fields(node, names, path)
        elif isinstance(node, ListNode) and isinstance(node.elements, list):
            for index, element in enumerate(node.elements):
                self._bind_element(element, names.element(str(index)), (*path, index), group)
        elif isinstance(node, DictNode) and isinstance(node.elements, dict):
            for key, element in node.elements.items():
                self._bind_element(element, names.element(node.kind.key.write(key)), (*path, str(key)), group)

    def _bind_element(self, node: ParamsNode, names: Names, path: Path, group: Group) -> None:
        self.table.name_path(path, names)
        argument = Argument(node, names, path)
        self.table.add(argument)
        self._apply(argument, lambda option: self._select(node, option))
        self._bind_fields(node, names, path)

    def _take(self, names: Iterable[str]) -> list[Option]:
        found = [option for name in names for option in self._options.pop(name, ())]
        return sorted(found, key=lambda option: option.position) if len(found) > 1 else found

    def _apply(self, argument: Argument, set_value: Callable[[Option], None]) -> None:
        """Let `set_value` see each option of the argument in order, so that the last one wins."""
        names = argument.names.all
        if argument.is_flag and argument.negatable:
            names += argument.names.negated()
        for option in self._take(names):
            try:
                set_value(option)
            except ValueProblem as problem:
                self.mistakes.append(Mistake(option.spelled, problem.problem, problem.hints))

    def _set(self, node: Node, argument: Argument, option: Option) -> None:
        if isinstance(node, Leaf):
            self._set_leaf(node, argument, option)
        elif isinstance(node, ParamsNode):
            if node.spec is not None and node.spec.options.tuple_like:
                self._set_in_order(node, option)
            else:
                self._select(node, option)
        elif isinstance(node, ListNode):
            self._select_list(node, option)
        else:
            self._select_dict(node, option)

    def _parse(self, kind: ValueType, option: Option) -> Any:
        words = option.texts
        count = len(words) if option.value is not None else kind.take(words)
        self._release(option, count)
        return kind.parse(words[:count])

    def _release(self, option: Option, count: int) -> None:
        """Words that an option didn't take may be positional arguments of the command."""
        self.loose.extend(option.words if option.value is not None else option.words[count:])

    def _set_leaf(self, node: Leaf, argument: Argument, option: Option) -> None:
        kind = node.spec.kind
        assert isinstance(kind, ValueType)
        if argument.is_flag and option.name not in argument.names.all:
            self._release(option, 0)
            if option.value is not None:
                raise ValueProblem(f"takes no value, got {option.value!r}")
            node.value, node.origin = False, Origin.LINE
            return
        # The origin first: a value that can't be read isn't missing as well.
        node.origin = Origin.LINE
        node.value = self._parse(kind, option)

    def _find(self, node: ParamsNode, word: str) -> Any:
        options = node.spec.options if node.spec is not None else None
        if word.lower() in NONE_WORDS and node.kind.optional:
            return None
        choices = options.choices if options else None
        return find_class(word, node.kind, choices, bool(options and options.enforce_choices), self._import_tag)

    def _select(self, node: ParamsNode, option: Option) -> None:
        words = option.texts
        self._release(option, min(1, len(words)))
        node.origin = Origin.LINE
        if words:
            selected = self._find(node, words[0])
        elif node.selected in (None, UNSET):
            selected = self._find(node, node.kind.bases[0].__name__)
        else:
            choices = node.spec.options.choices if node.spec is not None else None
            raise ValueProblem("expects a class, got none", allowed_hint(selectable_classes(node.kind, choices)))
        if node.spec is not None and node.spec.options.fixed_class and selected is not None and words:
            raise ValueProblem(f"the class is fixed, expects only none, got {words[0]!r}")
        select(node, selected, Origin.LINE)

    def _set_in_order(self, node: ParamsNode, option: Option) -> None:
        words = option.texts
        self._release(option, len(words))
        node.origin = Origin.LINE
        if node.kind.optional and len(words) == 1 and words[0].lower() in NONE_WORDS:
            select(node, None, Origin.LINE)
            return
        if node.selected is None or node.selected is UNSET:
            select(node, node.kind.annotations[0], Origin.LINE)
        fields = list(node.children.items())
        if not words or len(words) > len(fields):
            names = " ".join(name for name, _ in fields)
            raise ValueProblem(f"expects 1 to {len(fields)} values ({names}), got {len(words) or 'none'}")
        for (name, child), word in zip(fields, words, strict=False):
            kind = child.spec.kind if child.spec else None
            if not isinstance(child, Leaf) or not isinstance(kind, ScalarType):
                raise ValueProblem(f"{name} can't be set in order, write {option.spelled}.{name}")
            child.origin = Origin.LINE
            child.value = kind.read(word)

    def _select_list(self, node: ListNode, option: Option) -> None:
        words = option.texts
        self._release(option, len(words))
        node.origin = Origin.LINE
        if node.kind.optional and len(words) == 1 and words[0].lower() in NONE_WORDS:
            node.elements = None
            return
        if not words and node.spec.options.nargs == "+":
            raise ValueProblem(f"expects at least one class ({node.kind.item.label}), got none")
        node.elements = []
        for word in words:
            node.elements.append(self._new_element(node, word))

    def _select_dict(self, node: DictNode, option: Option) -> None:
        words = option.texts
        self._release(option, len(words))
        node.origin = Origin.LINE
        if node.kind.optional and len(words) == 1 and words[0].lower() in NONE_WORDS:
            node.elements = None
            return
        if not words and node.spec.options.nargs == "+":
            raise ValueProblem(f"expects at least one key=class ({node.kind.label}), got none")
        node.elements = {}
        for word in words:
            key, equals, name = word.partition("=")
            # A bare key is of the declared class.
            cls_name = name if equals else node.kind.item.bases[0].__name__
            node.elements[node.kind.key.read(key)] = self._new_element(node, cls_name)

    def _new_element(self, holder: ListNode | DictNode, word: str) -> ParamsNode:
        element = ParamsNode(holder.spec, holder.kind.item, UNSET, Origin.LINE)
        found = self._find(element, word)
        if found is None:
            select(element, None, Origin.LINE)
            return element
        return node_of_class(holder.spec, holder.kind.item, found, Origin.LINE)
