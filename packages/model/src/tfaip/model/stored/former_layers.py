"""Layers of a former model and of today's graph that are the same, though Keras has numbered them in another way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

import keras

__all__ = ["same_layers", "within_graph"]

# Names of weights that Keras 3 has changed.
_WEIGHTS = {"kernel": "depthwise_kernel"}


def within_graph(path: str) -> str:
    """Return the path of a weight without the name of the graph."""
    return path.partition("/")[2]


def same_layers(paths: Iterable[str], former: Iterable[str]) -> dict[str, str]:
    """Return the path of the former weight for each path of today that has one.

    Keras numbers layers that are given no name: `dense`, `dense_1`. Keras 2 counted through the whole process, so that
    the first one may be `dense_7`. Where a layer has as many of a kind today as before, their order counts.

    Args:
        paths: Paths of today, without the name of the graph.
        former: Layers of the former model.
    """
    return dict(_same([path.split("/") for path in paths], [path.split("/") for path in dict.fromkeys(former)]))


def _same(paths: list[list[str]], former: list[list[str]]) -> Iterator[tuple[str, str]]:
    partners = _partners(_first(paths), _first(former))
    if len(_first(paths)) == 1 and not partners and all(len(path) > 1 for path in paths):
        # A wrapper of Keras 2, such as TimeDistributed, gave the weights of its layer its own name.
        (name,) = _first(paths)
        yield from ((f"{name}/{path}", other) for path, other in _same(_below(paths, name), former))
    for name, its_former in partners.items():
        inner, inner_former = _below(paths, name), _below(former, its_former)
        if [] in inner and [] in inner_former:
            yield name, its_former
        deeper = _same([path for path in inner if path], [path for path in inner_former if path])
        yield from ((f"{name}/{path}", f"{its_former}/{other}") for path, other in deeper)


def _first(paths: list[list[str]]) -> list[str]:
    return list(dict.fromkeys(path[0] for path in paths))


def _below(paths: list[list[str]], name: str) -> list[list[str]]:
    return [path[1:] for path in paths if path[0] == name]


def _partners(names: list[str], former: list[str]) -> dict[str, str]:
    """The former name of each name of one layer's parts."""
    found = {name: name for name in names if name in former}
    for name in names:
        if name not in found and _WEIGHTS.get(name) in former:
            found[name] = _WEIGHTS[name]
    for kind in dict.fromkeys(_kind(name) for name in names):
        mine, its = (sorted((each for each in among if _kind(each) == kind), key=_number) for among in (names, former))
        if re.sub("^(forward|backward)_", "", kind) in _automatic_names() and len(mine) == len(its):
            found |= dict(zip(mine, its, strict=True))
    return found


def _kind(name: str) -> str:
    return re.sub(r"_\d+$", "", name)


def _number(name: str) -> int:
    found = re.search(r"_(\d+)$", name)
    return int(found[1]) if found else 0


@cache
def _automatic_names() -> frozenset[str]:
    """The names that Keras gives to layers of its own, without a number."""
    apart = (re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name) for name in dir(keras.layers) if name[0].isupper())
    return frozenset(re.sub("([a-z])([A-Z])", r"\1_\2", name).lower() for name in apart)
