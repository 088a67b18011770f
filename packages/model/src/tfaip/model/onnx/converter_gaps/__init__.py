"""The operations of TensorFlow that tf2onnx does not know, or converts to others, and their equivalents in ONNX.

In: a node of a graph that is converted.
Out: other nodes in its place, or the node itself where it has no equivalent: `to_onnx` then names it.
"""

from tfaip.model.onnx.converter_gaps.handlers import HANDLERS

__all__ = ["HANDLERS"]
