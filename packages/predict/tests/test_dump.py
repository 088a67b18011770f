import json
import logging
import math
import os
import signal
import subprocess
import sys
import textwrap
import zlib

import numpy as np
import pytest

from tfaip.pipeline import Sample
from tfaip.predict.dump import DumpError, DumpReader, DumpWriter
from tfaip.predict.dump import writer as writer_module


def written(folder, samples, **keywords):
    with DumpWriter(folder, **keywords) as dump:
        for sample in samples:
            dump.write(sample)
    return folder


def numbered(count):
    return [Sample(outputs={"pred": np.full(3, n, np.float32)}, meta={"index": n}) for n in range(count)]


EVERYTHING = {
    "array": np.arange(6, dtype=np.int16).reshape(2, 3),
    "empty": np.zeros((0, 4), np.float32),
    "complex": np.array([1 + 2j]),
    "words": np.array(["a", "bc"]),
    "texts": np.array(["ä", "bc"], object),
    "flags": np.array([True, False]),
    "scalar": np.int32(7),
    "zero-dim": np.array(0.5, np.float32),
    "nan": np.float32(math.nan),
    "infinite": -math.inf,
    "int": 2**60,
    "bool": True,
    "none": None,
    "text": "ünïcödé \n",
    "bytes": b"\0\xff",
    "list": [1, "a", np.arange(2)],
    "dict": {"in": {"deep": np.arange(3)}},
    "keys": {1: "one", "two": 2},
}


def assert_same(one, other):
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert list(one) == list(other)
        for key in one:
            assert_same(one[key], other[key])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_same(left, right)
    elif isinstance(one, np.ndarray | np.generic):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    else:
        assert one == other


def test_everything_comes_back_as_it_was(tmp_path):
    sample = Sample(inputs={"x": np.arange(2)}, outputs=dict(EVERYTHING), targets=dict(EVERYTHING), meta={"n": 1})
    (read,) = DumpReader(written(tmp_path / "dump", [sample], inputs=True))
    expected = {**EVERYTHING, "zero-dim": np.float32(0.5)}
    assert_same(read.inputs, sample.inputs)
    assert_same(read.outputs, expected)
    assert_same(read.targets, expected)
    assert_same(read.meta, {"n": 1})


def test_samples_come_back_in_order_over_several_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr(writer_module, "_CHUNK_SAMPLES", 7)
    reader = DumpReader(written(tmp_path / "dump", numbered(30), notes={"of": "points"}))
    samples = list(reader)
    assert [sample.meta["index"] for sample in samples] == list(range(30))
    assert [sample.outputs["pred"].tolist() for sample in samples] == [[n] * 3 for n in range(30)]
    assert reader.is_complete
    assert reader.header["of"] == "points"
    assert len(list((tmp_path / "dump" / "arrays").iterdir())) == 5
    assert len(list(reader)) == 30


def test_arrays_of_different_shapes_and_dtypes_share_a_chunk(tmp_path):
    arrays = [np.zeros(2), np.ones(3), np.zeros(2, np.int8), np.full(2, 5.0)]
    read = DumpReader(written(tmp_path / "dump", [Sample(outputs={"a": array}) for array in arrays]))
    for sample, array in zip(read, arrays, strict=True):
        assert_same(sample.outputs["a"], array)


def test_numbers_of_pythons_and_numpys_types_can_take_turns(tmp_path):
    values = [1, np.int8(2), 3.0, np.float32(0.5), np.float32(math.inf), 6, True, np.bool_(False), None]
    read = DumpReader(written(tmp_path / "dump", [Sample(outputs={"n": value}) for value in values]))
    for sample, value in zip(read, values, strict=True):
        assert_same(sample.outputs["n"], value)


def test_inputs_are_left_out_unless_they_are_wanted(tmp_path):
    (read,) = DumpReader(written(tmp_path / "dump", [Sample(inputs={"x": 1}, outputs={"y": 2})]))
    assert read.inputs is None
    assert read.outputs == {"y": 2}


def test_lines_are_json_that_other_programs_read(tmp_path):
    written(tmp_path / "dump", [Sample(outputs={"pred": np.zeros(2), "name": "north"}, meta={"index": 0})])
    lines = (tmp_path / "dump" / "samples.jsonl").read_bytes().splitlines()
    arrays = f"{zlib.crc32((tmp_path / 'dump/arrays/0.npz').read_bytes()):08x}"
    outputs = {"pred": {"__array__": ["outputs/pred", 0]}, "name": "north"}
    checksums = [f"{zlib.crc32(line.rpartition(b',')[0]):08x}" for line in lines]
    assert [json.loads(line) for line in lines] == [
        {"format": "tfaip-samples", "format_version": 1, "checksums": "crc32", "crc32": checksums[0]},
        {"chunk": 0, "outputs": outputs, "meta": {"index": 0}, "arrays": arrays, "crc32": checksums[1]},
        {"samples": 1, "crc32": checksums[2]},
    ]
    with np.load(tmp_path / "dump" / "arrays" / "0.npz", allow_pickle=False) as arrays:
        assert arrays["outputs/pred"].shape == (1, 2)


