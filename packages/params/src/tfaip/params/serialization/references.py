"""References in config files, `${model.width}` and `${env:HOME}`: kept as written until all overrides are known."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tfaip.params.errors import Mistake
from tfaip.params.serialization.differing import plain_of_node
from tfaip.params.serialization.limits import LimitProblem, check_limits
from tfaip.params.serialization.writing import file_writing
from tfaip.params.suggestions import did_you_mean, nearest
from tfaip.params.tree.merging import REFERENCES_KEY, VERSION_KEY, Merger
from tfaip.params.tree.nodes import UNSET, Deferred, DictNode, Leaf, ListNode, Node, ParamsNode
from tfaip.params.values.anything import AnyType
from tfaip.params.values.base import Reading, ValueType, Word, read_words, split_text
from tfaip.params.values.mappings import key_of
from tfaip.params.values.problem import Path, ValueProblem, as_problem, shown, spell_path

__all__ = ["KeptReferences", "escaped", "mentions_reference", "resolve_references", "with_references"]

_TOKEN = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")
_PART = re.compile(r"[^.\[\]]+|\[\d+\]")
_MAX_LENGTH = 1 << 20
"""References in references could double a text without end."""

_ENVIRONMENT = "env:"

KeptReferences = dict[Path, tuple[Any, Any]]
"""The text of a file for a value and the plain data that it was resolved to, by the path from the root's name."""


def mentions_reference(data: Any) -> bool:
    """Whether plain data holds a text with `${`, also as `$${`."""
    if isinstance(data, str):
        return "${" in data
    if isinstance(data, dict):
        return any(map(mentions_reference, data.values()))
    return isinstance(data, list) and any(map(mentions_reference, data))


def escaped(data: Any) -> Any:
    """Plain data of which no text is taken for a reference."""
    if isinstance(data, str):
        return data.replace("${", "$${")
    if isinstance(data, dict):
        return {key: escaped(value) for key, value in data.items()}
    return [escaped(value) for value in data] if isinstance(data, list) else data


def with_references(data: dict[str, Any], kept: KeptReferences) -> dict[str, Any]:
    """A document with references in place of the values that are still what they were resolved to.

    Args:
        data: The document, by the names of the roots; the fields themselves for a root without a name.
        kept: References in the values of files.
    """
    made: dict[str, Any] = escaped(data)
    for path, (written, resolved) in kept.items():
        *above, last = path if path[0] else path[1:]
        holder, plain = made, data
        try:
            for part in above:
                holder, plain = holder[part], plain[part]  # type: ignore[index]  # of lists and dicts
            if repr(plain[last]) == repr(resolved):  # type: ignore[index]
                holder[last] = written  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            continue  # a part that isn't written, or is another one now
    return {VERSION_KEY: made.pop(VERSION_KEY), REFERENCES_KEY: True, **made}


def resolve_references(
    nodes: Mapping[str, ParamsNode], import_object: Callable[[str], Any]
) -> tuple[KeptReferences, list[Mistake]]:
    """Give all leaves that hold a `Deferred` their values.

    Args:
        nodes: The trees by the names of their roots, with all overrides.
        import_object: Imports what the files name.

    Returns:
        The resolved value, and the mistakes in the references.
    """
    resolver = _Resolver(nodes, import_object)
    for name, node in nodes.items():
        for path, leaf in _leaves(node, (name,)):
            resolver.resolve(leaf, path)
    return resolver.kept, resolver.mistakes


def _leaves(node: Node, path: Path) -> Iterator[tuple[Path, Leaf | ParamsNode]]:
    """The nodes that may hold a value, also one in place of params."""
    if isinstance(node, Leaf):
        yield path, node
    elif isinstance(node, ParamsNode):
        yield path, node
        for name, child in node.children.items():
            yield from _leaves(child, (*path, name))
    elif isinstance(node, ListNode) and isinstance(node.elements, list):
        for index, element in enumerate(node.elements):
            yield from _leaves(element, (*path, index))
    elif isinstance(node, DictNode) and isinstance(node.elements, dict):
        for key, element in node.elements.items():
            yield from _leaves(element, (*path, key_of(node.kind.key.dump(key, file_writing()))))


class _Broken(ValueProblem):
    """A reference to a value that is itself wrong, which is told already."""


