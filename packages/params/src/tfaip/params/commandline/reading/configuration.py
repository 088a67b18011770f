"""`--config`: lays files over the default values, under the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tfaip.params.commandline.declared.roots import Root
from tfaip.params.errors import LoadError, Mistake
from tfaip.params.registry import names_of
from tfaip.params.selection import selectable_classes
from tfaip.params.serialization.composing import Composition
from tfaip.params.serialization.formats import mistakes_of
from tfaip.params.suggestions import did_you_mean, nearest
from tfaip.params.tree.merging import BASE_KEY, CLASS_KEY, VERSION_KEY, Merger
from tfaip.params.tree.nodes import ParamsNode, spell_path
from tfaip.params.trust.tagged_import import TrustedImport
from tfaip.params.values.problem import ValueProblem

__all__ = ["import_of_files", "merge_configs"]


def merge_configs(
    paths: Iterable[Path], nodes: Mapping[str, ParamsNode], roots: Mapping[str, Root[Any]], trust: Iterable[str]
) -> list[Mistake]:
    """Lay the files over the trees, in their order; returns what is wrong with them.

    A file holds an object for each root by its name, or, where there is one root, just the fields of that.
    It may name classes of `tfaip`, of the roots' own packages, and of those that are trusted.
    """
    mistakes: list[Mistake] = []
    trusted = import_of_files(roots, trust)
    for path in paths:
        mistakes += _merge_file(Composition(path), nodes, trusted)
    return mistakes


def import_of_files(roots: Mapping[str, Root[Any]], trust: Iterable[str]) -> TrustedImport:
    """Imports what files of the command line name: of the roots' own packages, and of those that are trusted."""
    own = [base.__module__.partition(".")[0] for root in roots.values() for base in root.kind.bases]
    return TrustedImport([*own, *trust])


def _merge_file(file: Composition, nodes: Mapping[str, ParamsNode], trusted: TrustedImport) -> Iterable[Mistake]:
    try:
        yield from _merge(file.read(), file, nodes, trusted)
    except LoadError as error:
        yield from error.mistakes
    except RecursionError:
        yield Mistake(file.source, "nested too deeply")


def _merge(data: Any, file: Composition, nodes: Mapping[str, ParamsNode], trusted: TrustedImport) -> Iterable[Mistake]:
    source = file.source
    if not isinstance(data, dict):
        got = "none" if data is None else f"a {type(data).__name__}"
        yield Mistake(spell_path((), source), f"expects an object, got {got}")
        return
    if BASE_KEY in data:
        try:
            for base in file.bases(data[BASE_KEY]):
                yield from _merge_file(base, nodes, trusted)
        except ValueProblem as problem:
            yield Mistake(spell_path((BASE_KEY,), source), problem.problem, problem.hints)
        data = {key: value for key, value in data.items() if key != BASE_KEY}
    if not data:
        return
    only = _the_root_of(data, nodes)
    file.root = only
    merger = Merger(trusted, changes=True, composing=file)
    if only is not None:
        merger.merge(nodes[only], data, ())
    else:
        for key, value in data.items():
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
