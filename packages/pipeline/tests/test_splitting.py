from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfaip.pipeline import DataGenerator, DataGeneratorParams, PipelineMode, Sample
from tfaip.pipeline.errors import DataError, DefinitionError
from tfaip.pipeline.generators import InMemoryGeneratorParams, ListFileGeneratorParams
from tfaip.pipeline.splitting.indices import fold_indices, hold_out_indices
from tfaip.pipeline.splitting.part_params import PartParams

LENGTHS = st.integers(2, 60)
SEEDS = st.integers(0, 2**32 - 1)


def labels_of(length, seed):
    return np.random.default_rng(seed).integers(0, 4, length).tolist()


@settings(max_examples=60)
@given(LENGTHS, st.floats(0.001, 0.999), SEEDS, st.booleans())
def test_a_hold_out_set_is_in_proportion_of_each_class_and_leaves_samples_for_both(length, fraction, seed, stratified):
    labels = labels_of(length, seed) if stratified else None
    held_out = hold_out_indices(length, fraction, seed, labels)
    assert len(held_out) == min(max(round(length * fraction), 1), length - 1)
    assert sorted(set(held_out.tolist())) == held_out.tolist()
    assert 0 <= held_out[0] <= held_out[-1] < length
    np.testing.assert_array_equal(held_out, hold_out_indices(length, fraction, seed, labels))
    if labels:
        share, counts = len(held_out) / length, Counter(labels)
        chosen = Counter(labels[index] for index in held_out)
        assert all(abs(chosen[label] - share * count) < 1 for label, count in counts.items())


@settings(max_examples=60)
@given(LENGTHS, st.integers(2, 12), SEEDS, st.booleans())
def test_folds_are_disjoint_and_exhaustive_and_stratified(length, folds, seed, stratified):
    folds = min(folds, length)
    labels = labels_of(length, seed) if stratified else None
    parts = [fold_indices(length, folds, fold, seed, labels) for fold in range(folds)]
    assert sorted(np.concatenate(parts).tolist()) == list(range(length))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    if labels:
        for label in set(labels):
            counts = [sum(labels[index] == label for index in part) for part in parts]
            assert max(counts) - min(counts) <= 1


def test_another_seed_chooses_other_samples():
    chosen = {tuple(hold_out_indices(100, 0.3, seed).tolist()) for seed in range(5)}
    assert len(chosen) == 5


def in_memory(count=20):
    samples = [
        Sample(inputs=n, targets={"gt": np.array([n % 2])}, meta={"n": n, "who": "ab"[n < 6]}) for n in range(count)
    ]
    return InMemoryGeneratorParams(samples=samples)


def numbers(params, mode=PipelineMode.TRAINING):
    return [sample.inputs for sample in params.create(mode).generate()]


@settings(max_examples=30)
@given(st.integers(2, 30), st.floats(0.01, 0.99), st.integers(0, 5), st.sampled_from(["", "gt", "who"]))
def test_training_and_validation_are_disjoint_and_exhaustive(count, fraction, seed, by):
    common = {"whole": in_memory(count), "fraction": fraction, "seed": seed, "stratify": by}
    train, val = PartParams(**common), PartParams(**common, held_out=True)
    kept, held_out = numbers(train), numbers(val, PipelineMode.EVALUATION)
    assert kept
    assert held_out
    assert sorted(kept + held_out) == list(range(count))


def test_lines_of_lists_are_split_and_each_keeps_its_list(tmp_path):
    for name, lines in (("a", "1\n2\n3\n"), ("b", "4\n\n5\n6\n7\n")):
        (tmp_path / name).write_text(lines)
    whole = ListFileGeneratorParams(lists=[str(tmp_path / "a"), str(tmp_path / "b")])
    train = PartParams(whole=whole, fraction=0.4)
    val = PartParams(whole=whole, fraction=0.4, held_out=True)
    held_out = numbers(val, PipelineMode.EVALUATION)
    kept = numbers(train, PipelineMode.EVALUATION)
    assert len(held_out) == 3
    assert sorted(kept + held_out) == list("1234567")
    generator = train.create(PipelineMode.TRAINING)
    drawn = {sample.inputs for epoch in range(20) for sample in generator.generate_pass(epoch)}
    assert drawn == set(kept)


class CountsReads(DataGenerator):
    modes = []

    def __len__(self):
        return 10

    def __getitem__(self, index):
        self.modes.append(self.mode)
        return Sample(inputs=index, targets={"gt": index % 3})


class CountsReadsParams(DataGeneratorParams):
    def cls(self):
        return CountsReads


def test_classes_are_read_once_and_without_inputs():
    CountsReads.modes = []
    params = PartParams(whole=CountsReadsParams(), fraction=0.5, stratify="gt")
    assert len(params.create(PipelineMode.TRAINING)) == 5
    params.create(PipelineMode.TRAINING)
    assert CountsReads.modes == [PipelineMode.TARGETS] * 10


class Stream(DataGenerator):
    def generate(self):
        yield Sample(inputs=1)


class StreamParams(DataGeneratorParams):
    def cls(self):
        return Stream


class KnownStream(Stream):
    def __len__(self):
        return 5


class KnownStreamParams(DataGeneratorParams):
    def cls(self):
        return KnownStream


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (PartParams(whole=StreamParams(), fraction=0.5), "but Stream has no __len__"),
        (
            PartParams(whole=KnownStreamParams(), fraction=0.5),
            "but KnownStream has no __getitem__: add it, or override",
        ),
        (PartParams(whole=in_memory(1), fraction=0.5), "at least two samples, got 1"),
        (PartParams(whole=in_memory(), fraction=1.5), "above 0 and below 1, got 1.5"),
        (PartParams(whole=in_memory(3), folds=4), "at most the number of samples, 3, got 4"),
    ],
)
def test_samples_that_cannot_be_split_are_refused(params, message):
    with pytest.raises(DefinitionError, match=message):
        params.create(PipelineMode.TRAINING)


def test_a_class_that_no_sample_has_is_refused_by_name():
    with pytest.raises(DataError, match="got 'gtt'; sample 0 has n, who, gt"):
        PartParams(whole=in_memory(), fraction=0.5, stratify="gtt").create(PipelineMode.TRAINING)
