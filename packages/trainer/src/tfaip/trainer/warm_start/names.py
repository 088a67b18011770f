"""The names by which weights are matched."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from tfaip.trainer.errors import WarmStartError
from tfaip.trainer.warm_start.params import WarmstartParams

__all__ = ["matched_names", "names_by_layer", "selected"]


def matched_names(
    names: Iterable[str], params: WarmstartParams, *, rules: Iterable[str], suffix: str = "", trim: bool
) -> dict[str, str]:
    """Return the name of each weight by the name that it is matched by.

    Args:
        names: Variable paths, or `LAYER/NUMBER`.
        params: Numbers to remove.
        rules: FROM->TO, regular expressions, applied one after the other.
        suffix: Added at the end.
        trim: Remove the first part.

    Raises:
        WarmStartError: Two weights would be matched by one name, or a rule finds nothing.
    """
    found: dict[str, list[str]] = defaultdict(list)
    unused = set(rules)
    for name in names:
        matched = name.partition("/")[2] if trim and "/" in name else name
        for layer in params.auto_remove_numbers_for:
            matched = re.sub(rf"(^|/){re.escape(layer)}_\d+(?=/|$)", rf"\g<1>{layer}", matched)
        for rule in rules:
            former, _, new = rule.partition("->")
            matched, count = re.subn(former, new, matched)
            if count:
                unused.discard(rule)
        found[matched + suffix].append(name)
    if unused:
        raise WarmStartError(
            f"each rule must find something, but {_quoted(sorted(unused))} finds nothing in {', '.join(sorted(found))}"
        )
    twice = [f"{matched} ({' and '.join(names)})" for matched, names in found.items() if len(names) > 1]
    if twice:
        raise WarmStartError(
            f"weights must be told apart by their names, but these are the same: {'; '.join(twice)}; look at "
            "warmstart.rename, rename_targets, trim_graph_name and auto_remove_numbers_for"
        )
    return {matched: names[0] for matched, names in found.items()}


def selected(names: Iterable[str], params: WarmstartParams) -> set[str]:
    """Return the names that are to be loaded.

    Raises:
        WarmStartError: `include` or `exclude` matches none.
    """
    names = list(names)
    chosen = set(names)
    for option in ("include", "exclude"):
        pattern = getattr(params, option)
        if pattern is None:
            continue
        hits = {name for name in names if re.fullmatch(pattern, name)}
        if not hits:
            raise WarmStartError(
                f"warmstart.{option} must match the whole name of a weight, but {pattern!r} matches none of "
                f"{', '.join(names)}"
            )
        chosen = chosen & hits if option == "include" else chosen - hits
    return chosen


def names_by_layer(graph: Any) -> dict[str, Any]:
    """Return each weight of `graph` by the name of its layer and its number there, as Keras stores it.

    Raises:
        WarmStartError: Two layers have one name.
    """
    named: dict[str, Any] = {}
    for layer in graph._flatten_layers(include_self=True):
        inner = {id(weight) for part in layer._flatten_layers(include_self=False) for weight in part.weights}
        own = [weight for weight in layer.weights if id(weight) not in inner]
        for number, weight in enumerate(own):
            name = f"{layer.name}/{number}"
            if named.setdefault(name, weight) is not weight:
                raise WarmStartError(
                    "to load a file of Keras, layers must have names of their own, "
                    f"but the graph has several called {layer.name}"
                )
    return named


def _quoted(texts: list[str]) -> str:
    return ", ".join(repr(text) for text in texts)
