"""Generators over files of records: the same samples from each format, in order, shuffled, by index, from a URL."""

import gzip
import io
import json
import os
import subprocess
import sys
import tarfile

import fsspec
import numpy as np
import pytest
import record_file_cases as cases
from pipeline_cases import batches_of, flat
from record_file_cases import PointsParams

from tfaip.params import field, params, parse
from tfaip.pipeline import DataGeneratorParams, DataPipelineParams, PipelineMode
from tfaip.pipeline.errors import DataError, DefinitionError
from tfaip.pipeline.generators import (
    JSONLinesGeneratorParams,
    ParquetGeneratorParams,
    TFRecordGeneratorParams,
    WebDatasetGeneratorParams,
)
from tfaip.pipeline.generators.record_files.files import RecordFiles
from tfaip.pipeline.generators.record_files.tf_example import read_example

FORMATS = {
    "json lines": (JSONLinesGeneratorParams, cases.json_lines, ["x"], ["y"]),
    "tar": (WebDatasetGeneratorParams, cases.tar, ["x=x.npy"], ["y=y.cls"]),
    "tfrecord": (TFRecordGeneratorParams, cases.tfrecords, ["x"], ["y"]),
    "parquet": (ParquetGeneratorParams, cases.parquet, ["x"], ["y"]),
}
SIZES = [7, 4, 10]
TOTAL = sum(SIZES)


@pytest.fixture(params=FORMATS)
def written(request, tmp_path):
    """A function that makes parameters over three files."""
    params, write, inputs, targets = FORMATS[request.param]
    for number, size in enumerate(SIZES):
        first = sum(SIZES[:number])
        write(tmp_path / f"part-{number}.data", range(first, first + size))

    def make(**options):
        options.setdefault("files", [str(tmp_path / "part-*.data")])
        return params(inputs=inputs, targets=targets, **options)

    return make


def pipeline(generator, mode=PipelineMode.EVALUATION, **settings):
    settings = {"num_processes": 0, "batch_size": 4, **settings}
    return PointsParams().create().create_pipeline(mode, DataPipelineParams(**settings), generator)


def targets(made):
    with made.generate_input_batches(repeat=False) as batches:
        return flat(batch.targets["y"][:, 0].tolist() for batch in batches)


def test_samples_come_in_the_order_of_the_files(written):
    with pipeline(written()).generate_input_batches() as batches:
        found = list(batches)
    assert flat(batch.targets["y"][:, 0].tolist() for batch in found) == list(range(TOTAL))
    x = np.concatenate([batch.inputs["x"] for batch in found])
    assert x.dtype == np.float32
    assert x.tolist() == [[index, 0.5] for index in range(TOTAL)]
    meta = flat(batch.meta for batch in found)[SIZES[0] + 1]
    assert meta["file"].endswith("part-1.data")
    assert meta["record"] == 1


def test_training_has_each_sample_once_in_another_order(written):
    order = targets(pipeline(written(), PipelineMode.TRAINING))
    assert sorted(order) == list(range(TOTAL)) != order


def test_samples_by_index_are_those_in_order(written, tmp_path):
    generator = written(random_access=True)
    assert targets(pipeline(generator)) == list(range(TOTAL))
    made = generator.create(PipelineMode.EVALUATION)
    assert len(made) == TOTAL
    assert [made[index].targets["y"].tolist() for index in (TOTAL - 1, 0, SIZES[0])] == [[TOTAL - 1], [0], [SIZES[0]]]
    order = targets(pipeline(generator, PipelineMode.TRAINING))
    assert sorted(order) == list(range(TOTAL)) != order


def test_a_prediction_needs_no_targets(written):
    with pipeline(written(), PipelineMode.PREDICTION).generate_input_batches() as batches:
        assert sum(batch.size for batch in batches) == TOTAL


