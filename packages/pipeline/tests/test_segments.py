"""The two kinds of segment, of which the faster one must do just what the general one does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfaip.params import params
from tfaip.pipeline import (
    ArraySpec,
    DataBaseParams,
    DataGenerator,
    DataProcessorParams,
    MappingDataProcessor,
    PipelineMode,
    Sample,
)
from tfaip.pipeline.batching.layout import BatchLayout
from tfaip.pipeline.data.sample import SampleIdentity
from tfaip.pipeline.engine.counters import Report
from tfaip.pipeline.engine.plan import Plan, SegmentPlan
from tfaip.pipeline.engine.stream.portion import Indices, Samples
from tfaip.pipeline.engine.work.branching import BranchingSegment
from tfaip.pipeline.engine.work.segment import make_operations
from tfaip.pipeline.engine.work.straight import StraightSegment
from tfaip.pipeline.generators import InMemoryGeneratorParams
from tfaip.pipeline.user_code import SampleError

BEHAVIOURS = [
    "fine",
    "drawn",
    "made anew",
    "of a subclass",
    "written to",
    "none",
    "invalid",
    "raises",
    "exits",
    "no sample",
    "a list",
    "misfit",
]
LAYOUT = BatchLayout({"x": ArraySpec([1], "float64")}, {}, {})


class Subclass(Sample):
    """Which a generator may give, but no processor."""


class Scripted(DataGenerator):
    """Does with each index what the script says."""

    def __init__(self, script):
        super().__init__(PipelineMode.PREDICTION, InMemoryGeneratorParams())
        self.kept = [
            perform(what, Sample(inputs={"x": np.array([float(index)])}, meta={"at": index}), fails=False)
            for index, what in enumerate(script)
        ]
        self.script = script

    def __len__(self):
        return len(self.script)

    def __getitem__(self, index):
        if self.script[index] in ("raises", "exits"):
            perform(self.script[index], None)
        return self.kept[index]


@params
class SegmentsDataParams(DataBaseParams):
    """Of data that no test makes."""

    def cls(self):
        raise AssertionError


@params
class FollowerParams(DataProcessorParams):
    """Of the processor below."""

    def cls(self):
        return Follower


class Follower(MappingDataProcessor):
    """Does with each sample what the script says."""

    def __init__(self, script):
        super().__init__(FollowerParams(), SegmentsDataParams(), PipelineMode.PREDICTION)
        self.script = script

    def apply(self, sample):
        return perform(self.script[sample.meta["at"]], sample)


class Picky(Follower):
    """Has a rule of its own about which samples are valid."""

    def is_valid_sample(self, sample):
        return sample.meta["at"] % 3 != 1


def perform(what, sample, *, fails=True):
    if what == "raises" and fails:
        raise ValueError("bad")
    if what == "exits" and fails:
        raise SystemExit(3)
    if what == "drawn" and sample.identity is not None:
        return sample.new_inputs({"x": sample.inputs["x"] + sample.rng.random(1)})
    if what == "of a subclass":
        return Subclass(inputs=sample.inputs, meta=sample.meta)
    if what == "made anew":
        return Sample(inputs=sample.inputs, meta=sample.meta)
    if what == "written to" and sample.identity is not None:
        sample.inputs["x"] = sample.inputs["x"] + 1
    if what == "misfit":
        sample.inputs["x"] = np.zeros(2)
    results = {"none": None, "no sample": 7, "a list": [sample], "invalid": sample.new_inputs(None)}
    return results.get(what, sample)


def outcome(kind, scripts, *, has_generator, skip, skips_bad):
    """All that can be seen of a run."""
    count = len(scripts[0])
    generator = Scripted(scripts[0]) if has_generator else None
    samples = [Sample(inputs={"x": np.array([float(n)])}, meta={"at": n}) for n in range(count)]
    for number, sample in enumerate(samples):
        sample.identified_by(SampleIdentity(5, 2, (number,)))
    portion = Indices(2, range(count), list(range(count))) if generator else Samples(2, range(count), samples)
    sources = generator.kept if generator else samples
    before = repr(sources)
    plan = Plan(PipelineMode.PREDICTION, 5, SegmentsDataParams(), None, [SegmentPlan([], False)], LAYOUT, True)
    operations = make_operations([Follower(scripts[1]), Picky(scripts[2])], plan)
    segment = kind(plan, 0, operations, generator)
    report = Report([0.0] * 4)
    told = []
    try:
        made, elements = segment.work_on(
            portion, LAYOUT.row, report, skip=skip, on_element=told.append, skips_bad=skips_bad
        )
    except SampleError as failure:
        return str(failure), told, repr(sources) == before
    rows = [(arrays[0].tolist(), meta) for arrays, meta in made]
    return rows, elements, report.read, report.dropped, report.failures, told, repr(sources) == before


@given(
    scripts=st.lists(st.tuples(*[st.sampled_from(BEHAVIOURS)] * 3), min_size=1, max_size=8).map(
        lambda rows: list(zip(*rows, strict=True))
    ),
    skip=st.frozensets(st.integers(0, 7)),
    skips_bad=st.booleans(),
    has_generator=st.booleans(),
)
def test_both_kinds_make_the_same_of_all_that_generators_and_processors_may_do(scripts, skip, skips_bad, has_generator):
    straight, branching = (
        outcome(kind, scripts, has_generator=has_generator, skip=skip, skips_bad=skips_bad)
        for kind in (StraightSegment, BranchingSegment)
    )
    assert straight == branching
    assert straight[-1], "what the generator keeps was changed"


@pytest.mark.parametrize("kind", [StraightSegment, BranchingSegment])
@pytest.mark.parametrize(("what", "received"), [("no sample", "int"), ("a list", "list")])
def test_a_generator_that_gives_no_samples_is_told_what_it_should_give(kind, what, received):
    plan = Plan(PipelineMode.PREDICTION, 5, SegmentsDataParams(), None, [SegmentPlan([], False)], LAYOUT, True)
    segment = kind(plan, 0, [], Scripted([what]))
    with pytest.raises(
        SampleError, match=rf"in Scripted\[0\], sample 0 of epoch 2: .* must give samples .* got {received}$"
    ):
        segment.work_on(
            Indices(2, [0], [0]),
            None,
            Report([0.0, 0.0]),
            skip=frozenset(),
            on_element=lambda element: None,
            skips_bad=False,
        )
