import itertools
import logging

import numpy as np
import pytest
from pipeline_cases import make_pipeline

from tfaip.pipeline import PipelineMode, Sample
from tfaip.pipeline.generators import InMemoryGeneratorParams
from tfaip.pipeline.processors import CTCTargetsParams, ctc_frames_needed


def collapsed(path):
    return tuple(label for label, _ in itertools.groupby(path) if label)


@pytest.mark.parametrize("frames", range(6))
def test_the_frames_needed_are_those_of_the_shortest_path(frames):
    spelled = {collapsed(path) for path in itertools.product(range(3), repeat=frames)}
    for count in range(4):
        for labels in itertools.product((1, 2), repeat=count):
            assert (labels in spelled) == (ctc_frames_needed(np.array(labels, int)) <= frames)


def sample(index, length, *labels):
    inputs, targets = {"x": np.full(length, index, np.int64)}, {"y": np.array(labels, np.int64)}
    return Sample(inputs=inputs, targets=targets, meta={"index": index})


SAMPLES = [sample(0, 8, 1, 1, 2, 2), sample(1, 8, 1, 2, 1, 2), sample(2, 9, 1, 1, 1), sample(3, 0), sample(4, 1, 1, 2)]


@pytest.mark.parametrize("processes", [0, 2])
def test_samples_that_ctc_cannot_align_are_left_out_named_and_counted(processes, caplog):
    pipeline = make_pipeline(
        CTCTargetsParams(inputs="x", labels="y", downsampling=2),
        generator=InMemoryGeneratorParams(samples=SAMPLES),
        mode=PipelineMode.EVALUATION,
        num_processes=processes,
    )
    with caplog.at_level(logging.WARNING, "tfaip"), pipeline.generate_input_samples() as samples:
        assert [each.meta["index"] for each in samples] == [1, 2, 3]
        assert samples.counters.bad == 2
    assert "in CTCTargets, sample 0 of epoch 0" in caplog.text
    assert "'index': 0" in caplog.text
    assert "6 for these 4 labels, but the input gives 4: mend the transcript" in caplog.text
    assert "Bad samples skipped so far: 2" in caplog.text
