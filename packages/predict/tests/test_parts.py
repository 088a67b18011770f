"""Predictions in parts: each part is interrupted once, and all parts together are one prediction."""

import itertools
import os
import shutil

import numpy as np
import pytest

from predict_cases import (
    BatchesOfPointsParams,
    DrawingParams,
    DroppingParams,
    PointsOfShardsParams,
    RefusingParams,
    RepeatingParams,
    in_process,
    points,
)
from tfaip.model.testing.points.params import JitterParams, PointsGeneratorParams
from tfaip.pipeline import Sample
from tfaip.predict import MultiModelPredictor, MultiModelPredictorParams, Predictor
from tfaip.predict.dump import DumpError, DumpReader, PartWriter
from tfaip.predict.dump import writer as writer_module
from tfaip.predict.dump.part import Part
from tfaip.predict.errors import PredictionError
from tfaip.predict.given_samples import GivenSamples

RUN = {"bundles": ["best"]}


@pytest.mark.parametrize(("text", "number", "of"), [("0/1", 0, 1), ("3/16", 3, 16), ("09/10", 9, 10)])
def test_a_part_is_named_by_its_number_and_their_number(text, number, of):
    assert Part.parse(text) == Part(number, of)


@pytest.mark.parametrize("text", ["", "3", "3/", "/3", "a/b", "-1/3", "1/2/3", "3/16 16", "1.0/2", "³/16"])
def test_what_names_no_part_is_refused(text):
    with pytest.raises(DumpError, match="a part must be its number and the number of parts, as in 3/16, got"):
        Part.parse(text)


def test_the_number_of_parts_is_limited():
    with pytest.raises(DumpError, match="an input can have at most 10,000 parts, got 0/1000000"):
        Part.parse("0/1000000")


@pytest.mark.parametrize("text", ["16/16", "17/16", "0/0"])
def test_parts_are_counted_from_0(text):
    with pytest.raises(DumpError, match="parts must be counted from 0, so that the last one of"):
        Part.parse(text)


def test_folders_of_parts_sort_by_their_numbers():
    assert Part(3, 16).name == "part-03-of-16"
    names = [Part(number, 100).name for number in range(100)]
    assert names == sorted(names)


def write_part(folder, part, elements, made_by=RUN):
    with PartWriter(folder, part, made_by=made_by) as dump:
        for element in elements:
            dump.write(Sample(outputs={"pred": np.full(2, element)}, meta={"n": element}), element)
    return part.folder(folder)


def write_parts(folder, of, count=10):
    for number in range(of):
        write_part(folder, Part(number, of), range(number, count, of))
    return folder


def test_a_folder_of_parts_is_read_in_the_order_of_the_input(tmp_path):
    reader = DumpReader(write_parts(tmp_path, 3))
    samples = list(reader)
    assert [sample.meta["n"] for sample in samples] == list(range(10))
    assert [sample.outputs["pred"].tolist() for sample in samples] == [[n, n] for n in range(10)]
    assert reader.is_complete
    assert reader.header["made_by"] == RUN


def test_more_parts_than_samples_are_read(tmp_path):
    assert [sample.meta["n"] for sample in DumpReader(write_parts(tmp_path, 7, count=3))] == [0, 1, 2]


def cut_off(folder):
    lines = folder / "samples.jsonl"
    lines.write_bytes(lines.read_bytes()[:-20])


def test_parts_that_are_missing_or_not_complete_are_named(tmp_path):
    write_parts(tmp_path, 5)
    shutil.rmtree(Part(1, 5).folder(tmp_path))
    Part(4, 5).folder(tmp_path).joinpath("samples.jsonl").unlink()
    cut_off(Part(2, 5).folder(tmp_path))
    with pytest.raises(DumpError) as error:
        DumpReader(tmp_path)
    assert str(error.value) == (
        f"{tmp_path} must hold all 5 parts, but of these are 1, 4 missing and 2 not complete: predict them by "
        "--shard 1/5, which goes on where it stopped"
    )


def test_a_part_that_is_damaged_in_the_middle_is_an_error(tmp_path):
    lines = write_parts(tmp_path, 2) / "part-1-of-2" / "samples.jsonl"
    lines.write_bytes(lines.read_bytes().replace(b'"element":5', b'"element":7'))
    with pytest.raises(DumpError, match=r"the part .*part-1-of-2 is damaged \(line 4 cannot be read: its checksum"):
        list(DumpReader(tmp_path))


