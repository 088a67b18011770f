"""Gives each node of the tree what the command line says of it, class selections before what hangs off them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from tfaip.params.commandline.reading.arguments import (
    Argument,
    ArgumentTable,
    Group,
    is_counter,
    is_hidden,
    takes_value,
)
from tfaip.params.commandline.reading.assigning import Assigner, count_words
from tfaip.params.commandline.reading.environment import Environment, words_of_text
from tfaip.params.commandline.reading.names import Names
from tfaip.params.commandline.reading.option_table import OptionTable
from tfaip.params.commandline.reading.options import GivenOption, Option, Word
from tfaip.params.commandline.reading.other_tools import value_of_a_group, values_of_other_tool
from tfaip.params.defining.structure import fields_of
from tfaip.params.errors import DefinitionError, Mistake
from tfaip.params.tree.nodes import UNSET, DictNode, Leaf, ListNode, Node, Origin, ParamsNode, Path
from tfaip.params.tree.part_names import operation_of, same_key
from tfaip.params.values.base import ValueType, read_words
from tfaip.params.values.problem import ValueProblem

__all__ = ["Binder"]


class Binder:
    """Walks over the trees of all roots, top-down, and takes from the line the options that belong to each node.

    Args:
        options: The options of the line.
        import_tag: Gets the object of a tag that no imported class has; raises `ValueProblem`.
        environment: The variables that give values to arguments which the line doesn't mention.
        by_code: Whether code gives the values: then hidden fields are arguments too.
    """

    def __init__(
        self,
        options: Iterable[Option],
        import_tag: Callable[[str], Any],
        environment: Environment | None = None,
        *,
        by_code: bool = False,
    ) -> None:
        self._by_code = by_code
        self._environment = environment or None
        self._options = OptionTable(options)
        self.assigner = Assigner(import_tag)
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
        self._make_if_mentioned(node, names)
        self._bind_fields(node, names, path)

    def bind_value(
        self, names: tuple[str, ...], kind: ValueType, *, keep_all: bool = False, variable: str | None = None
    ) -> list[Any]:
        """The values that the line gives to a plain argument: at most one, or one for each time it is repeated."""
        values: list[Any] = []
        if variable is not None and names and not self._options.has(names):
            self._by_environment((variable,), lambda text: values.append(read_words(kind, words_of_text(kind, text))))
        for option in self._options.take(names):
            try:
                values.append(read_words(kind, self._words_of(option, kind.take)))
            except ValueProblem as problem:
                self.mistakes.append(Mistake(option.spelled, problem.problem, problem.hints))
        return values if keep_all else values[-1:]

    def bind_positionals(self, words: list[Word]) -> list[Word]:
        """Give the positional fields their words in turn, unless the line names them; returns the words left over."""
        for argument in self.table.positional:
            node = argument.node
            if argument not in self.table.named:
                texts = [word.text for word in words]
                count = count_words(node, texts)
                try:
                    if count:
                        self.assigner.assign(node, texts[:count])
                except ValueProblem as problem:
                    self.mistakes.append(Mistake(argument.spelled, problem.problem, problem.hints))
                words = words[count:]
        return words

    def unknown(self) -> list[Option]:
        """The options that nobody took, in the order of the line."""
        return self._options.left()

    def _bind_fields(self, node: ParamsNode, names: Names, path: Path) -> None:
        group = self.table.open_group(node, names, path)
        children = list(node.children.items())
        if self._by_code:  # the path to a hidden field comes before the short name of another
            children.sort(key=lambda child: not is_hidden(child[1]))
        for name, child in children:
            assert child.spec is not None
            child_path = (*path, name)
            child_names = names.child(name, child.spec.options).without(self.table.reserved)
            if (is_hidden(child) and not self._by_code) or self._is_hidden(child_names):
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
            if node.spec is not None and node.spec.options.positional and not names.repeated:
                self.table.positional.append(argument)
            self._apply(argument, self.assigner.assign)
        if isinstance(node, ParamsNode):
            self._make_if_mentioned(node, names)
            self._bind_fields(node, names, path)
            return
        if isinstance(node, ListNode) and isinstance(node.elements, list):
            self._options.count_from_the_end(names.all, len(node.elements))
            for index, element in enumerate(node.elements):
                self._bind_element(element, names.element(str(index)), (*path, index), group)
        if isinstance(node, DictNode) and isinstance(node.elements, dict):
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
        # A root, or an element of a list or dict: its field speaks of the whole, not of it.
        assert isinstance(node, ParamsNode)
        self.assigner.select(node, words)

    def _apply(self, argument: Argument, assign: Callable[[Node, list[str]], None]) -> None:
        """Let `assign` see the words of each option of the argument in order, so that the last one wins."""
        names = argument.names.all
        negations = argument.names.negated() if argument.is_flag and argument.negatable else ()
        changes = self._options.take_changes(argument.node, names)
        options = self._options.take(names + negations)
        if options or changes:
            self.table.named.add(argument)
        if not options:
            self._by_environment(names, lambda text: assign(argument.node, words_of_text(argument.node, text)))
        for option in sorted([*options, *changes], key=lambda option: option.position) if changes else options:
            try:
                if isinstance(option, GivenOption):
                    self.assigner.give(argument.node, option.given, changes.get(option, ""))
                elif is_hidden(argument.node):
                    self.assigner.give(argument.node, option.value, changes.get(option, ""))
                elif option.name in negations:
                    self._negate(argument.node, option)
                elif option in changes:
                    self._change(argument.node, option, changes[option])
                elif is_counter(argument.node) and not self._sets_number(option):
                    self._count(argument.node, option)
                else:
                    assign(argument.node, self._words_of(option, lambda words: count_words(argument.node, words)))
            except ValueProblem as problem:
                self.mistakes.append(Mistake(option.spelled, problem.problem, self._hints(argument, option, problem)))

    def _by_environment(self, names: Iterable[str], read: Callable[[str], None]) -> None:
        found = self._environment.find(names) if self._environment is not None else None
        if found is not None:
            variable, text = found
            try:
                read(text)
            except ValueProblem as problem:
                self.mistakes.append(Mistake(f"environment variable {variable}", problem.problem, problem.hints))

    def _sets_number(self, option: Option) -> bool:
        """Whether a counter is set: by `=`, or by a number after its long name."""
        is_long = option.spelled.startswith("--")
        return option.value is not None or (is_long and bool(option.words) and option.words[0].text.isdecimal())

    def _count(self, node: Node, option: Option) -> None:
        assert isinstance(node, Leaf)
        self._words_of(option, lambda _: 0)
        before = node.value if isinstance(node.value, int) and node.value is not UNSET else 0
        node.value, node.origin, node.converted = before + option.times, Origin.LINE, False

    def _hints(self, argument: Argument, option: Option, problem: ValueProblem) -> list[str]:
        hints = [hint.replace("<NAME>", argument.spelled) for hint in problem.hints]
        words = [word.text for word in option.words] if option.value is None else [option.value]
        hints += values_of_other_tool(argument.node, words, argument.spelled)
        if isinstance(argument.node, ParamsNode):
            # First: the user meant it.
            hints[:0] = value_of_a_group(argument.node, argument.names, words)
        return hints

    def _change(self, node: Node, option: Option, rest: str) -> None:
        assert isinstance(node, Leaf | ListNode | DictNode)
        operation, way = operation_of(rest)
        elements = node.elements if isinstance(node, DictNode) and isinstance(node.elements, dict) else {}
        keys = [node.kind.key.write(key) for key in elements] if isinstance(node, DictNode) else []
        if operation == "set" and same_key(".".join(way), keys) is not None:
            self._options.put(option)  # selects the class of an element that is there
            return
        self.assigner.change(node, operation, way, lambda count: self._words_of(option, count))

    def _make_if_mentioned(self, node: ParamsNode, names: Names) -> None:
        """Make an optional group of which the line sets a field, unless the line says that there is none."""
        if node.selected is not None or node.origin is Origin.LINE:
            return
        if inspect.isabstract(node.kind.bases[0]):
            return
        mentioned = self._options.parts_below(names.all)
        fields = fields_of(node.kind.annotations[0])
        own = {name for field, spec in fields.items() for name in (field, f"no_{field}", *spec.options.aliases)}
        variables = self._environment is not None and self._environment.mentions(names.all, fields)
        if mentioned & own or variables:
            self.assigner.select(node, [])

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