def test_files_behind_a_url_give_the_same(written, tmp_path):
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    for path in tmp_path.glob("part-*"):
        memory.pipe_file(f"/bucket/{path.name}", path.read_bytes())
    try:
        assert targets(pipeline(written(files=["memory://bucket/part-*.data"]))) == list(range(TOTAL))
        assert targets(pipeline(written(files=["memory://bucket/part-{0..2}.data"]))) == list(range(TOTAL))
        indexed = written(files=["memory://bucket/part-*.data"], random_access=True)
        assert targets(pipeline(indexed)) == list(range(TOTAL))
        assert targets(pipeline(indexed)) == list(range(TOTAL)), "with the indices that the first one wrote"
    finally:
        memory.store.clear()


@pytest.fixture
def counted():
    """A file system whose reads are counted, empty."""
    fsspec.register_implementation("counted", cases.CountingFileSystem, clobber=True)
    system = cases.CountingFileSystem()
    system.store.clear()
    yield system
    system.store.clear()


def read_by_two_machines(generator):
    """How often each byte was read, in a pass of two machines that have all samples once."""
    made = pipeline(generator, PipelineMode.TRAINING)
    cases.CountingFile.counts.clear()
    parts = []
    for machine in range(2):
        with made.generate_input_batches(repeat=False, shard=(machine, 2)) as batches:
            parts.append(flat(batch.targets["y"][:, 0].tolist() for batch in batches))
    assert sorted(flat(parts)) == list(range(len(flat(parts))))
    assert all(parts)
    return cases.CountingFile.counts


@pytest.mark.parametrize("name", ["json lines", "tar", "tfrecord"])
def test_two_machines_read_each_byte_once(name, tmp_path, counted):
    params, write, inputs, outputs = FORMATS[name]
    for number in range(5):
        path = tmp_path / f"part-{number}.data"
        write(path, range(6 * number, 6 * number + 6))
        counted.pipe_file(f"/{path.name}", path.read_bytes())
    counts = read_by_two_machines(params(files=["counted:///part-*.data"], inputs=inputs, targets=outputs))
    assert set(counts.values()) == {1}
    assert len(counts) == sum(len(counted.cat_file(path)) for path in counted.find("/"))


def test_two_machines_read_each_named_column_of_a_parquet_file_once(tmp_path, counted):
    path = tmp_path / "a.parquet"
    cases.parquet(path, range(40), width=10_000)
    data = path.read_bytes()
    counted.pipe_file("/a.parquet", data)
    counts = read_by_two_machines(ParquetGeneratorParams(files=["counted:///a.parquet"], inputs=["x"], targets=["y"]))
    # The footer, for which pyarrow reads the last 64 kB, is read by each process to know the groups of rows.
    behind = len(data) - (1 << 16)
    counts = {place: count for (_, place), count in counts.items() if place < behind}
    assert set(counts.values()) == {1}
    assert 0 < len(counts) < len(data) // 10, "the other column is not read"


def test_workers_read_the_same_batches(written):
    made = [batches_of(pipeline(written(), PipelineMode.TRAINING, num_processes=count)) for count in (0, 2)]
    assert made[0] == made[1]


def test_a_missing_field_names_file_and_record(written):
    generator = written()
    generator.targets = ["y=nothing"]
    with pytest.raises(DataError, match=r"part-0.data.*'nothing'"):
        targets(pipeline(generator))


def test_files_that_nothing_matches_are_refused(written, tmp_path):
    with pytest.raises(DataError, match=r"no file matches '.*/none-\*"):
        written(files=[str(tmp_path / "none-*")]).create(PipelineMode.TRAINING)


