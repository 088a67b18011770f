"""Decoders of CTC."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfaip.model.onnx.converter_gaps.tensors import kind_of

__all__ = ["decoder_with_blank"]


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
            "Slice", [node.input[0], constant([start]), constant([end]), constant([2])], dtypes=[kind_of(context, node)]
        ).output[0]
        for start, end in ((0, blank), (blank + 1, last), (blank, blank + 1))
    ]
    moved = context.make_node("Concat", parts, attr={"axis": 2}, dtypes=[kind_of(context, node)]).output[0]
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