def test_parts_of_different_runs_are_refused(tmp_path):
    write_part(tmp_path / "a", Part(0, 2), [0], made_by={"data": "a.lst", "limit": -1})
    write_part(tmp_path / "b", Part(1, 2), [1], made_by={"data": "b.lst", "limit": -1})
    with pytest.raises(DumpError, match="part-0-of-2 comes from another run, which differs in data: name another"):
        PartWriter(tmp_path / "a", Part(1, 2), made_by={"data": "b.lst", "limit": -1})
    shutil.copytree(tmp_path / "b" / "part-1-of-2", tmp_path / "a" / "part-1-of-2", dirs_exist_ok=True)
    with pytest.raises(DumpError, match="must come from one run, but part-1-of-2 and part-0-of-2 differ in"):
        DumpReader(tmp_path / "a")


def test_parts_of_another_number_of_parts_are_refused(tmp_path):
    write_part(tmp_path, Part(0, 2), [0])
    with pytest.raises(DumpError, match="holds parts of a run in 2 parts, so that part 0/3 can't join them"):
        PartWriter(tmp_path, Part(0, 3), made_by=RUN)
    shutil.copytree(tmp_path / "part-0-of-2", tmp_path / "part-0-of-3")
    with pytest.raises(DumpError, match="must hold the parts of one run, but it holds parts of runs in 2 and 3 parts"):
        DumpReader(tmp_path)


def test_a_part_that_was_renamed_is_refused(tmp_path):
    write_part(tmp_path, Part(0, 2), [0]).rename(tmp_path / "part-1-of-2")
    write_part(tmp_path, Part(0, 2), [0])
    with pytest.raises(DumpError, match="must hold part 1/2, but its header tells of another one"):
        DumpReader(tmp_path)


def test_a_whole_dump_gets_no_parts(tmp_path):
    with writer_module.DumpWriter(tmp_path / "dump") as dump:
        dump.write(Sample(meta={"n": 0}))
    with pytest.raises(DumpError, match="must hold nothing but parts, but it holds a whole dump"):
        PartWriter(tmp_path / "dump", Part(0, 2), made_by=RUN)
    assert len(list(DumpReader(tmp_path / "dump"))) == 1


def test_a_part_is_written_by_one_process_at_a_time(tmp_path):
    message = "another process writes .*part-0-of-1: wait until it ends, or stop it"
    with PartWriter(tmp_path, Part(0, 1), made_by=RUN), pytest.raises(DumpError, match=message):
        PartWriter(tmp_path, Part(0, 1), made_by=RUN)
    assert PartWriter(tmp_path, Part(0, 1), made_by=RUN).is_ended


def test_a_file_system_without_locks_is_told(tmp_path, monkeypatch, caplog):
    def no_locks(file, how):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", no_locks)
    write_part(tmp_path, Part(0, 1), [0])
    assert "can't be locked" in caplog.text
    assert len(list(DumpReader(tmp_path))) == 1


def test_a_part_that_was_killed_before_its_header_begins_anew(tmp_path):
    folder = Part(0, 1).folder(tmp_path)
    (folder / "arrays").mkdir(parents=True)
    (folder / ".samples.jsonl").write_bytes(b'{"form')
    write_part(tmp_path, Part(0, 1), [0, 1])
    assert [sample.meta["n"] for sample in DumpReader(tmp_path)] == [0, 1]


def marked(folder, part, count, *, every, ends=True):
    """Write a part of samples of mixed kinds, with a mark behind each `every` of them; go on where it stopped."""
    dump = PartWriter(folder, part, made_by=RUN)
    if dump.is_ended:
        dump.close()
        return
    first = dump.state or 0
    for element in range(first, count):
        kinds = [np.float32(element), element, np.full(element % 3, element), f"text {element}"]
        outputs = {"number": kinds[element % 2], "array": kinds[2], "text": kinds[3]}
        dump.write(Sample(outputs=outputs, meta={"n": element}), element)
        if (element + 1) % every == 0:
            dump.mark(element + 1)
    if ends:
        with dump:
            dump.mark(count)
    else:
        dump.close()


