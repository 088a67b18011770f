"""Choices between numbers of which one may be NaN: `where`, `max`, `min`, `argmax` and `argmin`."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfaip.model.onnx.converter_gaps.tensors import dtype_of, in_64_bits, is_fraction, kind_of

__all__ = ["choice", "extreme_or_nan", "place_of_extreme"]


def choice(context: Any, node: Any, name: str, args: Any) -> None:
    """Replace a `Select` of numbers with a fraction by `Where`. tf2onnx multiplies by 0: infinity times 0 is NaN."""
    from tf2onnx.onnx_opset.controlflow import Select

    del name, args
    is_number = is_fraction(context, node.output[0])
    if is_number:
        node.set_attr("handles_nan", 1)
    Select.version_9(context, node)
    if is_number:
        del node.attr["handles_nan"]


def extreme_or_nan(context: Any, node: Any, name: str, args: Any) -> None:
    """Replace a `Max` or `Min`, which is NaN where one of the numbers is, as ONNX' is not."""
    import onnx
    from tf2onnx import utils
    from tf2onnx.onnx_opset.reduction import ReduceOpBase

    del name, args
    kind = kind_of(context, node)
    node.type = f"Reduce{node.type}"
    ReduceOpBase.version_18(context, node)
    if not is_fraction(context, node.input[0]):
        if dtype_of(context, node.input[0]).name != "uint64":
            in_64_bits(context, node)
        return
    number, axes = node.input
    (extreme,) = node.output
    marks = context.make_node(
        "Cast", [context.make_node("IsNaN", [number]).output[0]], attr={"to": onnx.TensorProto.FLOAT}
    ).output[0]
    attributes = {"keepdims": node.get_attr_value("keepdims"), "noop_with_empty_axes": 1}
    marked = context.make_node("ReduceMax", [marks, axes], attr=attributes).output[0]
    has_nan = context.make_node("Cast", [marked], attr={"to": onnx.TensorProto.BOOL}).output[0]
    nan = context.make_const(utils.make_name("nan"), np.array(np.nan, dtype_of(context, number))).output[0]
    shape = context.get_shape(extreme)
    found = context.insert_new_node_on_output("Where", extreme, inputs=[has_nan, nan, extreme]).output[0]
    context.set_dtype(found, kind)
    if shape is not None:
        context.set_shape(found, shape)


def place_of_extreme(context: Any, node: Any, name: str, args: Any) -> None:
    """Replace an `ArgMax` or `ArgMin`, which passes over NaN, by that of numbers with the lowest or highest instead."""
    from tf2onnx import utils
    from tf2onnx.onnx_opset.reduction import ArgMax

    del name, args
    number = node.input[0]
    if is_fraction(context, number):
        kind, shape = kind_of(context, node), context.get_shape(number)
        worst = np.array(-np.inf if node.type == "ArgMax" else np.inf, dtype_of(context, number))
        constant = context.make_const(utils.make_name("worst"), worst).output[0]
        is_nan = context.make_node("IsNaN", [number]).output[0]
        without = context.make_node("Where", [is_nan, constant, number], dtypes=[kind], shapes=[shape]).output[0]
        context.replace_input(node, number, without, 0)
    ArgMax.version_12(context, node)
