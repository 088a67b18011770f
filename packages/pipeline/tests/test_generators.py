import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline_cases import batches_of, make_pipeline, make_sample

from tfaip.params import field, params
from tfaip.pipeline import DataGenerator, DataGeneratorParams, PipelineMode, Sample
from tfaip.pipeline.errors import DataError, DefinitionError
from tfaip.pipeline.generators import (
    BudgetedListsGeneratorParams,
    CSVGeneratorParams,
    InMemoryGeneratorParams,
    ListFileGenerator,
    ListFileGeneratorParams,
)
from tfaip.pipeline.generators.line_lists import weighted_picks
from tfaip.pipeline.text_files import read_lines

TRAINING, EVALUATION, PREDICTION = PipelineMode.TRAINING, PipelineMode.EVALUATION, PipelineMode.PREDICTION


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def test_csv_rows_become_samples_with_paths_relative_to_the_table(tmp_path):
    write(tmp_path / "b" / "one.csv", 'path,bins,gt,date\nx.png,10,"Hello, you",2020\n')
    write(tmp_path / "a" / "two.tsv", "gt\tpath\nA\ty.png\nB\t/z.png\n")
    generator = CSVGeneratorParams(files=[str(tmp_path / "*" / "*.?sv")]).create(TRAINING)
    samples = list(generator.generate())
    assert [sample.inputs for sample in samples] == [
        str(tmp_path / "a" / "y.png"),
        "/z.png",
        str(tmp_path / "b" / "x.png"),
    ]
    assert [sample.targets for sample in samples] == ["A", "B", "Hello, you"]
    assert samples[2].meta == {"path": str(tmp_path / "b" / "x.png"), "bins": "10", "date": "2020"}


def test_the_standard_input_is_a_list_whose_length_is_not_known(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("a\n# no\n\nb\n"))
    pipeline = make_pipeline(generator=ListFileGeneratorParams(lists=["-"]), mode=PREDICTION)
    assert pipeline.samples_per_epoch() is None
    assert pipeline.samples_of_generator() is None
    samples = list(pipeline.generator.generate())
    assert [sample.inputs for sample in samples] == ["a", "b"]


@pytest.mark.parametrize(("lists", "mode"), [(["-"], TRAINING), (["-", "-"], PREDICTION)])
def test_the_standard_input_is_read_once_and_not_for_training(lists, mode):
    with pytest.raises(DataError, match=r"the standard input \(-\) can be the only list, and not that of a training"):
        ListFileGeneratorParams(lists=lists).create(mode)


def test_csv_files_need_targets_only_in_modes_with_targets(tmp_path):
    table = write(tmp_path / "t.csv", "path\nx\n")
    assert len(CSVGeneratorParams(files=[table]).create(PREDICTION)) == 1
    with pytest.raises(DataError, match=r"t.csv must have the columns \['gt'\], its first row has \['path'\]"):
        CSVGeneratorParams(files=[table]).create(TRAINING)


@pytest.mark.parametrize("row", ["x", "x,y,z"])
def test_broken_csv_rows_are_named(tmp_path, row):
    table = write(tmp_path / "t.csv", f"path,gt\na,b\n{row}\n")
    with pytest.raises(DataError, match=r"t.csv:3: a row must have 2 columns"):
        CSVGeneratorParams(files=[table]).create(TRAINING)


@pytest.mark.parametrize("name", ["missing.csv", "*.nothing"])
def test_files_that_do_not_exist_are_named(tmp_path, name):
    with pytest.raises(DataError, match="no file matches"):
        CSVGeneratorParams(files=[str(tmp_path / name)]).create(TRAINING)


@pytest.fixture
def lists(tmp_path):
    first = write(tmp_path / "1.txt", "# a comment\na0\na1\n\na2\n")
    second = write(tmp_path / "2.txt", "b0\nb1\n")
    return [first, second]


def test_lists_come_in_order_without_comments(lists):
    generator = ListFileGeneratorParams(lists=lists).create(EVALUATION)
    assert [sample.inputs for sample in generator.generate_pass(3)] == ["a0", "a1", "a2", "b0", "b1"]
    assert [sample.targets for sample in generator.generate()] == ["a0", "a1", "a2", "b0", "b1"]
    assert len(generator) == 5


class PairsGenerator(ListFileGenerator):
    """Two lines are an entry: the place of the first one in a file, or both as they arrive."""

    def entries(self, path):
        return [(path, number) for number in range(0, len(read_lines(path)), 2)]

    def entries_of_stream(self, lines):
        yield from zip(*[iter(lines)] * 2, strict=True)

    def sample(self, entry):
        path, number = entry
        pair = tuple(read_lines(path)[number : number + 2]) if isinstance(number, int) else entry
        return Sample(inputs=pair)


def test_an_entry_of_a_list_may_take_several_lines(tmp_path):
    (tmp_path / "a").write_text("1\n2\n3\n4\n5\n6\n")
    generator = PairsGenerator(EVALUATION, ListFileGeneratorParams(lists=[str(tmp_path / "a")]))
    assert len(generator) == 3
    assert generator.keep_only([0, 2])
    assert [sample.inputs for sample in generator.generate()] == [("1", "2"), ("5", "6")]
    drawn = PairsGenerator(TRAINING, generator.params).generate_pass(0)
    assert sorted(sample.inputs for sample in drawn) == [("1", "2"), ("3", "4"), ("5", "6")]


