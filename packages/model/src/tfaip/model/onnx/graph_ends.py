"""The ends of a converted graph: its inputs, its outputs, and the values that it takes from outside."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tfaip.model.onnx.prediction import OUTPUT_NAMES

__all__ = ["nodes", "set_captured", "set_names", "types"]


def nodes(graph: Any) -> Iterator[Any]:
    """Yield the nodes of an ONNX graph, and of the graphs in them."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                yield from nodes(inner)


def types(graph: Any) -> set[int]:
    """Return the types of the tensors that a graph takes, holds or converts to, as ONNX numbers them."""
    found = {given.type.tensor_type.elem_type for given in graph.input}
    for each in (graph, *_inner_graphs(graph)):
        found.update(constant.data_type for constant in each.initializer)
    for node in nodes(graph):
        for attribute in node.attribute:
            if attribute.name in ("to", "dtype"):
                found.add(attribute.i)
            elif attribute.HasField("t"):
                found.add(attribute.t.data_type)
    return found


def set_captured(graph: Any, captured: Mapping[str, Any]) -> None:
    """Make constants of the tensors that a function has captured, for instance the mean of a normalisation.

    The converter makes constants of variables, but inputs of these tensors.

    Args:
        graph: The ONNX graph.
        captured: The tensors by the name of their input.
    """
    import onnx

    for given in [given for given in graph.input if given.name in captured]:
        graph.input.remove(given)
        graph.initializer.append(onnx.numpy_helper.from_array(captured[given.name].numpy(), given.name))


def set_names(model: Any, inputs: Mapping[str, str], outputs: Sequence[str]) -> None:
    """Give inputs and outputs the names that the function gives them.

    Two tensors of a graph can't have one name: an output that is named like an input has another in the graph, and the
    model notes its own.

    Args:
        model: The ONNX model.
        inputs: Name of each input by that in the graph.
        outputs: Name of each output, in the order of the graph.
    """
    graph, wanted = model.graph, set(inputs.values())
    produced = {name for name in _tensors(graph) if name not in inputs}
    taken = wanted | produced
    # A tensor within that is named like an input makes room for it.
    within = {name: _free(f"{name}_within", taken) for name in sorted(wanted & produced)}
    in_graph = [name if name not in taken else _free(f"{name}_output", taken) for name in outputs]
    names = {
        **within,
        **inputs,
        **{given.name: name for given, name in zip(graph.output, in_graph, strict=True)},
    }
    for each in (graph, *_inner_graphs(graph)):
        for given in (*each.input, *each.output, *each.value_info, *each.initializer):
            given.name = names.get(given.name, given.name)
    for node in nodes(graph):
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    if in_graph != list(outputs):
        model.metadata_props.add(key=OUTPUT_NAMES, value=json.dumps(list(outputs)))


def _inner_graphs(graph: Any) -> Iterator[Any]:
    for node in nodes(graph):
        for attribute in node.attribute:
            yield from (attribute.g, *attribute.graphs)


def _tensors(graph: Any) -> Iterator[str]:
    """Yield the names of all tensors of a graph and of the graphs in it."""
    for node in nodes(graph):
        yield from node.output
    for each in (graph, *_inner_graphs(graph)):
        yield from (given.name for given in (*each.input, *each.initializer))


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name