@pytest.mark.parametrize("name", ["tar", "tfrecord", "parquet"])
@pytest.mark.parametrize("random_access", [False, True])
def test_files_that_are_cut_off_or_something_else_are_refused(name, random_access, tmp_path):
    params, write, inputs, outputs = FORMATS[name]
    path = tmp_path / "a.data"
    write(path, range(9))
    whole = path.read_bytes()
    for data in (whole[: len(whole) // 2 + 100], b"something else " * 1000):
        path.write_bytes(data)
        with pytest.raises(DataError, match=r"a\.data.*(cut off|damaged)"):
            targets(pipeline(params(files=[str(path)], inputs=inputs, targets=outputs, random_access=random_access)))


def test_sizes_that_no_memory_holds_are_refused(tmp_path):
    length = (1 << 60).to_bytes(8, "little")
    (tmp_path / "a.data").write_bytes(length + cases.masked_crc(length).to_bytes(4, "little"))
    with pytest.raises(DataError, match="the record at byte 0 has 1152921504606846976 bytes"):
        targets(pipeline(TFRecordGeneratorParams(files=[str(tmp_path / "a.data")], inputs=["x"], targets=["y"])))
    info = tarfile.TarInfo("a.x")
    info.size = 1 << 60
    (tmp_path / "a.data").write_bytes(info.tobuf())
    with pytest.raises(DataError, match=r"a member at byte \d+ has 1152921504606846976 bytes"):
        targets(pipeline(WebDatasetGeneratorParams(files=[str(tmp_path / "a.data")], inputs=["x"], targets=["y"])))


@pytest.mark.parametrize("name", ["json lines", "tar", "tfrecord"])
def test_files_compressed_by_gzip_are_read_in_order_only(name, tmp_path):
    params, write, inputs, outputs = FORMATS[name]
    path = tmp_path / "a.data"
    write(path, range(9))
    path.write_bytes(gzip.compress(path.read_bytes()))
    generator = params(files=[str(path)], inputs=inputs, targets=outputs)
    assert targets(pipeline(generator)) == list(range(9))
    generator.random_access = True
    with pytest.raises(DataError, match="compressed by gzip, which has no random access"):
        generator.create(PipelineMode.TRAINING)


@pytest.mark.parametrize("random_access", [False, True])
def test_a_damaged_byte_in_a_tfrecord_file_is_found(random_access, tmp_path):
    pytest.importorskip("google_crc32c", reason="needs tfaip-pipeline[tfrecord]")
    path = tmp_path / "a.tfrecord"
    cases.tfrecords(path, range(3))
    whole = path.read_bytes()
    first_value = whole.rindex(b"y") + 6
    generator = TFRecordGeneratorParams(
        files=[str(path)], inputs=["x"], targets=["y"], random_access=random_access, index_folder=str(tmp_path / "i")
    )
    assert targets(pipeline(generator)) == [0, 1, 2]
    for place in (first_value, len(whole) - 1):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(DataError, match=r"a\.tfrecord is damaged: a record of \d+ bytes has another checksum"):
            targets(pipeline(generator))


def test_checksums_without_their_part_in_c_are_no_error_where_warnings_are_errors(tmp_path):
    text = (
        "As the c extension couldn't be imported, `google-crc32c` is using a pure python implementation that is "
        "significantly slower. If possible, please configure a c build environment and compile the extension"
    )
    (tmp_path / "google_crc32c.py").write_text(
        f"import warnings\nwarnings.warn({text!r}, RuntimeWarning)\nvalue = len\n"
    )
    code = (
        "import tfaip.pipeline.generators.record_files.tfrecord as read, warnings\n"
        "print(read.google_crc32c.value(b'abc'))\n"
        f"warnings.warn({text!r}, RuntimeWarning)"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("3\n", 1), done.stderr
    assert done.stderr.splitlines()[-1].startswith("RuntimeWarning: As the c extension")


@pytest.mark.parametrize("name", ["json lines", "tar", "tfrecord"])
def test_an_index_is_written_once_and_anew_for_another_file(name, tmp_path):
    params, write, inputs, outputs = FORMATS[name]
    path, folder = tmp_path / "a.data", tmp_path / "indices"
    write(path, range(5))
    generator = params(files=[str(path)], inputs=inputs, targets=outputs, random_access=True, index_folder=str(folder))
    assert len(generator.create(PipelineMode.TRAINING)) == 5
    (index,) = folder.iterdir()
    before = index.stat().st_mtime_ns
    assert len(generator.create(PipelineMode.TRAINING)) == 5
    assert index.stat().st_mtime_ns == before
    write(path, range(50))
    assert len(generator.create(PipelineMode.TRAINING)) == 50
    index.write_bytes(b"damaged")
    assert len(generator.create(PipelineMode.TRAINING)) == 50


@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tar_files_of_all_formats_are_read(kind, tmp_path):
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w", format=kind) as file:
        folder = tarfile.TarInfo("long")
        folder.type = tarfile.DIRTYPE
        file.addfile(folder)
        for index in range(3):
            for name in ("json", "y.cls", "unused"):
                data = json.dumps([index, 0.5]).encode() if name == "json" else str(index).encode()
                stem = "long/" + "n" * (60 if kind == tarfile.USTAR_FORMAT else 150)
                info = tarfile.TarInfo(f"{stem}/ä{index}.{name}")
                info.size = len(data)
                file.addfile(info, io.BytesIO(data))
    for random_access in (False, True):
        generator = WebDatasetGeneratorParams(
            files=[str(path)], inputs=["x=json"], targets=["y=y.cls"], random_access=random_access
        )
        with pipeline(generator).generate_input_batches() as batches:
            (batch,) = batches
        assert batch.targets["y"][:, 0].tolist() == [0, 1, 2]
        assert batch.meta[1]["key"].endswith("/ä1")


def test_examples_are_read_as_tensorflow_writes_them():
    # tf.train.Example of TensorFlow 2.21: i = [1, -2, 300, 2**62], f = [0.5, -1.5], b = [b"a", b"bc"], e = [].
    data = bytes.fromhex(
        "0a4b0a0e0a016212090a070a01610a0262630a050a016512000a110a0166120c120a0a080000"
        "003f0000c0bf0a1f0a0169121a1a180a1601feffffffffffffffff01ac02808080808080808040"
    )
    found = read_example(data)
    assert found["i"].tolist() == [1, -2, 300, 2**62]
    assert found["i"].dtype == np.int64
    assert found["f"].tolist() == [0.5, -1.5]
    assert found["f"].dtype == np.float32
    assert found["b"] == [b"a", b"bc"]
    assert found["e"] == []
    for end in range(1, len(data)):
        try:
            read_example(data[:end])
        except DataError:
            continue


def test_contents_are_decoded_as_named(tmp_path):
    pixels = np.arange(12, dtype=np.uint8)
    record = cases.example({"pixels": [pixels.tobytes()], "y": [3], "name": [b"caf\xc3\xa9"], "w": [1.5]})
    path = tmp_path / "a.tfrecord"
    path.write_bytes(cases.tf_record([record]))
    generator = TFRecordGeneratorParams(
        files=[str(path)],
        inputs=["image=pixels", "v=y,w"],
        targets=["y"],
        meta=["name", "w"],
        decode=["pixels=uint8", "name=text"],
        shapes=["image=2,-1,3"],
    ).create(PipelineMode.TRAINING)
    (sample,) = generator.generate()
    assert sample.inputs["image"].tolist() == pixels.reshape(2, 2, 3).tolist()
    assert sample.inputs["v"].tolist() == [3, 1.5]
    assert sample.meta == {"file": str(path), "record": 0, "name": "café", "w": [1.5]}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"inputs": ["a,b"]}, "inputs must be FIELD or KEY=FIELD,FIELD, got 'a,b'"),
        ({"inputs": ["a", "a=b"]}, "got 'a' twice"),
        ({"decode": ["x"]}, "decode must be FIELD=KIND"),
        ({"decode": ["x=picture"]}, "decode must be image, gray, .* got 'picture'"),
        ({"decode": ["x=object"]}, "got 'object'"),
        ({"shapes": ["x=2;3"]}, "one number per axis"),
        ({"shapes": ["z=2,3"]}, r"shapes must name inputs or targets \(x\), got \['z'\]"),
        ({"storage_options": ["anon"]}, "storage_options must be NAME=VALUE"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(options, message):
    with pytest.raises(DefinitionError, match=message):
        JSONLinesGeneratorParams(**{"inputs": ["x"], **options}).create(PipelineMode.TRAINING)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[1]", "a line must be a JSON object, got list"),
        ("{", "a line must be a JSON object in UTF-8"),
        ('{"x": null, "y": 1}', "'x' has no value"),
        ('{"x": {"a": 1}, "y": 1}', "'x' must be an array of numbers"),
        ('{"x": [[1], [1, 2]], "y": 1}', "'x' is no array"),
    ],
)
def test_a_bad_line_is_named_or_skipped(line, message, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"x": [0, 0], "y": 0}}\n\n{line}\n{{"x": [0, 0], "y": 2}}\n')
    generator = JSONLinesGeneratorParams(files=[str(path)], inputs=["x"], targets=["y"])
    with pytest.raises(DataError, match=rf"a.jsonl, record 1: .*{message}"):
        targets(pipeline(generator))
    assert targets(pipeline(generator, on_bad_sample="skip")) == [0, 2]