@pytest.mark.parametrize("kept", range(0, 400, 13))
def test_a_dump_that_is_cut_off_is_read_up_to_the_cut(tmp_path, monkeypatch, caplog, kept):
    monkeypatch.setattr(writer_module, "_CHUNK_SAMPLES", 4)
    folder = written(tmp_path / "dump", numbered(10))
    lines = folder / "samples.jsonl"
    whole = lines.read_bytes()
    header = whole.index(b"\n") + 1
    cut = whole[: header + kept]
    lines.write_bytes(cut)
    with caplog.at_level(logging.WARNING, "tfaip"):
        reader = DumpReader(folder)
        samples = list(reader)
    assert [sample.meta["index"] for sample in samples] == list(range(cut.count(b"\n") - 1))
    assert not reader.is_complete
    assert f"was cut off, it holds {len(samples)} samples" in caplog.text


def test_arrays_that_are_cut_off_end_the_dump(tmp_path, monkeypatch):
    monkeypatch.setattr(writer_module, "_CHUNK_SAMPLES", 4)
    folder = written(tmp_path / "dump", numbered(10))
    arrays = folder / "arrays" / "1.npz"
    arrays.write_bytes(arrays.read_bytes()[:100])
    reader = DumpReader(folder)
    assert len(list(reader)) == 4
    assert not reader.is_complete


def read_as_far_as_it_goes(folder):
    try:
        reader = DumpReader(folder)
    except DumpError:
        return [], False
    return [(sample.meta["index"], sample.outputs["pred"].tolist()) for sample in reader], reader.is_complete


@pytest.mark.parametrize("name", ["samples.jsonl", "arrays/0.npz"])
def test_each_flipped_bit_is_noticed_and_ends_the_dump(tmp_path, monkeypatch, name):
    monkeypatch.setattr(writer_module, "_CHUNK_SAMPLES", 2)
    path = written(tmp_path / "dump", numbered(3)) / name
    expected, _ = read_as_far_as_it_goes(tmp_path / "dump")
    whole = path.read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << (place % 8)
        path.write_bytes(damaged)
        read, is_complete = read_as_far_as_it_goes(tmp_path / "dump")
        assert not is_complete
        assert read == expected[: len(read)]


def without_checksums(folder):
    """Make of a dump one as it was written before there were checksums."""
    path = folder / "samples.jsonl"
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    kept = [{key: item for key, item in line.items() if key not in ("crc32", "checksums", "arrays")} for line in lines]
    path.write_text("".join(json.dumps(line) + "\n" for line in kept))
    return path


def test_a_dump_without_checksums_is_read(tmp_path):
    expected = read_as_far_as_it_goes(written(tmp_path / "dump", numbered(3)))
    without_checksums(tmp_path / "dump")
    assert read_as_far_as_it_goes(tmp_path / "dump") == expected


@pytest.mark.parametrize(
    "line",
    [
        "[1]", "3", "{}", '{"chunk": "../0"}', '{"chunk": 7, "outputs": {"__array__": ["outputs/pred", 0]}}',
        '{"chunk": 0, "outputs": {"__array__": ["other", 0]}}', '{"chunk": 0, "outputs": {"__number__": "nxn"}}',
        '{"chunk": 0, "outputs": {"__array__": ["outputs/pred", 99]}}', '{"chunk": 0, "outputs": {"__bytes__": "+"}}',
        '{"chunk": 0, "outputs": {"__items__": [1]}}', '{"dtypes": {"meta/index": "q8"}}', '{"samples": "x"}',
        "[" * 100_000, "\xff",
    ],
)  # fmt: skip
def test_a_damaged_line_is_a_cut_also_where_there_are_no_checksums(tmp_path, caplog, line):
    written(tmp_path / "dump", numbered(3))
    path = without_checksums(tmp_path / "dump")
    lines = path.read_text().splitlines()
    path.write_bytes("".join(f"{each}\n" for each in [*lines[:3], line, *lines[3:]]).encode("latin-1"))
    read, is_complete = read_as_far_as_it_goes(tmp_path / "dump")
    assert [index for index, _ in read] == [0, 1]
    assert not is_complete
    assert "was cut off, it holds 2 samples (line 4 cannot be read: " in caplog.text


def test_what_stands_behind_the_end_of_a_dump_is_told(tmp_path, caplog):
    lines = written(tmp_path / "dump", numbered(3)) / "samples.jsonl"
    lines.write_bytes(lines.read_bytes() * 2)
    with caplog.at_level(logging.WARNING, "tfaip"):
        assert len(list(DumpReader(tmp_path / "dump"))) == 3
    assert "has something behind its end, line 5, that is not read" in caplog.text


def test_half_a_surrogate_pair_comes_back(tmp_path):
    (read,) = DumpReader(written(tmp_path / "dump", [Sample(outputs={"name": "a\udcdf\u2028"})]))
    assert read.outputs["name"] == "a\udcdf\u2028"