class _Resolver:
    def __init__(self, nodes: Mapping[str, ParamsNode], import_object: Callable[[str], Any]) -> None:
        self._nodes = nodes
        self._import_object = import_object
        self._open: list[Path] = []
        self._broken: set[int] = set()
        self.kept: KeptReferences = {}
        self.mistakes: list[Mistake] = []

    def resolve(self, leaf: Leaf | ParamsNode, path: Path) -> None:
        """Give a leaf its value, and those before it that it refers to."""
        deferred = leaf.value
        if not isinstance(deferred, Deferred):
            return
        leaf.value = UNSET if isinstance(leaf, Leaf) else None
        self._open.append(path)
        try:
            leaf.value = self._value_of(leaf, deferred)
            self.kept[path] = (deferred.data, plain_of_node(leaf))
        except _Broken:
            self._broken.add(id(leaf))
        except Exception as error:  # types of the user's own raise anything
            self._broken.add(id(leaf))
            found = as_problem(error, deferred.data)
            self.mistakes.append(Mistake(spell_path(deferred.path, deferred.source), found.problem, found.hints))
        self._open.pop()

    def _value_of(self, leaf: Leaf | ParamsNode, deferred: Deferred) -> Any:
        kind = leaf.spec.stored_kind if isinstance(leaf, Leaf) else leaf.kind.other
        decoder = leaf.spec.options.decoder if leaf.spec is not None else None
        assert isinstance(kind, ValueType)
        if isinstance(deferred.data, str) and (name := _whole(deferred.data, _ENVIRONMENT)) and decoder is None:
            return read_words(
                kind, split_text(_of_environment(name), is_single=kind.arity == 1), Merger(self._import_object)
            )
        if decoder is not None:
            return decoder(self._substituted(deferred.data, deferred, str))
        problems: list[ValueProblem] = []
        # The value of an environment variable is a word, where a type tells what it stands for; else it tells itself.
        for read in (Word, AnyType().read):
            data = self._substituted(deferred.data, deferred, read)
            host = Merger(self._import_object)
            try:
                value = kind.load(data, Reading(host))
            except ValueProblem as problem:
                host.problems.append(((), problem))
            if not host.problems and not _holds_word(value):
                return value
            problems += [_of_parts(host.problems, deferred.data)] if host.problems else []
        raise problems[0]

    def _substituted(self, data: Any, deferred: Deferred, read: Callable[[str], Any]) -> Any:
        """Plain data with values in place of the references."""
        if isinstance(data, dict):
            made: Any = {key: self._substituted(value, deferred, read) for key, value in data.items()}
        elif isinstance(data, list):
            made = [self._substituted(value, deferred, read) for value in data]
        elif isinstance(data, str) and "${" in data:
            whole = _TOKEN.fullmatch(data)
            if whole is not None and whole[1] is not None:
                return self._referred(whole[1], deferred, read)
            return self._text(data, deferred)
        else:
            return data
        try:
            check_limits(made)
        except LimitProblem as problem:
            raise ValueProblem(f"with its references it {problem}") from None
        return made

    def _text(self, text: str, deferred: Deferred) -> str:
        parts: list[str] = []
        end = 0
        for token in _TOKEN.finditer(text):
            parts.append(text[end : token.start()])
            end = token.end()
            if token[0] == "$${":
                parts.append("${")
            elif token[1] is None:
                raise ValueProblem(f"a reference is ${{name}}, got {shown(text)}", ("write $${ for the text ${",))
            else:
                parts.append(_as_text(self._referred(token[1], deferred, str), token[1]))
        whole = "".join([*parts, text[end:]])
        if len(whole) > _MAX_LENGTH:
            raise ValueProblem("with its references it is longer than 1 MiB")
        return whole

    def _referred(self, name: str, deferred: Deferred, read: Callable[[str], Any]) -> Any:
        """The plain data that a name stands for."""
        if name.startswith(_ENVIRONMENT):
            return read(_of_environment(name.removeprefix(_ENVIRONMENT)))
        parts = [int(part[1:-1]) if part.startswith("[") else part for part in _PART.findall(name)]
        if not parts or "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in parts).lstrip(".") != name:
            hints = ("write $${ for the text ${", "${env:NAME} is a variable of the environment")
            raise ValueProblem(f"a reference names a value like ${{model.width}}, got ${{{name}}}", hints)
        return self._plain(self._start(parts, deferred), parts, name)

    def _start(self, parts: list[Any], deferred: Deferred) -> tuple[Node, Path]:
        """The node in which the name is looked up, and its path; parts that lead to it are taken away."""
        direct = deferred.root
        if direct is None and len(self._nodes) == 1:
            direct = next(iter(self._nodes))
        if direct is not None and parts[0] in self._nodes[direct].children:
            return self._nodes[direct], (direct,)
        if parts[0] in self._nodes:
            root = str(parts.pop(0))
            return self._nodes[root], (root,)
        known = [*self._nodes, *(self._nodes[direct].children if direct is not None else ())]
        hints = did_you_mean(nearest(str(parts[0]), known))
        raise ValueProblem(f"a reference names {parts[0]!r}, which isn't there", hints)

    def _plain(self, start: tuple[Node, Path], parts: list[Any], name: str) -> Any:
        node, path = start
        while parts and not isinstance(node, Leaf) and not isinstance(getattr(node, "value", None), Deferred):
            part = parts.pop(0)
            node = _child(node, part, name)
            path = (*path, part)
        if not isinstance(node, Leaf) and not (isinstance(node, ParamsNode) and node.selected is None):
            raise ValueProblem(f"a reference stands for a value, but ${{{name}}} holds params ({node.kind.label})")
        if path in self._open:
            chain = [*self._open[self._open.index(path) :], path]
            raise ValueProblem(f"the references go round: {' -> '.join(_spelled(one) for one in chain)}")
        self.resolve(node, path)
        if id(node) in self._broken:
            raise _Broken("")
        if node.value is UNSET:
            raise ValueProblem(f"${{{name}}} has no value yet")
        data = plain_of_node(node)
        for part in parts:
            data = _item(data, part, name)
        return data