@params
class TrainingParams:
    train: DataGeneratorParams = field(factory=JSONLinesGeneratorParams)


@pytest.mark.parametrize("name", ["JSONLines", "Parquet", "TFRecord", "WebDataset"])
def test_each_generator_has_a_short_name_on_the_command_line(name):
    line = ["--train", name, "--train.files", "a-*", "b", "--train.inputs", "x=a,b", "--train.random_access"]
    generator = parse(TrainingParams, line, exits=False).train
    assert type(generator).__name__ == f"{name}GeneratorParams"
    assert (generator.files, generator.inputs, generator.random_access) == (["a-*", "b"], ["x=a,b"], True)


def test_names_in_braces_stand_for_several_files(tmp_path):
    for name in ("a-08.x", "a-09.x", "a-10.x", "b-{1}.x"):
        (tmp_path / name).touch()
    files = RecordFiles()
    assert [path[-6:] for path in files.expand([f"{tmp_path}/a-{{08..10}}.x"])] == ["a-08.x", "a-09.x", "a-10.x"]
    assert [path[-6:] for path in files.expand([f"{tmp_path}/a-{{10,08}}.x"])] == [
        "a-10.x",
        "a-08.x",
    ]
    assert files.expand([f"{tmp_path}/b-{{1}}.x"]) == [f"{tmp_path}/b-{{1}}.x"]
    assert files.expand(["s3://bucket/a-{0..1}.x"]) == ["s3://bucket/a-0.x", "s3://bucket/a-1.x"]


