"""Gives each node of the tree what the command line says of it, class selections before what hangs off them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tfaip.params.commandline.reading.arguments import Argument, ArgumentTable, Group, takes_value
from tfaip.params.commandline.reading.assigning import Assigner, count_words
from tfaip.params.commandline.reading.names import Names
from tfaip.params.commandline.reading.options import Option, Word
from tfaip.params.errors import DefinitionError, Mistake
from tfaip.params.tree.nodes import DictNode, Leaf, ListNode, Node, Origin, ParamsNode, Path
from tfaip.params.values.base import ValueType, read_words
from tfaip.params.values.problem import ValueProblem

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
        self._assigner = Assigner(import_tag)
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
            self._apply(argument, self._select)
        self._bind_fields(node, names, path)

    def bind_value(self, names: tuple[str, ...], kind: ValueType, *, keep_all: bool = False) -> list[Any]:
        """The values that the line gives to a plain argument: at most one, or one for each time it is repeated."""
        values = []
        for option in self._take(names):
            try:
                values.append(read_words(kind, self._words_of(option, kind.take)))
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
            if child.spec.options.mode == "hidden" or self._is_hidden(child_names):
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
            self._apply(argument, self._assigner.assign)
        if isinstance(node, ParamsNode):
            self._bind_fields(node, names, path)
        elif isinstance(node, ListNode) and isinstance(node.elements, list):
            for index, element in enumerate(node.elements):
                self._bind_element(element, names.element(str(index)), (*path, index), group)
        elif isinstance(node, DictNode) and isinstance(node.elements, dict):
            for key, element in node.elements.items():
                try:
                    self._bind_element(element, names.element(node.kind.key.write(key)), (*path, str(key)), group)
                except DefinitionError:
                    # Keys are the user's: `a-b` and `a_b` are one argument, and `a.lr` is one of `a`.
                    problem = f"the key {key!r} makes an argument that another key makes too, rename one of them"
                    self.mistakes.append(Mistake(f"--{names.primary}", problem))

    def _bind_element(self, node: ParamsNode, names: Names, path: Path, group: Group) -> None:
        self.table.name_path(path, names)
        argument = Argument(node, names, path)
        self.table.add(argument)
        self._apply(argument, self._select)
        self._bind_fields(node, names, path)

    def _select(self, node: Node, words: list[str]) -> None:
        # A root, or an element of a list or dict: what its field says of the whole isn't meant for it.
        assert isinstance(node, ParamsNode)
        self._assigner.select(node, words)

    def _take(self, names: Iterable[str]) -> list[Option]:
        found = [option for name in names for option in self._options.pop(name, ())]
        return sorted(found, key=lambda option: option.position) if len(found) > 1 else found

    def _apply(self, argument: Argument, assign: Callable[[Node, list[str]], None]) -> None:
        """Let `assign` see the words of each option of the argument in order, so that the last one wins."""
        names = argument.names.all
        negations = argument.names.negated() if argument.is_flag and argument.negatable else ()
        for option in self._take(names + negations):
            try:
                if option.name in negations:
                    self._negate(argument.node, option)
                else:
                    assign(argument.node, self._words_of(option, lambda words: count_words(argument.node, words)))
            except ValueProblem as problem:
                self.mistakes.append(Mistake(option.spelled, problem.problem, problem.hints))

    def _negate(self, node: Node, option: Option) -> None:
        assert isinstance(node, Leaf)
        if option.value is not None:
            raise ValueProblem(f"takes no value, got {option.value!r}")
        self._words_of(option, lambda _: 0)
        node.value, node.origin, node.converted = False, Origin.LINE, False

    def _words_of(self, option: Option, count: Callable[[list[str]], int]) -> list[str]:
        """The words that belong to an option; the others may be positional arguments of the command."""
        if option.value is not None:
            self.loose.extend(option.words)
            return [option.value]
        words = [word.text for word in option.words]
        taken = count(words)
        self.loose.extend(option.words[taken:])
        return words[:taken]