def test_an_entry_of_the_standard_input_may_take_several_lines(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n2\n3\n4\n"))
    generator = PairsGenerator(EVALUATION, ListFileGeneratorParams(lists=["-"]))
    assert [sample.inputs for sample in generator.generate()] == [("1", "2"), ("3", "4")]


def test_training_draws_from_lists_by_their_ratios(lists):
    generator = ListFileGeneratorParams(lists=lists, list_ratios=[0, 1]).create(TRAINING)
    passes = [[sample.inputs for sample in generator.generate_pass(epoch)] for epoch in (0, 1, 2, 0)]
    assert passes[0] == passes[3]
    assert all(len(samples) == 5 and set(samples) == {"b0", "b1"} for samples in passes)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5)), min_size=1, max_size=4).filter(
        lambda lists: any(size for size, _ in lists)
    ),
    st.integers(0, 9),
)
def test_no_entry_is_drawn_twice_before_all_of_its_list_were_drawn(lists, epoch):
    sizes, ratios = zip(*lists, strict=True)
    picks = weighted_picks(sizes, ratios, 0, epoch)
    assert len(picks) == sum(sizes)
    for number, size in enumerate(sizes):
        entries = [entry for picked, entry in picks if picked == number]
        for start in range(0, len(entries) - size + 1, max(size, 1)):
            assert sorted(entries[start : start + size]) == list(range(size))


def test_ratios_are_kept_on_average():
    picks = weighted_picks([5000, 5000], [1, 3], 0, 0)
    assert 0.72 < sum(number for number, _ in picks) / len(picks) < 0.78


@pytest.mark.parametrize("ratios", [[1], [1, -1], [0, 0]])
def test_ratios_that_cannot_be_are_refused(ratios):
    with pytest.raises(DefinitionError, match="ratio"):
        weighted_picks([3, 3], ratios, 0, 0)


@pytest.mark.parametrize("mode", [TRAINING, EVALUATION])
def test_budgeted_lists_give_batches_within_the_budget(lists, tmp_path, mode):
    lengths = [write(tmp_path / "1.len", "5 64\n9,64\n5\n"), write(tmp_path / "2.len", "# comment\n1\n2\n")]
    params = BudgetedListsGeneratorParams(lists=lists, length_files=lengths, bins_per_batch=10)
    generator = params.create(mode)
    batches = [[sample.meta["length"] for sample in batch] for batch in generator.generate_pass(0)]
    assert all(len(batch) * batch[0] <= 10 for batch in batches)
    assert sum(map(len, batches)) == 5
    if mode is EVALUATION:
        assert batches == [[9], [5, 5], [2, 1]]
        assert len(generator) == 3


def test_lengths_must_fit_the_lists(lists, tmp_path):
    lengths = [write(tmp_path / "1.len", "1\n"), write(tmp_path / "2.len", "1\n2\n")]
    with pytest.raises(DataError, match=r"one length for each sample: lists \[3, 2\], lengths \[1, 2\]"):
        BudgetedListsGeneratorParams(lists=lists, length_files=lengths).create(TRAINING)
    bad = write(tmp_path / "bad.len", "one\n")
    with pytest.raises(DataError, match="each line must begin with the length"):
        BudgetedListsGeneratorParams(lists=lists[1:], length_files=[bad]).create(TRAINING)


@pytest.mark.parametrize("processes", [0, 2])
def test_samples_in_memory_go_through_a_pipeline(processes):
    generator = InMemoryGeneratorParams(samples=[make_sample(index) for index in range(6)])
    batches = batches_of(make_pipeline(generator=generator, mode=EVALUATION, num_processes=processes))
    assert [meta["index"] for _, metas, _ in batches for meta in metas] == list(range(6))


def test_samples_in_memory_are_not_changed_by_processors():
    from pipeline_cases import DoubleParams

    samples = [make_sample(3)]
    pipeline = make_pipeline(DoubleParams(), generator=InMemoryGeneratorParams(samples=samples))
    assert batches_of(pipeline) == batches_of(pipeline)
    assert samples[0].inputs["x"].max() == 3


class OpensAFile(DataGenerator):
    def __init__(self, mode, params):
        super().__init__(mode, params)
        params.open()


@params
class OpensAFileParams(DataGeneratorParams):
    path: str = field(default="", help="A file")
    fails: bool = field(default=False, help="With a mistake of its own")

    def cls(self):
        return OpensAFile

    def open(self):
        if self.fails:
            raise ZeroDivisionError
        Path(self.path).read_bytes()


def test_a_file_that_a_generator_needs_can_be_looked_for_before_anything_is_read(tmp_path):
    with pytest.raises(DataError, match="OpensAFile needs .*missing: No such file or directory"):
        OpensAFileParams(path=str(tmp_path / "missing")).require_files(PipelineMode.TRAINING)
    with pytest.raises(DataError, match="no file matches"):
        CSVGeneratorParams(files=[str(tmp_path / "*.csv")]).require_files(PipelineMode.TRAINING)
    ListFileGeneratorParams(lists=["-"]).require_files(PipelineMode.PREDICTION)
    # Such a mistake is told where samples are read, with its place in the code.
    OpensAFileParams(fails=True).require_files(PipelineMode.TRAINING)
