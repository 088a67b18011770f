"""The operations of TensorFlow that tf2onnx does not know, or converts to others, and their equivalents in ONNX.

Each function here replaces one node of the graph, or leaves it where it finds no equivalent: `to_onnx` then names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

__all__ = ["HANDLERS"]

_SIGNED = {"float16": np.int16, "float32": np.int32, "float64": np.int64}
"""The integer of the same width as a floating-point number: its lowest value is the sign bit alone."""

_NOT_REDUCED = ("int8", "int16", "uint8", "uint16", "uint32", "uint64")
_CHOSEN = ("float16", "float32", "float64", "int32", "int64", "uint8")
"""Types of which onnxruntime chooses by `Where`."""


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


def logarithm_or_exponential_at_one(context: Any, node: Any, name: str, args: Any) -> None:
    """Replace a `Log1p` by the logarithm of 1 + x, and an `Expm1` by the exponential - 1."""
    from tf2onnx import utils

    del args
    (number,), (result,) = node.input, node.output
    source, shape, kind, is_logarithm = (
        _dtype(context, number),
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


def updated_slice(context: Any, node: Any, name: str, args: Any) -> None:
    """Replace an `XlaDynamicUpdateSlice`, of which `keras.ops.slice_update` is made, by a choice between two tensors.

    The update is padded to the shape of the other. A start outside is moved inside, as TensorFlow moves it.
    """
    import onnx
    from tf2onnx import utils

    del args
    if _dtype(context, node.input[0]).name not in _CHOSEN:
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


def sum_of_short_numbers(context: Any, node: Any, name: str, args: Any) -> None:
    """Replace a `Sum` of whole numbers that onnxruntime doesn't add up by that of 64 bits."""
    from tf2onnx.onnx_opset.reduction import ReduceOpBase

    del name, args
    node.type = "ReduceSum"
    ReduceOpBase.version_18(context, node)
    _in_64_bits(context, node)


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


def choice(context: Any, node: Any, name: str, args: Any) -> None:
    """Replace a `Select` of numbers with a fraction by `Where`. tf2onnx multiplies by 0: infinity times 0 is NaN."""
    from tf2onnx.onnx_opset.controlflow import Select

    del name, args
    is_number = _is_fraction(context, node.output[0])
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
    kind = _kind(context, node)
    node.type = f"Reduce{node.type}"
    ReduceOpBase.version_18(context, node)
    if not _is_fraction(context, node.input[0]):
        if _dtype(context, node.input[0]).name != "uint64":
            _in_64_bits(context, node)
        return
    number, axes = node.input
    (extreme,) = node.output
    marks = context.make_node(
        "Cast", [context.make_node("IsNaN", [number]).output[0]], attr={"to": onnx.TensorProto.FLOAT}
    ).output[0]
    attributes = {"keepdims": node.get_attr_value("keepdims"), "noop_with_empty_axes": 1}
    marked = context.make_node("ReduceMax", [marks, axes], attr=attributes).output[0]
    has_nan = context.make_node("Cast", [marked], attr={"to": onnx.TensorProto.BOOL}).output[0]
    nan = context.make_const(utils.make_name("nan"), np.array(np.nan, _dtype(context, number))).output[0]
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
    if _is_fraction(context, number):
        kind, shape = _kind(context, node), context.get_shape(number)
        worst = np.array(-np.inf if node.type == "ArgMax" else np.inf, _dtype(context, number))
        constant = context.make_const(utils.make_name("worst"), worst).output[0]
        is_nan = context.make_node("IsNaN", [number]).output[0]
        without = context.make_node("Where", [is_nan, constant, number], dtypes=[kind], shapes=[shape]).output[0]
        context.replace_input(node, number, without, 0)
    ArgMax.version_12(context, node)


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
    is_number = _dtype(context, node.input[1]).kind in "iuf"
    ScatterND.version_11(context, node)
    if is_number:
        node.set_attr("reduction", "add")


def segments_from_zero(context: Any, node: Any, name: str, args: Any) -> None:
    """Leave out numbers of negative segments, as TensorFlow does: they go to one segment more, which is cut off."""
    import onnx
    from tf2onnx import utils
    from tf2onnx.onnx_opset.reduction import SegmentSum

    del name, args
    (result,), kind = node.output, _kind(context, node)
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


def _in_64_bits(context: Any, node: Any) -> None:
    """Let a node compute in 64 bits, where its numbers are of types that onnxruntime doesn't reduce."""
    import onnx

    kind = _kind(context, node)
    if _dtype(context, node.input[0]).name not in _NOT_REDUCED:
        return
    shape, (result,) = context.get_shape(node.output[0]), node.output
    context.insert_new_node_on_input(node, "Cast", node.input[0], to=onnx.TensorProto.INT64)
    context.set_dtype(result, onnx.TensorProto.INT64)
    cast = context.insert_new_node_on_output("Cast", result, to=kind).output[0]
    context.set_dtype(cast, kind)
    if shape is not None:
        context.set_shape(cast, shape)


def _is_fraction(context: Any, tensor: str) -> bool:
    return _dtype(context, tensor).name in _SIGNED


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
    "ArgMax": (place_of_extreme, []),
    "ArgMin": (place_of_extreme, []),
    "Bitcast": (sign_bit_of_bitcast, []),
    "CTCGreedyDecoder": (decoder_with_blank, []),
    "Erfc": (complement_of_erf, []),
    "Expm1": (logarithm_or_exponential_at_one, []),
    "FloorDiv": (quotient_rounded_down, []),
    "FloorMod": (rest_with_sign_of_divisor, []),
    "Log1p": (logarithm_or_exponential_at_one, []),
    "Max": (extreme_or_nan, []),
    "Min": (extreme_or_nan, []),
    "OneHot": (classes_from_zero, []),
    "ScatterNd": (scattered_sum, []),
    "Select": (choice, []),
    "SelectV2": (choice, []),
    "Sum": (sum_of_short_numbers, []),
    **{f"UnsortedSegment{kind}": (segments_from_zero, []) for kind in ("Max", "Min", "Prod", "Sum")},
    "XlaDynamicUpdateSlice": (updated_slice, []),
}
"""By the operation of TensorFlow: the function that replaces its nodes, and its further arguments."""
