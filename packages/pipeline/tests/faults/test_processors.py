"""Processors that do what they must not, again and again: the right error in time, or no sample but theirs missing."""

import pytest
from fault_tally import counted
from pipeline_cases import MisbehaveParams, NumbersParams, batches_of, make_pipeline

from tfaip.pipeline import PipelineMode
from tfaip.pipeline.errors import ProcessorError, SampleTimeoutError, SpecError, WorkerDiedError

pytestmark = pytest.mark.faults

TIMES = 10
ALL_BUT_7 = [index for index in range(40) if index != 7]

FAULTS = {
    "raise": ("a processor raises", ValueError, "this sample is bad", {}),
    "type": ("a processor returns something else", ValueError, "must return a Sample or None, got int", {}),
    "shape": ("a processor returns a wrong shape", SpecError, "axis 0 has the length 2 instead of 1", {}),
    "exit": ("a processor calls sys.exit", ProcessorError, r"SystemExit\(3\)", {}),
    "os exit": ("a processor calls os._exit(0)", WorkerDiedError, "exited with code 0 at sample 7", {}),
    "kill": ("a processor kills its process", WorkerDiedError, "was killed by SIGKILL.* at sample 7", {}),
    "loop": ("a processor loops for ever", SampleTimeoutError, "sample 7 .*longer than 0.3 s", {"sample_timeout": 0.3}),
    "busy loop": (
        "a processor loops for ever without a pause",
        SampleTimeoutError,
        "sample 7 .*longer than 0.3 s",
        {"sample_timeout": 0.3},
    ),
    "memory": ("a processor allocates until memory ends", MemoryError, None, {}),
}


def pipeline_of(how, **settings):
    return make_pipeline(
        MisbehaveParams(how=how),
        generator=NumbersParams(count=40),
        mode=PipelineMode.EVALUATION,
        num_processes=2,
        **settings,
    )


@pytest.mark.parametrize("how", FAULTS)
def test_the_right_error_comes_in_time(how):
    case, error, message, settings = FAULTS[how]
    row = counted(f"{case}, on_bad_sample=raise")
    for _ in range(TIMES):
        with (
            pipeline_of(how, **settings).generate_input_batches() as batches,
            row.error_in_time(),
            pytest.raises(error, match=message),
        ):
            list(batches)
        del batches
        row.times += 1
        row.look_around()


@pytest.mark.parametrize("how", FAULTS)
def test_with_skip_and_restart_no_other_sample_is_lost_or_doubled(how):
    case, _, _, settings = FAULTS[how]
    row = counted(f"{case}, on_bad_sample=skip")
    pipeline = pipeline_of(how, on_bad_sample="skip", on_worker_death="restart", **settings)
    for _ in range(TIMES):
        with pipeline.generate_input_batches() as batches:
            received = [meta["index"] for batch in batches for meta in batch.meta]
        row.times += 1
        row.compare(received, ALL_BUT_7)
        assert received == ALL_BUT_7
        assert batches.counters.bad == 1
        row.look_around()


def test_none_drops_the_sample():
    row = counted("a processor returns None")
    for _ in range(TIMES):
        metas = [metas for _, metas, _ in batches_of(pipeline_of("none"))]
        row.times += 1
        row.compare([meta["index"] for batch in metas for meta in batch], ALL_BUT_7)
        row.look_around()
