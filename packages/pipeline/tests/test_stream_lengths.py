"""A stream that is not as long as its generator says is warned of once, with both numbers."""

import logging

import pytest
from error_cases import FailingNumbersParams, RaiseParams, StreamProcessorParams
from pipeline_cases import PairUpParams, StreamParams, batches_of, make_pipeline, make_sample

from tfaip.pipeline import PipelineMode


def warnings_of(caplog, *processors, passes=1, **settings):
    settings.setdefault("mode", PipelineMode.EVALUATION)
    pipeline = make_pipeline(*processors, **settings)
    with caplog.at_level(logging.WARNING):
        for _ in range(passes):
            with pipeline.generate_input_batches(repeat=False) as batches:
                for _ in batches:
                    pass
    return caplog.messages


@pytest.mark.parametrize(("count", "says"), [(7, 20), (20, 7), (0, 3), (3, 0)])
@pytest.mark.parametrize("kind", ["generator", "map"])
def test_both_numbers_are_told_once(caplog, count, says, kind):
    generator = FailingNumbersParams(how="", kind=kind, count=count, says=says)
    (message,) = warnings_of(caplog, generator=generator, passes=3)
    assert f"returns {says}, but its stream gave {count} samples: " in message


def test_an_error_that_looks_like_the_end_is_named(caplog):
    (message,) = warnings_of(caplog, generator=FailingNumbersParams(kind="map"))
    assert (
        "__len__() of ByMap returns 20, but its stream gave 7 samples and ended at a StopIteration of raised" in message
    )


def test_an_error_that_looks_like_the_end_is_told_where_no_length_is_known(caplog):
    (message,) = warnings_of(caplog, generator=FailingNumbersParams(kind="map", says=None), passes=2)
    assert message.startswith(
        "The stream of ByMap gave 7 samples and ended at a StopIteration of raised (error_cases.py"
    )


def test_samples_to_post_process_that_an_error_ends_are_told(caplog):
    def made(index):
        return next(iter([])) if index == 7 else make_sample(index)

    with caplog.at_level(logging.WARNING):
        assert len(list(make_pipeline().process_output(map(made, range(20))))) == 7
    (message,) = caplog.messages
    assert message.startswith(
        "The stream of the samples to post-process gave 7 samples and ended at a StopIteration of"
    )


def test_a_processor_that_is_ended_by_an_error_is_told(caplog):
    (message,) = warnings_of(caplog, StreamProcessorParams(by_map=True))
    assert message.startswith(
        "StreamByMap gave 7 samples and ended at a StopIteration of raised (error_cases.py, line "
    )
    assert message.endswith("when it had read 8 of 20")


@pytest.mark.parametrize(
    ("processors", "settings"),
    [
        ([], {}),
        ([], {"limit": 7}),
        ([], {"mode": PipelineMode.TRAINING, "shuffle_buffer_size": 5}),
        ([PairUpParams()], {}),
        ([RaiseParams()], {"on_bad_sample": "skip"}),
    ],
    ids=["whole", "limited", "shuffled", "paired", "skipped"],
)
def test_a_stream_as_long_as_it_says_is_not_warned_of(caplog, processors, settings):
    messages = warnings_of(caplog, *processors, generator=StreamParams(), **settings)
    assert [message for message in messages if "Bad samples skipped" not in message] == []


def test_a_stream_that_is_left_early_is_not_warned_of(caplog):
    with caplog.at_level(logging.WARNING):
        batches_of(make_pipeline(generator=StreamParams(), mode=PipelineMode.EVALUATION), limit=2)
    assert caplog.messages == []


def test_a_shard_reads_the_whole_stream(caplog):
    pipeline = make_pipeline(generator=StreamParams(), mode=PipelineMode.EVALUATION)
    with caplog.at_level(logging.WARNING), pipeline.generate_input_batches(shard=(1, 3)) as batches:
        assert [meta["index"] for batch in batches for meta in batch.meta] == list(range(1, 20, 3))
    assert caplog.messages == []
