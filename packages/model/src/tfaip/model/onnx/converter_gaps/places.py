"""Places in a tensor: `slice_update`, `scatter`, `one_hot` and segments."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfaip.model.onnx.converter_gaps.tensors import dtype_of, kind_of

__all__ = ["classes_from_zero", "scattered_sum", "segments_from_zero", "updated_slice"]

_OF_WHERE = ("float16", "float32", "float64", "int32", "int64", "uint8")
"""Types of which onnxruntime chooses by `Where`."""


def updated_slice(context: Any, node: Any, name: str, args: Any) -> None:
    """Replace an `XlaDynamicUpdateSlice`, of which `keras.ops.slice_update` is made, by a choice between two tensors.

    The update is padded to the shape of the other. A start outside is moved inside, as TensorFlow moves it.
    """
    import onnx
    from tf2onnx import utils

    del args
    if dtype_of(context, node.input[0]).name not in _OF_WHERE:
        return
    (whole, update, start), (result,) = node.input, node.output
    shape, kind = context.get_shape(result), context.get_dtype(result)
    context.remove_node(name)

    def made(operation: str, *inputs: str, **attributes: Any) -> str:
        output: str = context.make_node(operation, list(inputs), attr=attributes).output[0]
        return output

    zero = context.make_const(utils.make_name("zero"), np.zeros((), np.int64)).output[0]
    space = made("Sub", made("Shape", whole), made("Shape", update))
    before = made("Max", made("Min", made("Cast", start, to=onnx.TensorProto.INT64), space), zero)
    pads = made("Concat", before, made("Sub", space, before), axis=0)
    true = onnx.numpy_helper.from_array(np.ones(1, np.float32))
    marks = made("Pad", made("ConstantOfShape", made("Shape", update), value=true), pads)
    inside = made("Cast", marks, to=onnx.TensorProto.BOOL)
    context.make_node(
        "Where", [inside, made("Pad", update, pads), whole], name=name, outputs=[result], shapes=[shape], dtypes=[kind]
    )


def classes_from_zero(context: Any, node: Any, name: str, args: Any) -> None:
    """Let a `OneHot` give no class to a negative number, which ONNX counts from the last class."""
    import onnx
    from tf2onnx import utils
    from tf2onnx.onnx_opset.tensor import OneHot

    del name, args
    shape = context.get_shape(node.input[0])
    numbers = context.insert_new_node_on_input(node, "Cast", node.input[0], to=onnx.TensorProto.INT64).output[0]
    zero, none = (
        context.make_const(utils.make_name("number"), np.array(value, np.int64)).output[0]
        for value in (0, np.iinfo(np.int64).max)
    )
    negative = context.make_node("Less", [numbers, zero]).output[0]
    kind = onnx.TensorProto.INT64
    classes = context.make_node("Where", [negative, none, numbers], shapes=[shape], dtypes=[kind]).output[0]
    context.replace_input(node, numbers, classes, 0)
    OneHot.version_11(context, node)


def scattered_sum(context: Any, node: Any, name: str, args: Any) -> None:
    """Let a `ScatterNd` add the numbers that go to the same place, of which tf2onnx keeps the last one."""
    from tf2onnx.onnx_opset.tensor import ScatterND

    del name, args
    node.type = "ScatterND"
    is_number = dtype_of(context, node.input[1]).kind in "iuf"
    ScatterND.version_11(context, node)
    if is_number:
        node.set_attr("reduction", "add")


def segments_from_zero(context: Any, node: Any, name: str, args: Any) -> None:
    """Leave out numbers of negative segments, as TensorFlow does: they go to one segment more, which is cut off."""
    import onnx
    from tf2onnx import utils
    from tf2onnx.onnx_opset.reduction import SegmentSum

    del name, args
    (result,), kind = node.output, kind_of(context, node)
    shape, shape_of_segments = context.get_shape(result), context.get_shape(node.input[1])
    long = onnx.TensorProto.INT64

    def constant(value: Any) -> str:
        made: str = context.make_const(utils.make_name("segment"), np.array(value, np.int64)).output[0]
        return made

    segments, count = (
        context.make_node("Cast", [given], attr={"to": long}, dtypes=[long], shapes=[of]).output[0]
        for given, of in ((node.input[1], shape_of_segments), (node.input[2], []))
    )
    negative = context.make_node("Less", [segments, constant(0)]).output[0]
    moved = context.make_node("Where", [negative, count, segments], dtypes=[long], shapes=[shape_of_segments]).output[0]
    one_more = context.make_node("Add", [count, constant(1)], dtypes=[long], shapes=[[]]).output[0]
    context.replace_inputs(node, [node.input[0], moved, one_more])
    end = context.make_node("Reshape", [count, constant([1])]).output[0]
    cut = context.insert_new_node_on_output("Slice", result, inputs=[result, constant([0]), end, constant([0])])
    context.set_dtype(cut.output[0], kind)
    if shape is not None:
        context.set_shape(cut.output[0], shape)
    SegmentSum.version_13(context, node)
