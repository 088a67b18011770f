"""The types of tensors in a graph that is converted."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["dtype_of", "in_64_bits", "is_fraction", "kind_of"]

_FRACTIONS = ("float16", "float32", "float64")
_NOT_REDUCED = ("int8", "int16", "uint8", "uint16", "uint32", "uint64")


def dtype_of(context: Any, tensor: str) -> np.dtype[Any]:
    """Return the dtype of a tensor by its name."""
    import onnx

    return np.dtype(onnx.helper.tensor_dtype_to_np_dtype(context.get_dtype(tensor)))


def kind_of(context: Any, node: Any) -> int:
    """Return ONNX' number of the dtype of a node's first input."""
    kind: int = context.get_dtype(node.input[0])
    return kind


def is_fraction(context: Any, tensor: str) -> bool:
    """Whether a tensor may hold NaN and infinity."""
    return dtype_of(context, tensor).name in _FRACTIONS


def in_64_bits(context: Any, node: Any) -> None:
    """Let a node compute in 64 bits, where its numbers are of types that onnxruntime doesn't reduce."""
    import onnx

    kind = kind_of(context, node)
    if dtype_of(context, node.input[0]).name not in _NOT_REDUCED:
        return
    shape, (result,) = context.get_shape(node.output[0]), node.output
    context.insert_new_node_on_input(node, "Cast", node.input[0], to=onnx.TensorProto.INT64)
    context.set_dtype(result, onnx.TensorProto.INT64)
    cast = context.insert_new_node_on_output("Cast", result, to=kind).output[0]
    context.set_dtype(cast, kind)
    if shape is not None:
        context.set_shape(cast, shape)
