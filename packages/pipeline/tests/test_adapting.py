"""Processors that are adapted to the training samples, and `Normalize`."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tfaip.params import field, params
from tfaip.pipeline import (
    AdaptedProcessor,
    AdaptedProcessorParams,
    ArraySpec,
    DataBase,
    DataBaseParams,
    DataError,
    DataPipelineParams,
    DataProcessorParams,
    MappingDataProcessor,
    PipelineMode,
    Sample,
    SequentialProcessorPipelineParams,
    adapt_processors,
)
from tfaip.pipeline.errors import DefinitionError, ProcessorError
from tfaip.pipeline.generators import InMemoryGeneratorParams
from tfaip.pipeline.processors import NormalizeParams

TRAINING, EVALUATION = PipelineMode.TRAINING, PipelineMode.EVALUATION


@params
class PointsDataParams(DataBaseParams):
    def cls(self):
        return PointsData


class PointsData(DataBase[PointsDataParams]):
    def _input_layer_specs(self):
        return {"x": ArraySpec((2,), np.float32)}

    def _target_layer_specs(self):
        return {}


@params
class DoubleParams(DataProcessorParams):
    def cls(self):
        return Double


class Double(MappingDataProcessor[DoubleParams]):
    def apply(self, sample):
        return sample.new_inputs({"x": sample.inputs["x"] * 2})


@params
class NoiseParams(DataProcessorParams):
    modes: set[PipelineMode] = field(factory=lambda: {TRAINING})

    def cls(self):
        return Noise


class Noise(MappingDataProcessor[NoiseParams]):
    def apply(self, sample):
        return sample.new_inputs({"x": sample.inputs["x"] + 1000})


@params
class WordsParams(AdaptedProcessorParams):
    def cls(self):
        return Words


class Words(AdaptedProcessor[WordsParams]):
    """A vocabulary: the most frequent words first."""

    def adapt(self, samples):
        counts = Counter(word for sample in samples for word in sample.inputs["text"].split())
        return {"words": np.array([word for word, _ in counts.most_common()])}

    def apply(self, sample):
        words = self.statistics["words"].tolist()
        return sample.new_inputs({"x": np.array([words.index(word) for word in sample.inputs["text"].split()])})


def data_with(*processors):
    return PointsDataParams(pre_proc=SequentialProcessorPipelineParams(processors=list(processors))).create()


def points(*values):
    return InMemoryGeneratorParams(
        samples=[Sample(inputs={"x": np.array(value, np.float32)}, targets={}) for value in values]
    )


def processed(data, generator, mode=EVALUATION, **setup):
    pipeline = data.create_pipeline(mode, DataPipelineParams(num_processes=0, **setup), generator)
    with pipeline.generate_input_samples() as samples:
        return [sample.inputs["x"] for sample in samples]


def test_inputs_have_mean_0_and_standard_deviation_1(tmp_path):
    data, samples = data_with(NormalizeParams()), points([1, 10], [3, 30], [5, 20])
    adapt_processors(data, samples, tmp_path)
    made = np.array(processed(data, samples))
    np.testing.assert_allclose(made.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(made.std(axis=0), 1, rtol=1e-6)
    assert made.dtype == np.float32


def test_other_samples_take_the_statistics_of_the_training(tmp_path):
    data = data_with(NormalizeParams())
    adapt_processors(data, points([0, 0], [2, 4]), tmp_path)
    np.testing.assert_allclose(processed(data, points([4, 4])), [[3, 1]], rtol=1e-6)


def test_min_max_maps_the_range_to_0_and_1(tmp_path):
    data, samples = data_with(NormalizeParams(method="min_max")), points([1, -1], [3, 1], [2, 0])
    adapt_processors(data, samples, tmp_path)
    np.testing.assert_allclose(processed(data, samples), [[0, 0], [1, 1], [0.5, 0.5]], rtol=1e-6)


def test_one_scale_for_all_values(tmp_path):
    data, samples = data_with(NormalizeParams(per="all")), points([0, 4])
    adapt_processors(data, samples, tmp_path)
    np.testing.assert_allclose(processed(data, samples), [[-1, 1]], rtol=1e-6)


@pytest.mark.parametrize("method", ["standard", "min_max"])
def test_nan_can_become_the_mean_of_the_training_samples(tmp_path, method):
    data, samples = data_with(NormalizeParams(method=method, missing="mean")), points([np.nan, 0], [0, 2], [4, np.nan])
    adapt_processors(data, samples, tmp_path)
    filled = processed(data, samples)
    whole = processed(data, points([2, 0], [0, 2], [4, 1]))
    np.testing.assert_allclose(filled, whole, atol=1e-6)
    assert np.isfinite(filled).all()


def test_a_constant_feature_becomes_0(tmp_path):
    data, samples = data_with(NormalizeParams()), points([7, 0], [7, 1])
    adapt_processors(data, samples, tmp_path)
    assert [made[0] for made in processed(data, samples)] == [0, 0]


def test_nan_counts_in_no_statistics_and_stays(tmp_path):
    data, samples = data_with(NormalizeParams()), points([np.nan, 0], [0, 2], [2, 4])
    adapt_processors(data, samples, tmp_path)
    first, second, third = processed(data, samples)
    assert np.isnan(first[0])
    np.testing.assert_allclose([second[0], third[0]], [-1, 1], rtol=1e-6)


@given(arrays(np.float64, st.tuples(st.integers(1, 30), st.just(3)), elements=st.floats(-1e6, 1e6, width=32)))
def test_statistics_are_those_of_all_samples_together(values):
    processor = NormalizeParams().create(PointsDataParams(), EVALUATION)
    statistics = processor.adapt(Sample(inputs={"x": row}) for row in values)
    np.testing.assert_allclose(statistics["x/shift"], values.mean(axis=0), rtol=1e-6, atol=1e-6)
    std = values.std(axis=0)
    np.testing.assert_allclose(
        np.where(std > 1e-3, statistics["x/scale"], 0), np.where(std > 1e-3, std, 0), rtol=1e-5, atol=1e-6
    )


def test_the_processors_before_it_run_first(tmp_path):
    data = data_with(DoubleParams(), NormalizeParams())
    adapt_processors(data, points([1, 1], [3, 3]), tmp_path)
    with np.load(tmp_path / "1_Normalize.npz") as stored:
        np.testing.assert_allclose(stored["x/shift"], [4, 4])


def test_processors_of_the_training_alone_are_left_out(tmp_path):
    data = data_with(NoiseParams(), NormalizeParams())
    adapt_processors(data, points([1, 1], [3, 3]), tmp_path)
    with np.load(tmp_path / "1_Normalize.npz") as stored:
        np.testing.assert_allclose(stored["x/shift"], [2, 2])


def test_a_second_adapted_processor_sees_the_result_of_the_first(tmp_path):
    data = data_with(NormalizeParams(), NormalizeParams(method="min_max"))
    assert len(adapt_processors(data, points([1, 1], [3, 3]), tmp_path)) == 2
    np.testing.assert_allclose(processed(data, points([1, 1], [3, 3])), [[0, 0], [1, 1]], atol=1e-6)


def test_statistics_that_are_there_are_kept(tmp_path):
    data = data_with(NormalizeParams())
    adapt_processors(data, points([0, 0], [2, 2]), tmp_path)
    assert adapt_processors(data, points([100, 100]), tmp_path / "other") == []


def test_a_vocabulary_is_adapted_too(tmp_path):
    data = data_with(WordsParams())
    samples = InMemoryGeneratorParams(
        samples=[Sample(inputs={"text": text}, targets={}) for text in ("a b a", "a c b")]
    )
    adapt_processors(data, samples, tmp_path)
    assert [made.tolist() for made in processed(data, samples)] == [[0, 1, 0], [0, 2, 1]]


def test_a_processor_without_statistics_says_what_to_do():
    with pytest.raises((DefinitionError, ProcessorError), match="Normalize must be adapted before it is used"):
        processed(data_with(NormalizeParams()), points([1, 1]))


def test_there_must_be_samples(tmp_path):
    with pytest.raises(DataError, match="needs training samples"):
        adapt_processors(data_with(NormalizeParams()), points(), tmp_path)


def test_an_input_must_be_there(tmp_path):
    with pytest.raises(DataError, match="must find the input 'y', but a sample has x"):
        adapt_processors(data_with(NormalizeParams(inputs=["y"])), points([1, 1]), tmp_path)


def test_an_input_must_have_one_shape_where_elements_count(tmp_path):
    with pytest.raises(DataError, match="of one shape"):
        adapt_processors(data_with(NormalizeParams(per="element")), points([1, 1], [1, 1, 1]), tmp_path)


def test_a_damaged_file_of_statistics_is_named(tmp_path):
    (tmp_path / "bad.npz").write_bytes(b"nothing")
    with pytest.raises(DataError, match="cannot be read from .*bad.npz"):
        NormalizeParams(statistics=str(tmp_path / "bad.npz")).create(PointsDataParams(), EVALUATION)


def test_only_the_first_samples_are_read_where_a_limit_asks_for_it(tmp_path):
    data = data_with(NormalizeParams())
    adapt_processors(data, points([0, 0], [2, 2], [1000, 1000]), tmp_path, limit=2)
    with np.load(tmp_path / "0_Normalize.npz") as stored:
        np.testing.assert_allclose(stored["x/shift"], [1, 1])


def test_statistics_without_a_mean_fill_no_missing_value_by_another_figure(tmp_path):
    data, samples = data_with(NormalizeParams(method="min_max", missing="mean")), points([np.nan, 0], [2, 4])
    adapt_processors(data, samples, tmp_path)
    (params,) = data.params.pre_proc.processors_of_type(NormalizeParams)
    path = params.statistics
    with np.load(path) as stored:
        kept = {name: stored[name] for name in stored.files if not name.endswith("/mean")}
    np.savez(path, **kept)
    with pytest.raises(DataError, match="missing=mean needs the mean of 'x'"):
        processed(data, samples)