def values(folder):
    return [
        (
            s.meta["n"],
            type(s.outputs["number"]),
            float(s.outputs["number"]),
            s.outputs["array"].tolist(),
            s.outputs["text"],
        )
        for s in DumpReader(folder)
    ]


@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_a_part_goes_on_wherever_its_writer_was_killed(tmp_path, monkeypatch, chunk):
    monkeypatch.setattr(writer_module, "_CHUNK_SAMPLES", chunk)
    marked(tmp_path / "whole", Part(0, 1), 11, every=2)
    expected = values(tmp_path / "whole")
    assert len(expected) == 11
    size = (tmp_path / "whole/part-0-of-1/samples.jsonl").stat().st_size
    header = (tmp_path / "whole/part-0-of-1/samples.jsonl").read_bytes().index(b"\n") + 1
    for number, kept in enumerate(range(header, size, 61)):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "whole", folder)
        os.truncate(folder / "part-0-of-1/samples.jsonl", kept)
        marked(folder, Part(0, 1), 11, every=2)
        assert values(folder) == expected


def test_a_part_goes_on_before_arrays_that_are_damaged(tmp_path, monkeypatch):
    monkeypatch.setattr(writer_module, "_CHUNK_SAMPLES", 3)
    marked(tmp_path, Part(0, 1), 11, every=2)
    expected = values(tmp_path)
    cut_off(tmp_path / "part-0-of-1")
    (tmp_path / "part-0-of-1/arrays/1.npz").write_bytes(b"half")
    marked(tmp_path, Part(0, 1), 11, every=2)
    assert values(tmp_path) == expected


def test_an_error_among_the_samples_leaves_a_part_that_goes_on(tmp_path):
    marked(tmp_path, Part(0, 1), 7, every=2, ends=False)
    with pytest.raises(DumpError, match="must hold all 1 parts, but of these are 0 not complete"):
        DumpReader(tmp_path)
    assert PartWriter(tmp_path, Part(0, 1), made_by=RUN).state == 6
    marked(tmp_path, Part(0, 1), 11, every=2)
    assert [value[0] for value in values(tmp_path)] == list(range(11))


def predicted_in_parts(predictor, generator, folder, of, *, stop_after=None):
    """Predict all parts; each stops after so many samples once, as if it were killed before the next chunk."""
    for number, stop in itertools.product(range(of), (stop_after, None)):
        part = Part(number, of)
        with PartWriter(folder, part, made_by=RUN) as dump:
            if dump.is_ended:
                continue
            samples = predictor.predict_part(generator, part, state=dump.state, on_batch=dump.mark)
            for element, sample in itertools.islice(samples, stop):
                dump.write(sample, element)
            if stop is not None:
                dump._flush()
                dump.is_ended = True  # so that no end is written
            samples.close()
    return list(DumpReader(folder))


def assert_same_predictions(parts, whole, *, exact):
    assert [sample.meta for sample in parts] == [sample.meta for sample in whole]
    assert [sample.outputs["name"] for sample in parts] == [sample.outputs["name"] for sample in whole]
    for one, other in zip(parts, whole, strict=True):
        for name in ("pred", "logits"):
            if exact:
                np.testing.assert_array_equal(one.outputs[name], other.outputs[name])
            else:
                np.testing.assert_allclose(one.outputs[name], other.outputs[name], atol=1e-5)


def points_predictor(exported, batch_size=1, pre=(), post=()):
    params = in_process()
    params.pipeline.batch_size = batch_size
    predictor = Predictor.from_path(exported[0].path, params)
    predictor.data.params.pre_proc.processors[:0] = pre
    predictor.data.params.post_proc.processors += post
    return predictor


@pytest.mark.parametrize("batch_size", [1, 4])
@pytest.mark.parametrize("stop_after", [None, 3])
def test_parts_that_were_interrupted_are_one_prediction(exported, tmp_path, batch_size, stop_after):
    generator = PointsGeneratorParams(count=37)
    predictor = points_predictor(exported, batch_size)
    whole = list(predictor.predict(generator))
    parts = predicted_in_parts(predictor, generator, tmp_path, 8, stop_after=stop_after)
    assert_same_predictions(parts, whole, exact=batch_size == 1)


def test_a_generator_with_shards_keeps_its_order_in_parts(exported, tmp_path):
    generator = PointsOfShardsParams()
    predictor = points_predictor(exported)
    whole = list(predictor.predict(generator))
    assert len(whole) == 13
    assert_same_predictions(predicted_in_parts(predictor, generator, tmp_path, 3, stop_after=2), whole, exact=True)


