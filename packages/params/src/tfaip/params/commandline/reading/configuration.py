"""`--config`: lays files over the default values, under the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tfaip.params.errors import LoadError, Mistake
from tfaip.params.registry import names_of
from tfaip.params.selection import selectable_classes
from tfaip.params.serialization.composing import Composition
from tfaip.params.serialization.formats import mistakes_of
from tfaip.params.suggestions import did_you_mean, nearest
from tfaip.params.tree.merging import BASE_KEY, CLASS_KEY, VERSION_KEY, Merger
from tfaip.params.tree.nodes import ParamsNode, spell_path
from tfaip.params.values.problem import ValueProblem

__all__ = ["merge_configs"]


def merge_configs(
    paths: Iterable[Path], nodes: Mapping[str, ParamsNode], trusted: Callable[[str], Any]
) -> list[Mistake]:
    """Lay the files over the trees, in their order; returns what is wrong with them.

    A file holds an object for each root by its name, or, where there is one root, just the fields of that.
    The classes that it names are imported by `trusted`.
    """
    mistakes: list[Mistake] = []
    for path in paths:
        mistakes += _merge_file(Composition(path), nodes, trusted)
    return mistakes


def _merge_file(file: Composition, nodes: Mapping[str, ParamsNode], trusted: Callable[[str], Any]) -> Iterable[Mistake]:
    try:
        yield from _merge(file.read(), file, nodes, trusted)
    except LoadError as error:
        yield from error.mistakes
    except RecursionError:
        yield Mistake(file.source, "nested too deeply")


def _merge(
    data: Any, file: Composition, nodes: Mapping[str, ParamsNode], trusted: Callable[[str], Any]
) -> Iterable[Mistake]:
    source = file.source
    if not isinstance(data, dict):
        got = "none" if data is None else f"a {type(data).__name__}"
        yield Mistake(spell_path((), source), f"expects an object, got {got}")
        return
    rest = {key: value for key, value in data.items() if key != BASE_KEY}
    only = file.root = _the_root_of(rest, nodes) if rest else None
    if BASE_KEY in data:
        try:
            for base in file.bases(data[BASE_KEY]):
                if only is not None and CLASS_KEY in rest:
                    # Bases hold fields of the class that is named beside them.
                    Merger(trusted).merge(nodes[only], {CLASS_KEY: rest[CLASS_KEY]}, ())
                for mistake in _merge_file(base, nodes, trusted):
                    is_whole = mistake.where == base.source
                    hints = (*mistake.hints, f"{source} builds on it") if is_whole else mistake.hints
                    yield Mistake(mistake.where, mistake.problem, hints)
        except ValueProblem as problem:
            yield Mistake(spell_path((BASE_KEY,), source), problem.problem, problem.hints)
    if not rest:
        return
    merger = Merger(trusted, changes=True, composing=file)
    if only is not None:
        merger.merge(nodes[only], rest, ())
    else:
        for key, value in rest.items():
            if key in nodes:
                merger.merge(nodes[key], value, (key,))
            elif key != VERSION_KEY:
                yield Mistake(spell_path((str(key),), source), "no such params", did_you_mean(nearest(str(key), nodes)))
    yield from mistakes_of(merger.problems, source)


def _the_root_of(data: dict[Any, Any], nodes: Mapping[str, ParamsNode]) -> str | None:
    """The root whose fields the file holds directly: as `save` writes them, or because there is no other root."""
    if isinstance(tag := data.get(CLASS_KEY), str):
        fitting = [
            name for name, node in nodes.items() if any(tag in names_of(c) for c in selectable_classes(node.kind, ()))
        ]
        return next(iter(fitting or nodes))
    (name, node), *others = nodes.items()
    fields = {str(key).removesuffix("+").partition(".")[0] for key in data}
    is_direct = not others and name not in data and (not name or not node.children.keys().isdisjoint(fields))
    return name if is_direct else None
