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
    "Erfc": (complement_of_erf, []),
}
"""By the operation of TensorFlow: the function that replaces its nodes, and its further arguments."""
