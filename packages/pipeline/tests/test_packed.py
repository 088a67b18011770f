"""Packed rows on their way from a worker to the consumer."""

import pickle

import numpy as np
import pytest

from tfaip.pipeline import ArraySpec, Sample
from tfaip.pipeline.batching.batch import Packed
from tfaip.pipeline.batching.layout import BatchLayout

SPECS = {
    "padded": ArraySpec([None, 2], "float32"),
    "whole": ArraySpec([3], "complex64"),
    "flags": ArraySpec([None], bool),
    "text": ArraySpec([1], str),
    "empty": ArraySpec([0], "int8"),
}


def sample(length):
    inputs = {
        "padded": np.full([length, 2], length, np.float32),
        "whole": np.arange(3, dtype=np.complex64),
        "flags": np.ones(length, bool),
        "text": np.array(["a" * length], object),
        "empty": np.empty(0, np.int8),
    }
    return Sample(inputs=inputs, meta={"length": length})


@pytest.mark.parametrize("in_band", [True, False])
def test_rows_of_all_dtypes_arrive_as_they_were_packed(in_band):
    layout = BatchLayout(SPECS, {}, {"padded": -1})
    packed = layout.pack([layout.row(sample(length)) for length in (2, 5)])
    buffers = []
    data = pickle.dumps(packed.parts(), 5, buffer_callback=None if in_band else buffers.append)
    arrived = Packed.of_parts(*pickle.loads(data, buffers=buffers))
    assert len(buffers) == (0 if in_band else 1)
    for before, after in zip(packed.arrays, arrived.arrays, strict=True):
        assert after.dtype == before.dtype
        np.testing.assert_array_equal(after, before)
    for (before, meta), (after, meta_after) in zip(layout.unpack(packed), layout.unpack(arrived), strict=True):
        assert meta_after == meta
        for one, other in zip(before, after, strict=True):
            np.testing.assert_array_equal(other, one)
