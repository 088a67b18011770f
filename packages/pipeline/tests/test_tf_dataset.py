"""The adapter to tf.data."""

import json

import numpy as np
import pytest
from error_cases import RaiseParams
from pipeline_cases import (
    AddNoiseParams,
    DataParams,
    MisbehaveParams,
    NumbersParams,
    StaticData,
    StaticParams,
    contents,
    make_pipeline,
)

from tfaip.params import field, params
from tfaip.pipeline import ArraySpec, Batch, DataPipeline, PipelineMode, SequentialProcessorPipelineParams
from tfaip.pipeline.errors import ProcessorError, SpecError

tf = pytest.importorskip("tensorflow", reason="the tf.data adapter needs TensorFlow")

from tfaip.pipeline import InputDataset  # noqa: E402 - TensorFlow is there

FLAG = tf.TensorSpec((), tf.bool)
X = {"x": tf.TensorSpec((None, None, 2), tf.float32), "n": tf.TensorSpec((None, 1), tf.int64)}
Y = {"y": tf.TensorSpec((None, 1), tf.int64)}
META = {"meta": tf.TensorSpec((None, 1), tf.string)}


@pytest.mark.parametrize(
    ("mode", "with_meta", "spec"),
    [
        (PipelineMode.TRAINING, False, (X, Y, FLAG)),
        (PipelineMode.EVALUATION, True, (X, Y, META, FLAG)),
        (PipelineMode.PREDICTION, False, (X, FLAG)),
        (PipelineMode.TARGETS, True, (Y, META, FLAG)),
    ],
)
def test_the_element_spec_is_exact_and_the_elements_keep_to_it(mode, with_meta, spec):
    with make_pipeline(mode=mode).input_dataset(with_meta=with_meta, repeat=False) as inputs:
        assert inputs.dataset.element_spec == spec
        for element in inputs.dataset:
            assert all(
                part.is_compatible_with(tensor)
                for part, tensor in zip(tf.nest.flatten(spec), tf.nest.flatten(element), strict=True)
            )


@pytest.mark.parametrize("processes", [0, 2])
@pytest.mark.parametrize("data", [DataParams, StaticParams], ids=["large or ragged", "grouped"])
def test_elements_are_the_batches(processes, data):
    def pipeline():
        return make_pipeline(data=data(), num_processes=processes, generator=NumbersParams(count=23))

    with pipeline().generate_input_batches() as batches:
        expected = [contents(next(batches)) for _ in range(15)]
    with pipeline().input_dataset() as inputs:
        for (x, y, end), batch in zip(inputs.dataset, expected, strict=False):
            x, y = ({key: tensor.numpy() for key, tensor in part.items()} for part in (x, y))
            same = Batch(x, y, batch[1], end_of_epoch=bool(end))
            assert contents(same) == batch


def test_small_batches_cross_in_groups_and_the_last_one_is_ragged():
    pipeline = make_pipeline(data=StaticParams(), generator=NumbersParams(count=10), mode=PipelineMode.EVALUATION)
    with pipeline.input_dataset() as inputs:
        assert inputs.group_size > 1
        sizes = [(len(x["n"]), bool(end)) for x, _, end in inputs.dataset]
    assert sizes == [(4, False), (4, False), (2, True)]


def test_an_iterator_that_ends_waits_for_no_thread_that_tunes():
    with make_pipeline().input_dataset() as inputs:
        assert inputs.dataset.options().autotune.enabled is False


def test_meta_travels_as_json():
    with make_pipeline(mode=PipelineMode.EVALUATION).input_dataset(with_meta=True) as inputs:
        _, _, meta, _ = next(iter(inputs.dataset))
    assert [json.loads(text) for (text,) in meta["meta"].numpy()] == [{"index": index} for index in range(4)]


@pytest.mark.parametrize("processes", [0, 2])
@pytest.mark.parametrize("data", [DataParams, StaticParams], ids=["large or ragged", "grouped"])
def test_the_state_is_that_of_what_was_consumed_whatever_is_prefetched(processes, data):
    def pipeline():
        return make_pipeline(data=data(), num_processes=processes, generator=NumbersParams(count=23))

    with pipeline().input_dataset() as inputs:
        elements = iter(inputs.dataset.prefetch(8))
        seen = [next(elements)[1]["y"].numpy().tolist() for _ in range(12)]
        state = inputs.state(5)
    with pipeline().input_dataset(state=state) as inputs:
        elements = iter(inputs.dataset)
        assert [next(elements)[1]["y"].numpy().tolist() for _ in range(7)] == seen[5:]


@pytest.mark.parametrize("processes", [0, 2])
def test_errors_can_be_raised_again_as_what_they_are(processes):
    pipeline = make_pipeline(MisbehaveParams(), num_processes=processes)
    with pipeline.input_dataset() as inputs:
        inputs.reraise()  # nothing so far
        with pytest.raises(tf.errors.OpError, match="this sample is bad"):
            list(inputs.dataset)
        with pytest.raises(ValueError, match="this sample is bad") as caught:
            inputs.reraise()
    assert any("sample 7 of epoch 0" in note for note in caught.value.__notes__)


