"""The effect of an argument's words on its node: a value, a class, the elements of a list or dict."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Sized
from pathlib import Path
from typing import Any

from tfaip.params.defining.fields import PLAIN, FieldOptions
from tfaip.params.defining.generics import origin_class
from tfaip.params.errors import LoadError
from tfaip.params.selection import allowed_hint, find_class, names_class
from tfaip.params.serialization.formats import mistakes_of, names_file
from tfaip.params.tree.merging import Merger
from tfaip.params.tree.nodes import UNSET, DictNode, Leaf, ListNode, Node, Origin, ParamsNode
from tfaip.params.tree.part_names import Operation, key_among, positions
from tfaip.params.tree.parts import Change, Take, WordSource, require_known_value
from tfaip.params.tree.seeding import node_of_class, select
from tfaip.params.values.alternatives import NONE_WORDS
from tfaip.params.values.base import ScalarType, ValueType, json_of_word, read_words, refuse_problems
from tfaip.params.values.problem import ValueProblem, shown, spell_path

__all__ = ["Assigner", "count_words"]


def count_words(node: Node, words: Sequence[str]) -> int:
    """How many of the words that follow the argument of a node belong to it."""
    if isinstance(node, Leaf):
        kind = node.spec.kind
        assert isinstance(kind, ValueType)
        return kind.take(words)
    if isinstance(node, ParamsNode) and not _options(node).tuple_like:
        other = _other_of(node, words)
        return min(1, len(words)) if other is None else other.take(words)
    return len(words)


def _other_of(node: ParamsNode, words: Sequence[str]) -> ValueType | None:
    """The kind of value that the words stand for in place of params, in `Layer | str`; None where they name a class."""
    other = node.kind.other
    if other is None or not words or words[0].lower() in NONE_WORDS:
        return None
    if _is_json(words[0], "{") or names_class(words[0], node.kind, _options(node).choices):
        return None
    return other


class Assigner:
    """Gives words to nodes; whatever is wrong with them is a `ValueProblem`.

    Args:
        import_tag: Gets the object of a tag that no imported class has.

    Attributes:
        import_of_files: The same for tags that only a file names.
        has_read_files: Whether words named files, which may refer to other values.
    """

    def __init__(self, import_tag: Callable[[str], Any]) -> None:
        self._import_tag = import_tag
        self.import_of_files: Callable[[str], Any] = import_tag
        self.has_read_files = False

    def assign(self, node: Node, words: Sequence[str]) -> None:
        """Let the words do to the node what they say."""
        # The origin first: a value that can't be read isn't missing as well.
        node.origin = Origin.LINE
        node.converted = False
        if isinstance(node, Leaf):
            kind = node.spec.kind
            assert isinstance(kind, ValueType)
            node.value = read_words(kind, words, Merger(self._import_tag))
        elif isinstance(node, ParamsNode):
            if _options(node).tuple_like:
                self._set_in_order(node, words)
            else:
                self.select(node, words)
        elif _means_none(node, words):
            node.elements = None
        elif len(words) == 1 and _is_json(words[0], "[" if isinstance(node, ListNode) else "{"):
            self._lay(node, words[0])
        elif len(words) == 1 and names_file(words[0]):
            self._lay_file(node, words[0])
        elif isinstance(node, ListNode):
            _check_count(node, words, "class")
            node.elements = []
            for word in words:
                node.elements.append(self._new_element(node, word))
        else:
            _check_count(node, words, "key=class")
            self._select_dict(node, words)

    def give(self, node: Node, given: Any, rest: str = "") -> None:
        """Give a node a value from code; with the rest of a name after its own, `.0` or `+`, a part of it."""
        merger = Merger(self._import_tag, objects=True)
        if rest:
            several = isinstance(given, list | tuple | set | frozenset | dict) or not rest.endswith("+")
            merger.change(node, rest, given if several else [given], (rest,))
        else:
            merger.merge(node, given, ())
        node.origin, node.converted = Origin.LINE, False
        if merger.problems:
            path, problem = merger.problems[0]
            inside = path[1:] if rest else path
            where = f"{spell_path(inside)}: " if inside else ""
            more = [f"{spell_path(path)}: {other.problem}" for path, other in merger.problems[1:]]
            raise ValueProblem(f"{where}{problem.problem}", (*problem.hints, *more))

    def change(self, node: Leaf | ListNode | DictNode, operation: Operation, way: Sequence[str], take: Take) -> None:
        """Change a part of a node: the one that the way leads to from its value, empty for the whole."""
        require_known_value(node)
        node.origin = Origin.LINE
        if isinstance(node, Leaf):
            kind = node.spec.kind
            source = WordSource(take, Merger(self._import_tag))
            value = Change(operation, source).apply(kind, node.value, way)
            kind.check(value)
            node.value, node.converted = value, False
            return
        if isinstance(node, ListNode) and node.kind.count is not None:
            raise ValueProblem(f"nothing can be added to or removed from {node.kind.label}")
        node.converted = False
        words = take(len if operation != "set" else lambda words: min(1, len(words)))
        if isinstance(node, ListNode):
            self._change_list(node, operation, words)
        else:
            self._change_dict(node, operation, way, words)

    def _change_list(self, node: ListNode, operation: Operation, words: Sequence[str]) -> None:
        elements = list(node.elements) if isinstance(node.elements, list) else []
        if operation == "add":
            more = [self._new_element(node, word) for word in words]
            if not more:
                raise ValueProblem(f"expects at least one class ({node.kind.item.label}), got none")
            node.elements = elements + more
            return
        gone = positions(words, len(elements))
        node.elements = [element for index, element in enumerate(elements) if index not in gone]
        _check_count(node, node.elements, "class")

    def _change_dict(self, node: DictNode, operation: Operation, way: Sequence[str], words: Sequence[str]) -> None:
        elements = dict(node.elements) if isinstance(node.elements, dict) else {}
        if operation == "drop":
            written = {node.kind.key.write(key): key for key in elements}
            gone = [key_among(word, written) for word in words]
            if not gone:
                raise ValueProblem("expects at least one key, got none")
            node.elements = {key: element for key, element in elements.items() if key not in gone}
            _check_count(node, node.elements, "key=class")
            return
        if operation == "set":
            words = [f"{'.'.join(way)}={word}" for word in words] or [".".join(way)]
        if not words:
            raise ValueProblem(f"expects at least one key=class ({node.kind.label}), got none")
        self._select_dict(node, words)
        assert isinstance(node.elements, dict)
        node.elements = {**elements, **node.elements}

    def select(self, node: ParamsNode, words: Sequence[str]) -> None:
        """Select the class of params; the declared one where no word says which and there is none yet."""
        node.origin = Origin.LINE
        node.converted = False
        if not words and node.selected is not None and node.selected is not UNSET:
            options = _options(node)
            allowed = allowed_hint(node.kind, options.choices, bool(options.enforce_choices))
            raise ValueProblem("expects a class, got none", allowed)
        if words and _is_json(words[0], "{"):
            self._lay(node, words[0])
        elif words and node.kind.other is None and names_file(words[0]):
            self._lay_file(node, words[0])
        elif (other := _other_of(node, words)) is not None:
            value = self._read_other(node, other, words)
            select(node, None, Origin.LINE)
            node.value = value
        else:
            select(node, self._find(node, words[0] if words else node.kind.bases[0].__name__), Origin.LINE)

    def _read_other(self, node: ParamsNode, other: ValueType, words: Sequence[str]) -> Any:
        try:
            return read_words(other, words, Merger(self._import_tag))
        except ValueProblem as problem:
            options = _options(node)
            allowed = allowed_hint(node.kind, options.choices, bool(options.enforce_choices))
            text = shown(" ".join(words))
            hints = (problem.problem, *problem.hints, *(f"classes: {hint}" for hint in allowed))
            raise ValueProblem(f"expects {node.kind.label}, got {text}", hints) from None

    def _lay_file(self, node: ParamsNode | ListNode | DictNode, word: str) -> None:
        """Lay a file over the node: a config file for a part of the params."""
        from tfaip.params.serialization.composing import Composition

        self.has_read_files = True
        file = Composition(Path(word))
        merger = Merger(self.import_of_files, changes=True, composing=file)
        try:
            merger.merge(node, file.read(), ())
        except LoadError as error:
            first, *more = error.mistakes
            raise ValueProblem(f"{first.where}: {first.problem}", (*first.hints, *map(str, more))) from None
        node.origin = Origin.LINE
        if merger.problems:
            first, *more = mistakes_of(merger.problems, file.source)
            raise ValueProblem(f"{first.where}: {first.problem}", (*first.hints, *map(str, more)))

    def _lay(self, node: ParamsNode | ListNode | DictNode, word: str) -> None:
        """Lay JSON text over the node, as a config file would."""
        merger = Merger(self._import_tag)
        merger.merge(node, json_of_word(word, node.kind.label), ())
        node.origin = Origin.LINE
        refuse_problems(merger.problems, node.kind, word)

    def _find(self, node: ParamsNode, word: str) -> Any:
        options = _options(node)
        if node.kind.optional and word.lower() in NONE_WORDS:
            return None
        found = find_class(word, node.kind, options.choices, bool(options.enforce_choices), self._import_tag)
        if options.fixed_class and origin_class(found) not in node.kind.bases:
            raise ValueProblem(f"the class is fixed to {node.kind.label}, got {word!r}")
        return found

    def _set_in_order(self, node: ParamsNode, words: Sequence[str]) -> None:
        if _means_none(node, words):
            select(node, None, Origin.LINE)
            return
        if node.selected is None or node.selected is UNSET:
            select(node, node.kind.annotations[0], Origin.LINE)
        fields = node.children
        if not words or len(words) > len(fields):
            count = len(words) or "none"
            raise ValueProblem(f"expects 1 to {len(fields)} values ({' '.join(fields)}), got {count}")
        for (name, child), word in zip(fields.items(), words, strict=False):
            kind = child.spec.kind if child.spec else None
            if not isinstance(child, Leaf) or not isinstance(kind, ScalarType):
                raise ValueProblem(f"{name} can't be set in order, only by its own argument")
            child.origin = Origin.LINE
            child.converted = False
            child.value = read_words(kind, [word])

    def _select_dict(self, node: DictNode, words: Sequence[str]) -> None:
        node.elements = {}
        for word in words:
            key, equals, name = word.partition("=")
            # A bare key is of the declared class.
            cls_name = name if equals else node.kind.item.bases[0].__name__
            node.elements[node.kind.key.read(key)] = self._new_element(node, cls_name)

    def _new_element(self, holder: ListNode | DictNode, word: str) -> ParamsNode:
        element = ParamsNode(holder.spec, holder.kind.item, UNSET, Origin.LINE)
        if _is_json(word, "{") or names_file(word) or _other_of(element, [word]) is not None:
            self.select(element, [word])
            return element
        found = self._find(element, word)
        if found is None:
            select(element, None, Origin.LINE)
            return element
        return node_of_class(holder.spec, holder.kind.item, found, Origin.LINE)


def _options(node: ParamsNode) -> FieldOptions:
    return node.spec.options if node.spec is not None else PLAIN


def _is_json(word: str, bracket: str) -> bool:
    """Whether a word can only be JSON text: no class is named so."""
    return word.lstrip().startswith(bracket)


def _means_none(node: ParamsNode | ListNode | DictNode, words: Sequence[str]) -> bool:
    return node.kind.optional and len(words) == 1 and words[0].lower() in NONE_WORDS


def _check_count(node: ListNode | DictNode, words: Sized, what: str) -> None:
    if not words and node.spec.options.nargs == "+":
        label = node.kind.item.label if isinstance(node, ListNode) else node.kind.label
        raise ValueProblem(f"expects at least one {what} ({label}), got none")
