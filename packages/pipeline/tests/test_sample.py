import pickle

import numpy as np
import pytest
from error_cases import MakeOwnParams, OwnSample, OwnSamplesParams, ReadOwnParams, own_sample
from pipeline_cases import DoubleParams, DropEveryParams, PairUpParams, RepeatParams, make_pipeline

from tfaip.pipeline import GENERAL, INPUT_PROCESSOR, TARGETS_PROCESSOR, PipelineMode, Sample
from tfaip.pipeline.data.sample import SampleIdentity
from tfaip.pipeline.generators import InMemoryGeneratorParams


def test_modes_say_what_a_sample_needs():
    assert {PipelineMode.TRAINING, PipelineMode.EVALUATION, PipelineMode.PREDICTION} == INPUT_PROCESSOR
    assert {PipelineMode.TRAINING, PipelineMode.EVALUATION, PipelineMode.TARGETS} == TARGETS_PROCESSOR
    assert set(PipelineMode) == GENERAL


@pytest.mark.parametrize(
    ("sample", "valid_in"),
    [
        (Sample(inputs=1, targets=2), set(PipelineMode)),
        (Sample(inputs=1), {PipelineMode.PREDICTION}),
        (Sample(targets=1), {PipelineMode.TARGETS}),
        (Sample(inputs=1, targets=2).new_invalid(), set()),
    ],
)
def test_validity_depends_on_the_mode(sample, valid_in):
    assert {mode for mode in PipelineMode if sample.is_valid(mode)} == valid_in


def test_new_parts_leave_the_original_and_share_the_rest():
    sample = Sample(inputs={"a": 1}, outputs={"o": 2}, targets={"t": 3}, meta={"m": 4})
    for part in ("inputs", "outputs", "targets", "meta"):
        changed = getattr(sample, f"new_{part}")("other")
        assert getattr(changed, part) == "other"
        for other in {"inputs", "outputs", "targets", "meta"} - {part}:
            assert getattr(changed, other) is getattr(sample, other)
    assert sample.inputs == {"a": 1}


def test_copies_have_dicts_of_their_own_and_share_arrays():
    sample = Sample(inputs={"a": np.zeros(3)}, meta=["x"])
    copy = sample.copy()
    copy.inputs["b"] = 1
    copy.meta.append("y")
    assert list(sample.inputs) == ["a"]
    assert sample.meta == ["x"]
    assert copy.inputs["a"] is sample.inputs["a"]


def test_random_numbers_follow_from_seed_epoch_and_index():
    def draw(*key):
        return Sample().identified_by(SampleIdentity(*key)).rng.random()

    assert draw(1, 2, (3,)) == draw(1, 2, (3,))
    others = [draw(2, 2, (3,)), draw(1, 3, (3,)), draw(1, 2, (4,)), draw(1, 2, (3, 0)), draw(1, 2, (3,), 1)]
    assert len({draw(1, 2, (3,)), *others}) == 6


def test_copies_go_on_with_the_same_random_numbers():
    sample = Sample(inputs=1).identified_by(SampleIdentity(0, 0, (0,)))
    expected = Sample().identified_by(SampleIdentity(0, 0, (0,))).rng.random(2)
    assert [sample.rng.random(), sample.new_inputs(2).rng.random()] == expected.tolist()


def test_samples_of_no_pipeline_have_random_numbers_too():
    assert Sample().rng.random() != Sample().rng.random()


def test_samples_survive_a_pickle_in_the_midst_of_their_random_numbers():
    sample = Sample(inputs={"a": np.arange(3)}, meta={"m": 1}).identified_by(SampleIdentity(0, 0, (5,)))
    sample.rng.random()
    restored = pickle.loads(pickle.dumps(sample))
    assert restored.inputs["a"].tolist() == [0, 1, 2]
    assert restored.rng.random() == sample.rng.random()


@pytest.mark.parametrize("processes", [0, 1])
@pytest.mark.parametrize(
    ("generator", "processors"),
    [(OwnSamplesParams(), []), (None, [MakeOwnParams()]), (None, [MakeOwnParams(), RepeatParams()])],
    ids=["generator", "processor", "one to many"],
)
def test_a_sample_of_a_subclass_stays_one(generator, processors, processes):
    pipeline = make_pipeline(
        *processors, ReadOwnParams(), generator=generator, num_processes=processes, mode=PipelineMode.EVALUATION
    )
    with pipeline.generate_input_samples() as samples:
        made = list(samples)
    assert {type(sample) for sample in made} == {OwnSample}
    assert all((sample.history, sample.weight, sample.targets["y"][0]) == (["made"], 0.5, 1) for sample in made)
    assert {sample.meta["index"] for sample in made} >= {1, 2, 19}
    with pipeline.generate_input_batches() as batches:
        assert sum(batch.size for batch in batches) == len(made)


class PickySample(Sample):
    def is_valid(self, mode):
        return super().is_valid(mode) and self.meta["index"] % 3 > 0


@pytest.mark.parametrize("stage", [DoubleParams(), RepeatParams(), PairUpParams()], ids=["one", "many", "stream"])
def test_a_subclass_with_a_rule_of_its_own_is_asked_by_all_processors(stage):
    made = make_pipeline(mode=PipelineMode.EVALUATION)
    samples = [made.generator[index] for index in range(6)]
    samples = [PickySample(inputs=one.inputs, targets=one.targets, meta={"index": n}) for n, one in enumerate(samples)]
    pipeline = make_pipeline(
        DoubleParams(), stage, generator=InMemoryGeneratorParams(samples=samples), mode=PipelineMode.EVALUATION
    )
    with pipeline.generate_input_samples() as processed:
        indices = {sample.meta["index"] for sample in processed}
        assert indices <= {1, 2, 4, 5}
        assert processed.counters.dropped >= 2


def test_a_copy_of_a_subclass_has_dicts_of_its_own():
    sample = own_sample(Sample(inputs={"x": 1}, targets={}, meta={"index": 3}))
    copied = sample.copy()
    copied.inputs["x"] = 2
    assert (sample.inputs, copied.inputs) == ({"x": 1}, {"x": 2})
    assert copied.history is sample.history
    assert (sample.new_outputs(5).weight, sample.new_outputs(5).outputs, sample.outputs) == (0.5, 5, None)


@pytest.mark.parametrize("index", [1, 3, 6])
def test_a_processor_can_be_called_on_a_sample_which_stays_as_it_is(index):
    def call(params, sample):
        return params.create(None, PipelineMode.TRAINING)(sample)

    given = Sample(inputs={"x": 2}, targets=1, meta={"index": index})
    assert call(DoubleParams(), given).inputs == {"x": 4}
    assert given.inputs == {"x": 2}
    assert [made.inputs for made in call(RepeatParams(), given)] == [{"x": 2}] * (index % 3)
    dropped = call(DropEveryParams(), given)
    assert (dropped is None) == (index % 3 == 0)