def test_what_a_killed_writer_has_written_is_read(tmp_path):
    code = """
        import sys, time
        import numpy as np
        from tfaip.pipeline import Sample
        from tfaip.predict.dump import DumpWriter, writer
        writer._CHUNK_SAMPLES = 10
        dump = DumpWriter(sys.argv[1])
        for n in range(25):
            dump.write(Sample(outputs={"pred": np.full(3, n, np.float32)}))
        print("written", flush=True)
        time.sleep(60)
    """
    folder = tmp_path / "dump"
    command = [sys.executable, "-c", textwrap.dedent(code), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as process:
        assert process.stdout.readline() == "written\n"
        process.send_signal(signal.SIGKILL)
    assert [sample.outputs["pred"][0] for sample in DumpReader(folder)] == list(range(20))


def test_an_error_among_the_samples_keeps_what_was_written_and_marks_no_end(tmp_path):
    def failing():
        yield from numbered(1)
        raise ValueError("no second one")

    with pytest.raises(ValueError, match="no second one"):
        written(tmp_path / "dump", failing())
    reader = DumpReader(tmp_path / "dump")
    assert len(list(reader)) == 1
    assert not reader.is_complete


def test_pickled_arrays_are_never_loaded(tmp_path):
    folder = written(tmp_path / "dump", numbered(1))
    np.savez(folder / "arrays" / "0.npz", **{"outputs/pred": np.array([{"a": 1}], object)})
    assert list(DumpReader(folder)) == []


@pytest.mark.parametrize("value", [object(), np.array([object()], object), {1, 2}])
def test_what_a_dump_cannot_hold_is_refused_by_its_name(tmp_path, value):
    sample = Sample(outputs={"inner": {"thing": value}})
    with pytest.raises(DumpError, match="a dump holds numbers, texts, .* but outputs/inner/thing is a "):
        written(tmp_path / "dump", [sample])


def test_a_folder_that_is_there_is_not_overwritten(tmp_path):
    with pytest.raises(DumpError, match="must be written to a new folder, but there is .* already"):
        DumpWriter(tmp_path)


def test_what_is_no_dump_is_refused(tmp_path):
    with pytest.raises(DumpError, match=r"a dump is a folder with the file samples.jsonl, but .* has none"):
        DumpReader(tmp_path)
    (tmp_path / "samples.jsonl").write_text('{"some": "json"}\n')
    with pytest.raises(DumpError, match="must begin with a header of the format 'tfaip-samples'"):
        DumpReader(tmp_path)
    (tmp_path / "samples.jsonl").write_text('{"format": "tfaip-samples", "format_version": 2}\n')
    with pytest.raises(DumpError, match="is of the version 2, and this tfaip-predict reads 1: a newer one wrote it"):
        DumpReader(tmp_path)


def rewritten(folder, change):
    """A dump of the time before checksums, whose lines were changed."""
    path = folder / "samples.jsonl"
    header, *lines = [json.loads(line) for line in path.read_text().splitlines()]
    kept = [
        {key: value for key, value in line.items() if key not in ("crc32", "checksums")} for line in [header, *lines]
    ]
    path.write_text("".join(json.dumps(change(line)) + "\n" for line in kept))
    return folder


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_dump_whose_lines_are_no_file_is_refused_at_once(tmp_path, kind):
    if kind == "pipe":
        os.mkfifo(tmp_path / "samples.jsonl")
    else:
        (tmp_path / "samples.jsonl").symlink_to("/dev/zero")
    with pytest.raises(DumpError, match=f"samples.jsonl: it is a {kind}, not a regular file"):
        DumpReader(tmp_path)


def arrays_that_lead_out(folder):
    (folder / "arrays" / "0.npz").rename(folder.parent / "0.npz")
    (folder / "arrays" / "0.npz").symlink_to(folder.parent / "0.npz")


def arrays_that_are_a_pipe(folder):
    (folder / "arrays" / "0.npz").unlink()
    os.mkfifo(folder / "arrays" / "0.npz")


def arrays_that_unpack_to_more(folder):
    with np.load(folder / "arrays" / "0.npz") as stored:
        arrays = {name: np.zeros(10**6) for name in stored.files}
    np.savez_compressed(folder / "arrays" / "0.npz", **arrays)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (arrays_that_lead_out, "0.npz leads out of"),
        (arrays_that_are_a_pipe, "0.npz is neither a file nor a folder"),
        (arrays_that_unpack_to_more, "0.npz is compressed"),
    ],
)
def test_arrays_of_a_stranger_are_a_cut(tmp_path, caplog, damage, message):
    folder = rewritten(written(tmp_path / "dump", numbered(3)), lambda line: line)
    assert len(list(DumpReader(folder))) == 3
    damage(folder)
    assert list(DumpReader(folder)) == []
    assert message in caplog.text


@pytest.mark.parametrize("dtype", ["V8", "S5", "O"])
def test_numbers_of_a_stranger_have_a_dtype_of_numbers(tmp_path, caplog, dtype):
    change = lambda line: {"dtypes": {"meta/index": dtype}} if "dtypes" in line else line  # noqa: E731
    folder = rewritten(written(tmp_path / "dump", [Sample(meta={"index": np.int64(10**10)})]), change)
    assert list(DumpReader(folder)) == []
    assert "is no dtype of numbers" in caplog.text