def _child(node: Node, part: Any, name: str) -> Node:
    children: dict[Any, Any] = {}
    if isinstance(node, ParamsNode):
        children = dict(node.children)
    elif isinstance(node, ListNode) and isinstance(node.elements, list):
        children = dict(enumerate(node.elements))
        part = int(part) if isinstance(part, str) and part.isdecimal() else part
    elif isinstance(node, DictNode) and isinstance(node.elements, dict):
        children = {key_of(node.kind.key.dump(key, file_writing())): value for key, value in node.elements.items()}
    if part not in children:
        hints = did_you_mean(nearest(str(part), map(str, children)))
        raise ValueProblem(f"${{{name}}}: there is no {part!r}", hints)
    child: Node = children[part]
    return child


def _item(data: Any, part: Any, name: str) -> Any:
    if isinstance(data, list):
        part = int(part) if isinstance(part, str) and part.isdecimal() else part
        if isinstance(part, int) and part < len(data):
            return data[part]
    elif isinstance(data, dict) and part in data:
        return data[part]
    raise ValueProblem(f"${{{name}}}: there is no {part!r} in {shown(data)}")


def _holds_word(value: Any) -> bool:
    """Whether a value of any type still holds words."""
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list | tuple | set):
        return isinstance(value, Word)
    return any(map(_holds_word, value))


def _whole(text: str, prefix: str) -> str:
    """The rest of the name of a text that is one reference, after the prefix; empty for other texts."""
    whole = _TOKEN.fullmatch(text)
    return whole[1].removeprefix(prefix) if whole is not None and (whole[1] or "").startswith(prefix) else ""


def _of_environment(name: str) -> str:
    if name not in os.environ:
        raise ValueProblem(f"there is no variable {name!r} in the environment", did_you_mean(nearest(name, os.environ)))
    return os.environ[name]


def _as_text(data: Any, name: str) -> str:
    if isinstance(data, dict | list):
        raise ValueProblem(f"only single values can be part of a text, ${{{name}}} is {shown(data)}")
    if data is None or isinstance(data, bool):
        return str(data).lower()
    return data if isinstance(data, str) else repr(data)


def _of_parts(problems: list[tuple[Path, ValueProblem]], data: Any) -> ValueProblem:
    """The first of several problems, with the file's own text."""
    path, problem = problems[0]
    inside = (f"at {spell_path(path)}",) if path else ()
    return ValueProblem(problem.problem, (*problem.hints, *inside, f"from {shown(data)}"))


def _spelled(path: Path) -> str:
    return spell_path(path)[2:].lstrip(".")
