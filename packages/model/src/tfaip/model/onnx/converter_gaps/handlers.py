"""The function that replaces the nodes of an operation, by the name of the operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tfaip.model.onnx.converter_gaps.arithmetic import (
    complement_of_erf,
    logarithm_or_exponential_at_one,
    quotient_rounded_down,
    rest_with_sign_of_divisor,
    sign_bit_of_bitcast,
    sum_of_short_numbers,
)
from tfaip.model.onnx.converter_gaps.choices import choice, extreme_or_nan, place_of_extreme
from tfaip.model.onnx.converter_gaps.decoding import decoder_with_blank
from tfaip.model.onnx.converter_gaps.places import classes_from_zero, scattered_sum, segments_from_zero, updated_slice

__all__ = ["HANDLERS"]

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