def test_a_stream_without_length_is_predicted_in_parts(exported, tmp_path):
    predictor = points_predictor(exported)
    whole = list(predictor.predict_raw(points()))
    parts = predicted_in_parts(predictor, GivenSamples(points()), tmp_path, 3, stop_after=2)
    assert_same_predictions(parts, whole, exact=True)


@pytest.mark.parametrize("where", ["pre", "post"])
@pytest.mark.parametrize("stop_after", [None, 1, 4])
def test_several_samples_of_one_element_stay_together(exported, tmp_path, where, stop_after):
    generator = PointsGeneratorParams(count=11)
    predictor = points_predictor(exported, 2, **{where: [RepeatingParams(times=3)]})
    whole = list(predictor.predict(generator))
    assert len(whole) == 33
    parts = predicted_in_parts(predictor, generator, tmp_path, 4, stop_after=stop_after)
    assert_same_predictions(parts, whole, exact=False)


@pytest.mark.parametrize("stop_after", [None, 2])
def test_batches_of_the_generator_are_the_elements_of_parts(exported, tmp_path, stop_after):
    predictor = points_predictor(exported)
    generator = BatchesOfPointsParams()
    whole = list(predictor.predict(generator))
    assert len(whole) == 12
    parts = predicted_in_parts(predictor, generator, tmp_path, 2, stop_after=stop_after)
    assert_same_predictions(parts, whole, exact=True)


def test_the_random_numbers_of_a_part_are_those_of_the_whole(exported, tmp_path):
    generator = PointsGeneratorParams(count=11)
    predictor = points_predictor(exported, 2, pre=[JitterParams()], post=[DrawingParams()])
    whole = list(predictor.predict(generator))
    parts = predicted_in_parts(predictor, generator, tmp_path, 3, stop_after=2)
    assert [sample.outputs["drawn"] for sample in parts] == [sample.outputs["drawn"] for sample in whole]
    assert_same_predictions(parts, whole, exact=False)


@pytest.mark.parametrize("where", ["pre", "post"])
def test_samples_that_are_dropped_are_missing_in_parts_too(exported, tmp_path, where):
    generator = PointsGeneratorParams(count=37)
    predictor = points_predictor(exported, 4, **{where: [DroppingParams(every=3)]})
    whole = list(predictor.predict(generator))
    assert len(whole) == 24
    assert_same_predictions(predicted_in_parts(predictor, generator, tmp_path, 4, stop_after=5), whole, exact=False)


def test_votes_in_parts_are_those_of_one_vote(three_exported, tmp_path):
    params = MultiModelPredictorParams()
    params.pipeline.num_processes, params.pipeline.batch_size = 0, 1
    predictor = MultiModelPredictor.from_paths([bundle.path for bundle, _ in three_exported], params)
    generator = PointsGeneratorParams(count=11)
    whole = list(predictor.predict(generator))
    parts = predicted_in_parts(predictor, generator, tmp_path, 3, stop_after=2)
    assert [sample.meta for sample in parts] == [sample.meta for sample in whole]
    for one, other in zip(parts, whole, strict=True):
        np.testing.assert_array_equal(one.outputs["pred"], other.outputs["pred"])


def test_a_processor_that_needs_the_stream_has_no_parts(exported):
    predictor = points_predictor(exported, post=[RefusingParams(stream=True)])
    with pytest.raises(
        PredictionError, match="a part of the input can't go through NeedsStream, which needs the whole"
    ):
        next(predictor.predict_part(PointsGeneratorParams(count=3), Part(0, 2)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"bucket_boundaries": [3]},
            "must keep the order of its input, but pipeline.bucket_boundaries sorts by length",
        ),
        ({"batch_drop_remainder": True}, "must keep all of its samples, but pipeline.batch_drop_remainder drops"),
    ],
)
def test_batches_that_lose_samples_or_their_order_have_no_parts(exported, change, message):
    predictor = points_predictor(exported)
    for name, value in change.items():
        setattr(predictor.params.pipeline, name, value)
    with pytest.raises(PredictionError, match=message):
        next(predictor.predict_part(PointsGeneratorParams(count=3), Part(0, 2)))