def test_places_that_can_not_be_used_are_named(tmp_path):
    with pytest.raises(DataError, match="nowhere://a/b cannot be read: Protocol not known"):
        RecordFiles().size("nowhere://a/b")
    cases.json_lines(tmp_path / "a.jsonl", range(3))
    generator = JSONLinesGeneratorParams(
        files=[str(tmp_path / "a.jsonl")],
        inputs=["x"],
        targets=["y"],
        random_access=True,
        index_folder=str(tmp_path / "a.jsonl"),
    )
    with pytest.raises(DataError, match="cannot be written .*: name a folder by index_folder"):
        generator.create(PipelineMode.TRAINING)


def test_arrays_can_be_changed_in_place(written):
    sample = next(iter(written().create(PipelineMode.TRAINING).generate()))
    sample.inputs["x"] *= 2


def test_a_missing_library_is_named_with_its_extra(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "fsspec", None)
    with pytest.raises(DataError, match=r"needs fsspec: pip install 'tfaip-pipeline\[remote\]'"):
        RecordFiles().expand(["memory://a/*"])
    cases.parquet(tmp_path / "a.parquet", range(3))
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    with pytest.raises(DataError, match=r"needs pyarrow: pip install 'tfaip-pipeline\[parquet\]'"):
        ParquetGeneratorParams(files=[str(tmp_path / "a.parquet")]).create(PipelineMode.TRAINING)
