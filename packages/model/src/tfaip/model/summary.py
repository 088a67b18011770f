"""A graph as a tree of its layers, with the cost of each."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from typing import Any

import keras
import tensorflow as tf
from rich.console import Group
from rich.table import Table
from rich.text import Text

from tfaip.model.device import DeviceConfigParams, precision_policy
from tfaip.model.graph import GraphBase
from tfaip.model.model import ModelBase
from tfaip.model.runtime.tracing import tensor_specs
from tfaip.model.scenario import ScenarioBase
from tfaip.model.scenario.created import created
from tfaip.params.shown_text import one_line
from tfaip.params.table_console import print_table, table_console
from tfaip.pipeline import DataBase

__all__ = ["print_summary", "summary_text", "summary_tree"]


def summary_tree(graph: GraphBase[Any], model: ModelBase[Any], data: DataBase[Any]) -> Group:
    """Return a tree of a built graph for rich: each layer with output shape, parameters and memory of its weights.

    Shapes are those of the training graph, with `?` for axes that differ from batch to batch, and of the first call of
    a layer. A layer that this graph does not call (that only decoding needs, say) has none.
    """
    shapes, outputs = _output_shapes(graph, model, data)
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("Layer", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column("Output", no_wrap=True, overflow="fold")
    table.add_column("Parameters", justify="right", no_wrap=True)
    table.add_column("Memory", justify="right", no_wrap=True)
    for guide, layer in _rows(graph):
        label = Text.assemble((guide, "dim"), one_line(layer.name), (f"  {type(layer).__name__}", "dim"))
        shape = Text("") if layer is graph else Text(shapes.get(id(layer), "not called"), "cyan")
        count = _count(layer.weights)
        table.add_row(label, shape, f"{count:,}" if count else "", _size(layer.weights) if count else "")
    for name, described in outputs.items():
        table.add_row(Text.assemble(("-> ", "dim"), one_line(name)), Text(described, "cyan"))
    frozen = _count(graph.non_trainable_weights)
    total = f"{_count(graph.trainable_weights):,} trainable parameters" + (f", {frozen:,} others" if frozen else "")
    return Group(table, Text(f"{total}, {_size(graph.weights)}", "bold"))


def summary_text(graph: GraphBase[Any], model: ModelBase[Any], data: DataBase[Any]) -> str:
    """Return the tree as plain text, at full width: no name is cut."""
    console = table_console(file=StringIO(), color_system=None, force_jupyter=False)
    console.print(summary_tree(graph, model, data))
    lines = console.file.getvalue().rstrip("\n").split("\n")  # type: ignore[attr-defined]  # of the StringIO
    return "\n".join(line.rstrip() for line in lines)


def print_summary(scenario: ScenarioBase[Any, Any], device: DeviceConfigParams) -> None:
    """Build the graph of a scenario, in the precision of `device`, and print its tree."""
    model = created(scenario, "create_model")
    with precision_policy(device.precision):
        graph = model.build_graph(scenario.data)
    print_table(summary_tree(graph, model, scenario.data))


def _rows(layer: Any, guide: str = "", indent: str = "") -> Iterator[tuple[str, Any]]:
    yield guide, layer
    below = _sub_layers(layer)
    for sub_layer in below:
        last = sub_layer is below[-1]
        yield from _rows(sub_layer, indent + ("└ " if last else "├ "), indent + ("  " if last else "│ "))


def _sub_layers(layer: Any) -> list[Any]:
    below = layer._flatten_layers(include_self=False, recursive=False)  # Keras has no public name for it
    # An input of a functional model only stands for a tensor: nothing calls it.
    return [sub_layer for sub_layer in below if not isinstance(sub_layer, keras.layers.InputLayer)]


def _output_shapes(
    graph: GraphBase[Any], model: ModelBase[Any], data: DataBase[Any]
) -> tuple[dict[int, str], dict[str, str]]:
    """Trace the training graph; return the outputs' shapes by id of their layer, and those of the graph by name."""

    def trace(inputs: Any, targets: Any) -> Any:
        return graph.training_outputs(inputs, model.pre_proc_targets(inputs, targets), training=False)

    # Nothing that a layer assigns in the trace reaches its variables.
    with keras.StatelessScope(), _watched(graph) as shapes:
        traced = tf.function(trace, autograph=False).get_concrete_function(
            tensor_specs(data.input_layer_specs()), tensor_specs(data.target_layer_specs())
        )
    outputs = {name: f"{_shape(spec)} {spec.dtype.name}" for name, spec in traced.structured_outputs.items()}
    return shapes, outputs


@contextmanager
def _watched(graph: Any) -> Iterator[dict[int, str]]:
    """Note what each layer's `call` returns first, for as long as the context lasts."""
    shapes: dict[int, str] = {}
    layers = list(graph._flatten_layers(include_self=False))
    for layer in layers:
        # Keras would look at the value of an ordinary assignment, and finds no `call` of the class in an instance.
        object.__setattr__(layer, "call", _noting(layer, layer.call, shapes))
    try:
        yield shapes
    finally:
        for layer in layers:
            layer.__dict__.pop("call", None)


def _noting(layer: Any, call: Any, shapes: dict[int, str]) -> Any:
    @functools.wraps(call)
    def noting(*args: Any, **kwargs: Any) -> Any:
        outputs = call(*args, **kwargs)
        shapes.setdefault(id(layer), _described(outputs))
        return outputs

    return noting


def _described(outputs: Any) -> str:
    if isinstance(outputs, Mapping):
        return ", ".join(f"{name} {_described(output)}" for name, output in outputs.items())
    if isinstance(outputs, list | tuple):
        return ", ".join(_described(output) for output in outputs)
    return _shape(outputs)


def _shape(tensor: Any) -> str:
    shape = getattr(tensor, "shape", None)
    if shape is None or getattr(shape, "rank", 0) is None:
        return "?"
    sizes = ["?" if size is None else str(size) for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def _count(variables: list[Any]) -> int:
    return sum(math.prod(variable.shape) for variable in variables)


def _size(variables: list[Any]) -> str:
    size = float(sum(math.prod(v.shape) * tf.as_dtype(v.dtype).size for v in variables))
    for unit in ("B", "KiB", "MiB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:.3g} GiB"
