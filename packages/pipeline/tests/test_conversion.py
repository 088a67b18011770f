"""A value that a spec would change is an error that names key and sample."""

from collections import deque

import numpy as np
import pytest
from pipeline_cases import make_pipeline

from tfaip.pipeline import ArraySpec, DataError, PipelineMode, Sample
from tfaip.pipeline.batching.conversion import Conversion
from tfaip.pipeline.batching.layout import BatchLayout
from tfaip.pipeline.errors import DefinitionError, SpecError
from tfaip.pipeline.generators import InMemoryGeneratorParams

MASKED = np.ma.masked_array([1.0, 2.0, 3.0], mask=[False, True, False])
TIMES = np.array(["2024-01-01T00:00:01", "NaT"], "M8[s]")


def converted(value, dtype, length=None):
    return Conversion(ArraySpec((length,), dtype), "inputs['x']", "_input_layer_specs")(value)


@pytest.mark.filterwarnings("ignore:.*converting a masked element to nan")
@pytest.mark.parametrize(
    ("value", "dtype", "message"),
    [
        (MASKED, "float64", "float64[3]: 1 of its values are masked; a batch has no masks"),
        (MASKED.astype("int32"), "float32", "1 of its values are masked"),
        (MASKED.astype("U3"), str, "1 of its values are masked"),
        ([1.0, np.ma.masked], "float32", "some of its values are masked"),
        ([MASKED[0:1], MASKED[1:2]], "float64", "some of its values are masked"),
        (deque([MASKED[0:1], MASKED[1:2]]), "float64", "some of its values are masked"),
        (np.ma.masked_array([(1,)], mask=[(True,)], dtype=[("a", "i4")]), "float64", "some of its values are masked"),
        (np.array([1.0, 1e300]), "float32", "values beyond 3.4028234663852886e+38 become infinite"),
        ([-1e300], "float32", "become infinite"),
        (np.array([70_000.0], "float32"), "float16", "values beyond 65504.0 become infinite"),
        (np.array([70_000]), "float16", "become infinite"),
        (np.array([1e300 + 1j]), "complex64", "become infinite"),
        (
            np.array([1, 2**31]),
            "int32",
            "values must be from -2147483648 to 2147483647, these are from 1 to 2147483648",
        ),
        (np.array([2**63], "uint64"), "int64", "these are from 9223372036854775808 to 9223372036854775808"),
        ([300], "uint8", "values must be from 0 to 255, these are from 300 to 300"),
        ([np.int64(-1)], "uint8", "these are from -1 to -1"),
        ([np.array(2**40)], "int32", "these are from 1099511627776 to 1099511627776"),
        ([2**70], "int64", "got list: "),
        (TIMES, "M8[D]", "the times are finer than its unit"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_values_that_a_dtype_cannot_hold_are_refused(value, dtype, message):
    with pytest.raises(DataError) as caught:
        converted(value, dtype)
    assert str(caught.value).startswith(
        f"inputs['x'] must be {ArraySpec((None,), dtype)} according to _input_layer_specs"
    )
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (np.array([1j]), "float32"),
        ([1j], "float32"),
        (np.array([1.5]), "int32"),
        (np.array([1.0]), "bool"),
        (np.array([1]), "bool"),
        (np.array([1], object), "int32"),
        (np.array([1.5], object), "float32"),
        (np.array(["1"]), "int32"),
        ([None], "float32"),
        (np.array([-1]), "uint64"),
        (np.ma.masked_array([1]), "uint8"),
    ],
)
def test_values_of_another_kind_are_refused(value, dtype):
    with pytest.raises(SpecError, match="different kinds"):
        converted(value, dtype)


@pytest.mark.parametrize(
    ("value", "dtype", "expected"),
    [
        (np.ma.masked_array([1.0, 2.0]), "float32", [1, 2]),
        (np.array([np.inf, -np.inf, 1e-300, 0.1]), "float32", [np.inf, -np.inf, 0, np.float32(0.1)]),
        ([np.nan, 1.0], "float64", [np.nan, 1]),
        (np.array([-(2**31), 2**31 - 1]), "int32", [-(2**31), 2**31 - 1]),
        (np.array([2**63 - 1], "uint64"), "int64", [2**63 - 1]),
        ([255, 0], "uint8", [255, 0]),
        (np.array([65_504.0]), "float16", [65_504]),
        ([True, False], "int8", [1, 0]),
        (np.arange(3, dtype="uint8"), "float32", [0, 1, 2]),
        (np.array([], "int64"), "int32", []),
        ([], "float32", []),
        (TIMES, "M8[ms]", TIMES),
    ],
    ids=lambda value: str(value)[:30],
)
def test_values_that_a_dtype_can_hold_are_converted(value, dtype, expected):
    array = converted(value, dtype)
    assert type(array) is np.ndarray
    assert array.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(array, np.array(expected, dtype))


@pytest.mark.parametrize("value", [[b"a\0", b"bc"], ["a\0", "bc"], ("a" * 300, "")])
def test_texts_are_not_cut(value):
    assert list(converted(value, str)) == list(value)


@pytest.mark.parametrize("processes", [0, 1])
@pytest.mark.parametrize("bad", [np.full((2, 2), 1e39), np.ma.masked_equal(np.eye(2, dtype=np.float32), 0)])
def test_the_sample_is_named_or_skipped(bad, processes):
    def pipeline(**settings):
        made = make_pipeline(mode=PipelineMode.EVALUATION, **settings)
        samples = [made.generator[index] for index in range(6)]
        samples[4].inputs["x"] = bad
        return in_memory(made, samples)

    with pytest.raises(DataError, match=r"^inputs\['x'\] must be float32\[None, 2\]") as caught:
        taken(pipeline(num_processes=processes))
    assert "sample 4 of epoch 0 (meta {'index': 4})" in caught.value.__notes__[0]
    if processes == 0:
        assert taken(pipeline(on_bad_sample="skip")) == ([0, 1, 2, 3, 5], 1)


def in_memory(pipeline, samples):
    data, params = pipeline.data, pipeline.pipeline_params
    return data.create_pipeline(pipeline.mode, params, InMemoryGeneratorParams(samples=samples))


def taken(pipeline):
    with pipeline.generate_input_batches() as batches:
        return [meta["index"] for batch in batches for meta in batch.meta], batches.counters.bad


@pytest.mark.parametrize(("dtype", "value"), [("float32", 1e300), ("float16", 70_000), ("uint8", -1), ("int32", 2**40)])
def test_a_padding_value_that_the_dtype_cannot_hold_is_refused(dtype, value):
    with pytest.raises(DefinitionError, match=r"^_padding_values\['a'\] must fit"):
        BatchLayout({"a": ArraySpec((None,), dtype)}, {}, {"a": value})


def test_infinity_may_be_a_padding_value():
    layout = BatchLayout({"a": ArraySpec((None,), "float32")}, {}, {"a": -np.inf})
    rows = [layout.row(Sample(inputs={"a": [1.0] * length})) for length in (1, 2)]
    np.testing.assert_array_equal(layout.pack(rows).arrays[0], [[1, -np.inf], [1, 1]])


def test_times_need_no_padding_value():
    layout = BatchLayout({"a": ArraySpec((None,), "M8[s]")}, {}, {})
    rows = [layout.row(Sample(inputs={"a": TIMES[:length]})) for length in (0, 1)]
    np.testing.assert_array_equal(layout.pack(rows).arrays[0], [[np.datetime64(0, "s")], [TIMES[0]]])


@pytest.mark.parametrize(
    ("value", "dtype"), [([1.0, 1e300], "bfloat16"), (np.float32([3.4e38]), "bfloat16"), ([1e6], "float8_e4m3fn")]
)
def test_floats_that_are_not_of_numpy_have_a_range_too(value, dtype):
    dtype = getattr(pytest.importorskip("ml_dtypes", reason="comes with TensorFlow"), dtype)
    with pytest.raises(DataError, match="become infinite or NaN"):
        converted(np.array(value), dtype)
    assert np.isnan(converted(np.array([np.nan]), dtype)).all()