def test_large_batches_are_adopted_without_a_copy():
    pipeline = make_pipeline(num_processes=1, batch_size=2000, generator=NumbersParams(count=4000))
    addresses = []
    with pipeline.input_dataset(repeat=False) as inputs:
        original = inputs.batches.__class__.__next__

        def noting(self):
            batch = original(self)
            addresses.append(batch.inputs["x"].__array_interface__["data"][0])
            return batch

        inputs.batches.__class__.__next__ = noting
        try:
            x, _, _ = next(iter(inputs.dataset))
        finally:
            inputs.batches.__class__.__next__ = original
        assert np.asarray(memoryview(x["x"])).__array_interface__["data"][0] in addresses


def test_a_compiled_loop_can_read_it():
    with make_pipeline(AddNoiseParams()).input_dataset() as inputs:

        @tf.function
        def total(iterator):
            result = tf.zeros((), tf.int64)
            for _ in tf.range(10):
                _, targets, _ = next(iterator)
                result += tf.reduce_sum(targets["y"])
            return result

        assert int(total(iter(inputs.dataset))) == 2 * sum(range(20))


def test_distribution_strategies_can_read_a_shard_each():
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    opened = []

    def shard(context):
        share = (context.input_pipeline_id, context.num_input_pipelines)
        opened.append(make_pipeline().input_dataset(shard=share, repeat=False))
        return opened[-1].dataset

    dataset = strategy.distribute_datasets_from_function(shard)
    indices = [index for _, targets, _ in dataset for (index,) in targets["y"].numpy()]
    assert sorted(indices) == list(range(20))
    for inputs in opened:
        inputs.close()


class CountingDataset(InputDataset):
    """Another way into tf.data."""


class OtherPipeline(DataPipeline):
    def input_dataset_cls(self):
        return CountingDataset


def test_the_way_into_tensorflow_can_be_replaced():
    plain = make_pipeline()
    pipeline = OtherPipeline(plain.data, plain.mode, plain.pipeline_params, plain.generator_params)
    with pipeline.input_dataset() as inputs:
        assert type(inputs) is CountingDataset


@params
class WithMetaParams(StaticParams):
    shape: list[int] = field(factory=list)
    key: str = "index"

    def cls(self):
        return WithMeta


class WithMeta(StaticData):
    def _meta_layer_specs(self):
        return {self.params.key: ArraySpec(self.params.shape or [1], "int64")}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            WithMetaParams(key="other"),
            r"meta\['other'\] must be int64\[1\] .*_meta_layer_specs, got the meta {'index': ",
        ),
        (
            WithMetaParams(),
            r"meta\['index'\] must be int64\[1\] .*_meta_layer_specs, got int64\[\]: the number",
        ),
    ],
)
def test_meta_that_does_not_fit_its_specs_is_named(data, message):
    with make_pipeline(data=data).input_dataset(with_meta=True) as inputs:
        with pytest.raises(tf.errors.OpError):
            next(iter(inputs.dataset))
        with pytest.raises(SpecError, match=message):
            inputs.reraise()


def test_an_error_comes_after_the_batches_before_it_although_they_cross_in_groups():
    data = StaticParams(pre_proc=SequentialProcessorPipelineParams(processors=[MisbehaveParams(at=[9])]))
    with make_pipeline(data=data, mode=PipelineMode.EVALUATION).input_dataset() as inputs:
        assert inputs.group_size > 1
        elements = iter(inputs.dataset)
        received = [len(next(elements)[0]["n"]) for _ in range(2)]
        with pytest.raises(tf.errors.OpError):
            next(elements)
        with pytest.raises(ValueError, match="this sample is bad"):
            inputs.reraise()
    assert received == [4, 4]


def test_a_stop_iteration_is_not_taken_for_the_end_of_the_data():
    processors = SequentialProcessorPipelineParams(processors=[RaiseParams(how="StopIteration")])
    for data in (DataParams(pre_proc=processors), StaticParams(pre_proc=processors)):
        with make_pipeline(data=data, mode=PipelineMode.EVALUATION).input_dataset() as inputs:
            with pytest.raises(tf.errors.OpError) as caught:
                list(inputs.dataset)
            assert not isinstance(caught.value, tf.errors.OutOfRangeError)
            with pytest.raises(ProcessorError, match=r"^in Raise, sample 7 of epoch 0 .*: StopIteration\(3\)"):
                inputs.reraise()


def test_meta_that_fails_as_text_is_not_taken_for_the_end_of_the_data(monkeypatch):
    def fail(meta, **_):
        raise StopIteration(3)

    monkeypatch.setattr("tfaip.pipeline.tf_dataset.json.dumps", fail)
    with make_pipeline().input_dataset(with_meta=True) as inputs:
        with pytest.raises(tf.errors.OpError):
            next(iter(inputs.dataset))
        with pytest.raises(ProcessorError, match=r"^in a batch for TensorFlow: StopIteration\(3\)"):
            inputs.reraise()
