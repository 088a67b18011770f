import logging

import pytest
from kinds_of_workers import WORKERS
from pipeline_cases import (
    AddNoiseParams,
    BatchedParams,
    DoubleParams,
    DropEveryParams,
    NumbersParams,
    PairUpParams,
    RepeatParams,
    StreamParams,
    batches_of,
    flat,
    make_pipeline,
)

from tfaip.pipeline import PipelineMode
from tfaip.pipeline.running.preload import split_for_preload


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("generator", [NumbersParams(), BatchedParams()], ids=["samples", "batches"])
def test_preloading_changes_nothing(generator, workers):
    chain = [DoubleParams(), AddNoiseParams(), DropEveryParams(n=4), RepeatParams()]
    plain = make_pipeline(*chain, generator=generator, **workers)
    assert batches_of(plain.as_preloaded(), repeat=True, limit=12) == batches_of(plain, repeat=True, limit=12)


def test_preloading_keeps_the_order():
    for generator in (NumbersParams(count=30), StreamParams(count=30)):
        plain = make_pipeline(DropEveryParams(), RepeatParams(), generator=generator, mode=PipelineMode.EVALUATION)
        assert batches_of(plain.as_preloaded()) == batches_of(plain)


def test_preloaded_samples_are_shuffled_anew_in_each_pass():
    pipeline = make_pipeline(DropEveryParams(), generator=StreamParams(count=30)).as_preloaded()
    metas = [[meta["index"] for meta in metas] for _, metas, _ in batches_of(pipeline, repeat=True, limit=10)]
    first, second = flat(metas[:5]), flat(metas[5:])
    assert sorted(first) == sorted(second) == [index for index in range(30) if index % 3]
    assert first != second
    assert pipeline.steps_per_epoch() == 5


def test_the_generator_is_read_once(monkeypatch):
    import pipeline_cases

    read = []
    original = pipeline_cases.make_sample
    monkeypatch.setattr(pipeline_cases, "make_sample", lambda index: read.append(index) or original(index))
    pipeline = make_pipeline(DoubleParams()).as_preloaded()
    batches_of(pipeline, repeat=True, limit=15)
    assert sorted(read) == list(range(20))


def test_processors_are_preloaded_up_to_the_first_that_cannot_be():
    pipeline = make_pipeline(DoubleParams(), RepeatParams(), AddNoiseParams(), DoubleParams())
    done, left = split_for_preload(pipeline.data.params.pre_proc, pipeline.data.params, pipeline.mode)
    assert list(done.flatten()) == [DoubleParams(), RepeatParams()]
    assert list(left.flatten()) == [AddNoiseParams(), DoubleParams()]
    streams = make_pipeline(PairUpParams(), DoubleParams())
    assert list(split_for_preload(streams.data.params.pre_proc, streams.data.params, streams.mode)[0].flatten()) == []


def test_preloaded_randomness_is_warned_of(caplog, monkeypatch):
    monkeypatch.setattr("pipeline_cases.AddNoise.supports_preload", lambda self: True)
    with caplog.at_level(logging.WARNING):
        make_pipeline(AddNoiseParams()).as_preloaded()
    assert "random numbers (for sample 0 of epoch 0), which are now the same in all passes" in caplog.text


def test_the_data_keeps_a_pipeline_per_mode_and_preloads_it():
    plain = make_pipeline(DoubleParams())
    data = plain.data
    made = data.get_or_create_pipeline(plain.mode, plain.pipeline_params, plain.generator_params)
    assert data.pipeline_by_mode(PipelineMode.TRAINING) is made
    assert data.get_or_create_pipeline(plain.mode, plain.pipeline_params, plain.generator_params) is made
    preloaded = data.preload(PipelineMode.TRAINING)
    assert data.pipeline_by_mode(PipelineMode.TRAINING) is preloaded is not made
    with pytest.raises(KeyError, match="no pipeline was created for the mode targets"):
        data.pipeline_by_mode(PipelineMode.TARGETS)


def test_preloading_keeps_the_order_whether_or_not_the_pipeline_was_asked_for_its_length():
    asked, other = make_pipeline(mode=PipelineMode.TRAINING), make_pipeline(mode=PipelineMode.TRAINING)
    assert len(asked)
    assert batches_of(asked.as_preloaded()) == batches_of(other.as_preloaded())
