"""The operations of TensorFlow that tf2onnx does not know, and their equivalents in ONNX.

Each function here replaces one node of the graph, or leaves it where it finds no equivalent: `to_onnx` then names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

__all__ = ["HANDLERS"]

_SIGNED = {"float16": np.int16, "float32": np.int32, "float64": np.int64}
"""The integer of the same width as a floating-point number: its lowest value is the sign bit alone."""


def sign_bit_of_bitcast(context: Any, node: Any, name: str, args: Any) -> None:
    """Replace a `Bitcast` of which only the sign bit is read: `keras.ops.argmax` and `signbit` tell -0.0 from 0.0."""
    import onnx
    from tf2onnx import utils

    del args
    (number,) = node.input
    (bits,) = node.output
    source, target = (_dtype(context, tensor) for tensor in (number, bits))
    if target != _SIGNED.get(source.name) or not _reads_sign_bit_only(context, bits, np.iinfo(target).min):
        return
    shape = context.get_shape(bits)
    context.remove_node(name)
    # 1 / -0.0 is negative, too.
    zero = context.make_const(utils.make_name("zero"), np.zeros((), source)).output[0]
    inverse = context.make_node("Reciprocal", [number]).output[0]
    is_negative = context.make_node(
        "Or", [context.make_node("Less", [value, zero]).output[0] for value in (number, inverse)]
    ).output[0]
    sign, none = (
        context.make_const(utils.make_name("sign"), np.array(value, target)).output[0]
        for value in (np.iinfo(target).min, 0)
    )
    context.make_node(
        "Where",
        [is_negative, sign, none],
        name=name,
        outputs=[bits],
        shapes=[shape],
        dtypes=[onnx.helper.np_dtype_to_tensor_dtype(np.dtype(target))],
    )


def complement_of_erf(context: Any, node: Any, name: str, args: Any) -> None:
    """Replace an `Erfc`, of which the exact `keras.ops.gelu` is made, by 1 - `Erf`."""
    from tf2onnx import utils

    del args
    (number,), (result,) = node.input, node.output
    source, shape, kind = _dtype(context, number), context.get_shape(result), context.get_dtype(result)
    context.remove_node(name)
    one = context.make_const(utils.make_name("one"), np.ones((), source)).output[0]
    erf = context.make_node("Erf", [number]).output[0]
    context.make_node("Sub", [one, erf], name=name, outputs=[result], shapes=[shape], dtypes=[kind])


def quotient_rounded_down(context: Any, node: Any, name: str, args: Any) -> None:
    """Replace a `FloorDiv` of whole numbers, which ONNX' `Div` rounds towards zero: -1 // 3 is -1."""
    from tf2onnx.onnx_opset.math import FloorDiv

    del args
    (number, divisor), (result,) = node.input, node.output
    if _dtype(context, number).kind not in "iu":
        FloorDiv.version_6(context, node)
        return
    shape, kind = context.get_shape(result), context.get_dtype(result)
    context.remove_node(name)
    rest = context.make_node("Mod", [number, divisor]).output[0]
    whole = context.make_node("Sub", [number, rest]).output[0]
    context.make_node("Div", [whole, divisor], name=name, outputs=[result], shapes=[shape], dtypes=[kind])


def rest_with_sign_of_divisor(context: Any, node: Any, name: str, args: Any) -> None:
    """Replace a `FloorMod` of whole numbers by `Mod`, whose result has the sign of the divisor, too: -1 % 3 is 2."""
    from tf2onnx.onnx_opset.math import FloorMod

    del args
    inputs, (result,) = list(node.input), node.output
    if _dtype(context, inputs[0]).kind not in "iu":
        FloorMod.version_7(context, node)
        return
    shape, kind = context.get_shape(result), context.get_dtype(result)
    context.remove_node(name)
    context.make_node("Mod", inputs, name=name, outputs=[result], shapes=[shape], dtypes=[kind])


def decoder_with_blank(context: Any, node: Any, name: str, args: Any) -> None:
    """Replace a `CTCGreedyDecoder` with any blank class, of which tf2onnx takes the last one only.

    The blank class is moved behind the others before the decoder, and the found classes back after it.
    """
    import onnx
    from tf2onnx import utils
    from tf2onnx.onnx_opset.nn import CTCGreedyDecoder

    del name, args
    blank = node.get_attr_value("blank_index", -1)
    if blank < -1:
        return
    if blank == -1:
        CTCGreedyDecoder.version_11(context, node)
        return

    def constant(value: Any) -> str:
        made: str = context.make_const(utils.make_name("blank"), np.array(value, np.int64)).output[0]
        return made

    last = np.iinfo(np.int64).max
    parts = [
        context.make_node(
            "Slice", [node.input[0], constant([start]), constant([end]), constant([2])], dtypes=[_kind(context, node)]
        ).output[0]
        for start, end in ((0, blank), (blank + 1, last), (blank, blank + 1))
    ]
    moved = context.make_node("Concat", parts, attr={"axis": 2}, dtypes=[_kind(context, node)]).output[0]
    context.replace_input(node, node.input[0], moved, 0)
    uses = [
        (consumer, position)
        for consumer in context.find_output_consumers(node.output[1])
        for position, tensor in enumerate(consumer.input)
        if tensor == node.output[1]
    ]
    CTCGreedyDecoder.version_11(context, node)
    for consumer, position in uses:
        found = consumer.input[position]
        behind = context.make_node("GreaterOrEqual", [found, constant(blank)]).output[0]
        shift = context.make_node("Cast", [behind], attr={"to": onnx.TensorProto.INT64}).output[0]
        classes = context.make_node("Add", [found, shift], dtypes=[onnx.TensorProto.INT64]).output[0]
        context.replace_input(consumer, found, classes, position)


def _kind(context: Any, node: Any) -> int:
    kind: int = context.get_dtype(node.input[0])
    return kind


def _dtype(context: Any, tensor: str) -> np.dtype[Any]:
    import onnx

    return np.dtype(onnx.helper.tensor_dtype_to_np_dtype(context.get_dtype(tensor)))


def _reads_sign_bit_only(context: Any, bits: str, sign: int) -> bool:
    consumers = context.find_output_consumers(bits)
    return bool(consumers) and bits not in context.outputs and all(_masks(node, sign) for node in consumers)


def _masks(node: Any, sign: int) -> bool:
    """Whether a node keeps the sign bit alone."""
    constants = [given.get_tensor_value(as_list=False) for given in node.inputs if given.is_const()]
    return node.type == "BitwiseAnd" and any(np.all(constant == sign) for constant in constants)


HANDLERS: Mapping[str, tuple[Callable[..., None], list[Any]]] = {
    "Bitcast": (sign_bit_of_bitcast, []),
    "CTCGreedyDecoder": (decoder_with_blank, []),
    "Erfc": (complement_of_erf, []),
    "FloorDiv": (quotient_rounded_down, []),
    "FloorMod": (rest_with_sign_of_divisor, []),
}
"""By the operation of TensorFlow: the function that replaces its nodes, and its further arguments."""
