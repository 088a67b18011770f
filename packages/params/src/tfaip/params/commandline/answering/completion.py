"""How a word of the command line may go on: names of arguments, of classes, and choices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tfaip.params.commandline.answering.describing import choices_of
from tfaip.params.commandline.declared.declarations import Declarations
from tfaip.params.commandline.declared.plain import PlainArgument
from tfaip.params.commandline.reading.arguments import Argument, ArgumentTable
from tfaip.params.commandline.reading.names import spell
from tfaip.params.commandline.reading.options import normalise
from tfaip.params.commandline.reading.parsing import parse_line
from tfaip.params.tree.nodes import DictNode, Leaf, ListNode
from tfaip.params.values.base import ValueType

__all__ = ["candidates", "print_candidates"]


def print_candidates(declared: Declarations, words: Sequence[str], shell: str) -> None:
    """Print the candidates for the last of the words, one a line, as the scripts of `shells` expect them."""
    current = words[-1] if words else ""
    found = candidates(declared, words)
    if shell == "bash":
        # Bash takes `:` and `=` for the beginning of a new word, and replaces only what comes after.
        start = max(current.rfind(":"), current.rfind("=")) + 1
        found = [candidate[start:] for candidate in found]
    print("\n".join(found))


def candidates(declared: Declarations, words: Sequence[str]) -> list[str]:
    """The words that the last word, begun but unfinished, may become; the classes selected before it count."""
    *before, current = words or [""]
    parsed = parse_line(declared, before)
    plain = {key: argument for argument in declared.declared_arguments() for key in argument.keys}
    shorts = {short.name: targets[0] for short in declared.shorthands if (targets := short.arguments(parsed.table))}
    if current.startswith("-") and "=" in current:
        name, _, begun = current.partition("=")
        values = _values(name, [], parsed.table, plain, shorts)
        return [f"{name}={value}" for value in values if value.startswith(begun)]
    if current.startswith("-"):
        return sorted({name for name in _names(current, parsed.table, plain, shorts) if name.startswith(current)})
    last = next((i for i in range(len(before) - 1, -1, -1) if before[i].startswith("-")), None)
    found = [] if last is None else _values(before[last], before[last + 1 :], parsed.table, plain, shorts)
    return [value for value in found if value.startswith(current)]


def _names(
    begun: str, table: ArgumentTable, declared: dict[str, PlainArgument], shorthands: Iterable[str]
) -> Iterator[str]:
    """Each argument by one name, the one shown by help; by others only once nothing else fits any more."""
    plain = [argument.spelled for argument in declared.values() if not argument.positional]
    plain += map(spell, shorthands)
    primary = [argument.spelled for argument in table.by_name.values()]
    if any(name.startswith(begun) for name in (*plain, *primary)):
        yield from plain
        yield from primary
        return
    names = [spell(name) for name in (*table.by_name, *table.negated)]
    dashed = "-" in begun.lstrip("-") and "_" not in begun
    yield from (
        spell(name.lstrip("-").replace("_", "-")) if dashed and name.startswith("--") else name for name in names
    )


def _values(
    name: str,
    given: Sequence[str],
    table: ArgumentTable,
    declared: dict[str, PlainArgument],
    shorthands: Mapping[str, Argument],
) -> list[str]:
    """Words that may follow an argument after its present ones."""
    key = normalise(name)
    if (plain := declared.get(key)) is not None:
        return [] if _is_full(plain.kind, given) else list(plain.kind.words())
    argument = table.by_name.get(key) or shorthands.get(key)
    if argument is None:
        return []
    node = argument.node
    if isinstance(node, Leaf):
        assert isinstance(node.spec.kind, ValueType)
        return [] if _is_full(node.spec.kind, given) else list(node.spec.kind.words())
    if given and not isinstance(node, ListNode | DictNode):
        return []
    return list(choices_of(node))


def _is_full(kind: ValueType, given: Sequence[str]) -> bool:
    return bool(given) and kind.take([*given, *kind.words()[:1]]) <= len(given)
