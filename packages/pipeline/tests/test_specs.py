"""Specs and layouts: what is refused when a pipeline is built, and how samples are padded."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pipeline_cases import flat

from tfaip.pipeline import ArraySpec, PipelineMode, Sample
from tfaip.pipeline.batching.layout import ALIGNMENT, BatchLayout
from tfaip.pipeline.data.array_spec import as_array_specs
from tfaip.pipeline.errors import DefinitionError, SpecError


def test_tensor_specs_are_taken_for_what_they_show():
    tensor_spec = SimpleNamespace(shape=[None, 3], dtype=SimpleNamespace(as_numpy_dtype=np.float32), name="image")
    assert as_array_specs({"a": tensor_spec}, "hook") == {"a": ArraySpec((None, 3), "float32", "image")}


def test_texts_of_any_width_are_texts():
    assert all(ArraySpec((1,), dtype).is_text for dtype in (str, "U7", bytes, "S3", object))


@pytest.mark.parametrize(
    ("specs", "message"),
    [
        ({"a": ArraySpec((), int)}, r"hook\['a'\] must have at least one axis .* declare a scalar as shape \[1\]"),
        ({"a": ArraySpec((-1,), int)}, r"hook\['a'\] must not have negative lengths, got shape \[-1\]: write None"),
        ({"a": (3, int)}, r"hook\['a'\] must be an ArraySpec or a tf.TensorSpec, got \(3"),
        ({"a": SimpleNamespace(shape=None, dtype=int)}, r"hook\['a'\] must have a known rank"),
        ([1], r"hook must be a dict of specs, got \[1\]"),
    ],
)
def test_specs_that_cannot_be_are_refused_by_name(specs, message):
    with pytest.raises(DefinitionError, match=message):
        as_array_specs(specs, "hook")


@pytest.mark.parametrize(
    ("padding", "message"),
    [
        ({"b": 0}, r"_padding_values names \['b'\], which are keys of neither"),
        ({"a": 300}, r"_padding_values\['a'\] must fit uint8\[None\], got 300"),
        ({"a": "x"}, r"_padding_values\['a'\] must fit uint8\[None\], got 'x'"),
        ({"a": 0.5}, r"_padding_values\['a'\] must fit uint8\[None\], got 0.5, which becomes 0"),
    ],
)
def test_padding_that_cannot_be_is_refused(padding, message):
    with pytest.raises(DefinitionError, match=message):
        BatchLayout.of_mode(PipelineMode.PREDICTION, {"a": ArraySpec((None,), "uint8")}, {}, padding)


def layout_of(spec, padding=0):
    return BatchLayout({"a": spec}, {}, {"a": padding} if padding else {})


@pytest.mark.parametrize(
    ("value", "dtype", "expected"),
    [
        (3, "uint8", np.uint8(3)),
        (3, "float32", np.float32(3)),
        (np.uint8(3), "float32", np.float32(3)),
        (1.5, "float32", np.float32(1.5)),
        (np.float64(1.5), "float16", np.float16(1.5)),
        (np.int64(3), "int32", np.int32(3)),
        (True, "bool", np.True_),
    ],
)
def test_values_of_the_same_kind_are_converted(value, dtype, expected):
    ((array,), _) = layout_of(ArraySpec((1,), dtype)).row(Sample(inputs={"a": [value]}))
    assert array.dtype == np.dtype(dtype)
    assert array[0] == expected


@pytest.mark.parametrize("value", [[1.5], np.array([1.5]), np.array([3], np.int64), ["x"]])
def test_values_of_another_kind_are_refused(value):
    with pytest.raises(SpecError, match=r"inputs\['a'\] must be .*uint8\[1\]"):
        layout_of(ArraySpec((1,), "uint8")).row(Sample(inputs={"a": value}))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.zeros((2, 4)), r"float64\[None, 3\] .*, got float64\[2, 4\]: axis 1 has the length 4 instead of 3"),
        (np.zeros(3), r"the number of axes differs \(the batch axis is not part of it\)"),
        (np.float64(0), r"the number of axes differs \(a scalar is an array of shape \[1\]\)"),
    ],
)
def test_shapes_that_differ_are_named(value, message):
    with pytest.raises(SpecError, match=message):
        layout_of(ArraySpec((None, 3), "float64")).row(Sample(inputs={"a": value}))


ragged = st.lists(
    hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=5)), min_size=1, max_size=6
)


@given(ragged, st.sampled_from([0, -1, float("nan")]))
def test_packing_pads_to_the_longest_and_unpacking_takes_it_back(arrays, padding):
    layout = layout_of(ArraySpec((None, None), "float32"), padding)
    packed = layout.pack([layout.row(Sample(inputs={"a": array}, meta=n)) for n, array in enumerate(arrays)])
    (stacked,) = packed.arrays
    assert stacked.shape == (len(arrays), *np.max([array.shape for array in arrays], axis=0))
    for row, array in zip(stacked, arrays, strict=True):
        expected = np.full(row.shape, padding, np.float32)
        expected[: array.shape[0], : array.shape[1]] = array
        np.testing.assert_array_equal(row, expected)
    for number, ((array,), meta) in enumerate(layout.unpack(packed)):
        np.testing.assert_array_equal(array, arrays[number])
        assert array.shape == arrays[number].shape
        assert meta == number


@given(ragged, st.integers(1, 5))
def test_padding_of_batches_is_that_of_samples(arrays, cut):
    """Rows that were packed in parts, unpacked and packed together are what they would be at once."""
    layout = layout_of(ArraySpec((None, None), "float32"), 7)
    rows = [layout.row(Sample(inputs={"a": array})) for array in arrays]
    parts = [layout.unpack(layout.pack(part)) for part in (rows[:cut], rows[cut:]) if part]
    np.testing.assert_array_equal(layout.pack(flat(parts)).arrays[0], layout.pack(rows).arrays[0])


def test_texts_are_padded_with_empty_ones():
    layout = layout_of(ArraySpec((None,), str))
    packed = layout.pack([layout.row(Sample(inputs={"a": value})) for value in (["x", "yz"], np.array(["w"]))])
    assert packed.arrays[0].tolist() == [["x", "yz"], ["w", ""]]


@given(st.lists(st.tuples(st.sampled_from(["u1", "f4", "f8"]), st.integers(1, 9)), min_size=1, max_size=4))
def test_all_arrays_of_a_batch_are_aligned(columns):
    specs = {str(n): ArraySpec((size,), dtype) for n, (dtype, size) in enumerate(columns)}
    layout = BatchLayout(specs, {}, {})
    row = layout.row(Sample(inputs={key: np.ones(spec.shape, spec.dtype) for key, spec in specs.items()}))
    for array in layout.pack([row] * 3).arrays:
        assert array.__array_interface__["data"][0] % ALIGNMENT == 0
        assert (array == 1).all()


@pytest.mark.parametrize(
    ("mode", "inputs", "targets"),
    [
        (PipelineMode.TRAINING, ["a"], ["b"]),
        (PipelineMode.PREDICTION, ["a"], []),
        (PipelineMode.TARGETS, [], ["b"]),
    ],
)
def test_modes_decide_which_parts_a_batch_has(mode, inputs, targets):
    spec = ArraySpec((1,), int)
    layout = BatchLayout.of_mode(mode, {"a": spec}, {"b": spec}, {})
    sample = Sample(inputs={"a": [1]}, targets={"b": [2]})
    batch = layout.batch(layout.pack([layout.row(sample)]))
    assert (list(batch.inputs), list(batch.targets)) == (inputs, targets)
    (restored,) = batch.samples()
    assert (restored.inputs is None, restored.targets is None) == (not inputs, not targets)
