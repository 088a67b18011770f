"""Functions of single numbers, their quotients, and their sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfaip.model.onnx.converter_gaps.tensors import dtype_of, in_64_bits

__all__ = [
    "complement_of_erf",
    "logarithm_or_exponential_at_one",
    "quotient_rounded_down",
    "rest_with_sign_of_divisor",
    "sign_bit_of_bitcast",
    "sum_of_short_numbers",
]

_INTEGERS = {"float16": np.int16, "float32": np.int32, "float64": np.int64}
"""The integer of the same width as a floating-point number: its lowest value is the sign bit alone."""


def sign_bit_of_bitcast(context: Any, node: Any, name: str, args: Any) -> None:
    """Replace a `Bitcast` of which only the sign bit is read: `keras.ops.argmax` and `signbit` tell -0.0 from 0.0."""
    import onnx
    from tf2onnx import utils

    del args
    (number,) = node.input
    (bits,) = node.output
    source, target = (dtype_of(context, tensor) for tensor in (number, bits))
    if target != _INTEGERS.get(source.name) or not _reads_sign_bit_only(context, bits, np.iinfo(target).min):
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
    source, shape, kind = dtype_of(context, number), context.get_shape(result), context.get_dtype(result)
    context.remove_node(name)
    one = context.make_const(utils.make_name("one"), np.ones((), source)).output[0]
    erf = context.make_node("Erf", [number]).output[0]
    context.make_node("Sub", [one, erf], name=name, outputs=[result], shapes=[shape], dtypes=[kind])


def logarithm_or_exponential_at_one(context: Any, node: Any, name: str, args: Any) -> None:
    """Replace a `Log1p` by the logarithm of 1 + x, and an `Expm1` by the exponential - 1."""
    from tf2onnx import utils

    del args
    (number,), (result,) = node.input, node.output
    source, shape, kind, is_logarithm = (
        dtype_of(context, number),
        context.get_shape(result),
        context.get_dtype(result),
        node.type == "Log1p",
    )
    context.remove_node(name)
    one = context.make_const(utils.make_name("one"), np.ones((), source)).output[0]
    if is_logarithm:
        last, given = "Log", [context.make_node("Add", [number, one]).output[0]]
    else:
        last, given = "Sub", [context.make_node("Exp", [number]).output[0], one]
    context.make_node(last, given, name=name, outputs=[result], shapes=[shape], dtypes=[kind])


def quotient_rounded_down(context: Any, node: Any, name: str, args: Any) -> None:
    """Replace a `FloorDiv` of whole numbers, which ONNX' `Div` rounds towards zero: -1 // 3 is -1."""
    from tf2onnx.onnx_opset.math import FloorDiv

    del args
    (number, divisor), (result,) = node.input, node.output
    if dtype_of(context, number).kind not in "iu":
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
    if dtype_of(context, inputs[0]).kind not in "iu":
        FloorMod.version_7(context, node)
        return
    shape, kind = context.get_shape(result), context.get_dtype(result)
    context.remove_node(name)
    context.make_node("Mod", inputs, name=name, outputs=[result], shapes=[shape], dtypes=[kind])


def sum_of_short_numbers(context: Any, node: Any, name: str, args: Any) -> None:
    """Replace a `Sum` of whole numbers that onnxruntime doesn't add up by that of 64 bits."""
    from tf2onnx.onnx_opset.reduction import ReduceOpBase

    del name, args
    node.type = "ReduceSum"
    ReduceOpBase.version_18(context, node)
    in_64_bits(context, node)


def _reads_sign_bit_only(context: Any, bits: str, sign: int) -> bool:
    consumers = context.find_output_consumers(bits)
    return bool(consumers) and bits not in context.outputs and all(_masks(node, sign) for node in consumers)


def _masks(node: Any, sign: int) -> bool:
    """Whether a node keeps the sign bit alone."""
    constants = [given.get_tensor_value(as_list=False) for given in node.inputs if given.is_const()]
    return node.type == "BitwiseAnd" and any(np.all(constant == sign) for constant in constants)
