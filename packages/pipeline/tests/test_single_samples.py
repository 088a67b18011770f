"""Samples that come one by one get what they get among others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pipeline_cases import AddNoiseParams, DoubleParams, DropEveryParams, MisbehaveParams, contents, make_pipeline

from tfaip.params import params
from tfaip.pipeline import ArraySpec, DataProcessorParams, MappingDataProcessor, PipelineMode, Sample
from tfaip.pipeline.batching.layout import BatchLayout
from tfaip.pipeline.errors import DefinitionError, SpecError, UnusableSampleError
from tfaip.pipeline.running.single_samples import SingleSamples

SPECS = {
    "padded": ArraySpec([None, 2], "float32"),
    "flags": ArraySpec([None, None], bool),
    "text": ArraySpec([1], str),
    "empty": ArraySpec([0], "int8"),
}


@params
class ChooseParams(DataProcessorParams):
    """Refuses all samples as unusable."""

    def cls(self) -> Any:
        return Choose


class Choose(MappingDataProcessor[ChooseParams]):
    def apply(self, sample: Sample) -> Sample:
        raise UnusableSampleError("too short")


def single_of(*processors: DataProcessorParams) -> SingleSamples:
    return SingleSamples(make_pipeline(*processors).data, PipelineMode.TRAINING)


def test_a_sample_alone_is_processed_as_among_others():
    pipeline = make_pipeline(DoubleParams(), AddNoiseParams(), batch_size=1)
    single = SingleSamples(pipeline.data, PipelineMode.TRAINING)
    with pipeline.generate_input_batches(repeat=False) as batches:
        for batch in batches:
            index = batch.meta[0]["index"]
            given = pipeline.generator[index]
            for _ in range(2):  # the sample that is given is not changed
                *alone, _ = contents(single.batch([single.before(given, index)]))
                *among, _ = contents(batch)  # without the end of the epoch
                assert alone == among


@pytest.mark.parametrize("size", [0, 3, 9000])
def test_a_batch_of_one_is_what_packing_makes(size):
    layout = BatchLayout(SPECS, {}, {"padded": -1})
    inputs = {
        "padded": np.asfortranarray(np.arange(2 * size, dtype=np.float32).reshape(size, 2)),
        "flags": np.ones((3, size), bool).T[::2],
        "text": np.array(["ä"], object),
        "empty": np.empty(0, np.int8),
    }
    row = layout.row(Sample(inputs=inputs, meta={"size": size}))
    packed, alone = layout.batch(layout.pack([row])), layout.batch_of_one(row)
    assert contents(alone) == contents(packed)
    for name, array in alone.inputs.items():
        assert array.flags.c_contiguous
        assert not np.shares_memory(array, inputs[name])


@pytest.mark.parametrize(
    ("processor", "error", "message"),
    [
        (MisbehaveParams(), ValueError, "^this sample is bad"),
        (MisbehaveParams(how="type"), DefinitionError, "Misbehave must return a Sample or None, got int"),
        (MisbehaveParams(how="none"), SpecError, "one valid sample of each that comes alone, got 0 of sample 7 of"),
        (MisbehaveParams(how="exit"), Exception, r"in Misbehave, sample 7 of epoch 0 .*: SystemExit\(3\)"),
        (DropEveryParams(n=7), SpecError, "got 0 of sample 7 of epoch 0"),
        (ChooseParams(), SpecError, "in Choose, sample 7 of epoch 0 .*: UnusableSampleError: too short"),
    ],
)
def test_a_sample_that_comes_to_nothing_is_an_error(processor, error, message):
    single = single_of(DoubleParams(), processor)
    with pytest.raises(error, match=message):
        single.before(make_pipeline().generator[7], 7)


def test_ctrl_c_is_no_error_of_the_sample(monkeypatch):
    def interrupt(self: Any, sample: Sample) -> Sample:
        raise KeyboardInterrupt

    monkeypatch.setattr(Choose, "apply", interrupt)
    with pytest.raises(KeyboardInterrupt):
        single_of(ChooseParams()).before(make_pipeline().generator[7], 7)
