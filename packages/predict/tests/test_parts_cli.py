"""`--shard` on the command line: parts of predictions, and their evaluation."""

import json
import shutil

import numpy as np
import pytest
from conftest import IN_PROCESS

from tfaip.predict.dump import DumpReader
from tfaip.predict.dump import writer as writer_module

QUIET = [*IN_PROCESS, "--predict.silent"]


def values(folder):
    return [(s.meta, s.outputs["name"], s.outputs["pred"].tolist()) for s in DumpReader(folder)]


def test_parts_of_several_lists_are_one_prediction(run, lines_bundle, lists, tmp_path):
    words = ["tfaip-predict", "--export_dir", lines_bundle, "--data.lists", *lists, *QUIET, "--batch_size", "1"]
    code, _, err = run(*words, "--dump", tmp_path / "whole")
    assert code == 0, err
    for number in (2, 0, 1):
        code, _, err = run(*words, "--dump", tmp_path / "parts", "--shard", f"{number}/3")
        assert code == 0, err
    assert sorted(path.name for path in (tmp_path / "parts").iterdir()) == [f"part-{n}-of-3" for n in range(3)]
    assert len(values(tmp_path / "whole")) == 30
    assert values(tmp_path / "parts") == values(tmp_path / "whole")


def test_a_part_that_is_complete_is_skipped_without_the_model(run, exported, tmp_path, monkeypatch):
    words = [
        "tfaip-predict",
        "--export_dir",
        exported[0].path,
        *IN_PROCESS,
        "--data.count",
        5,
        "--dump",
        tmp_path / "d",
    ]
    code, out, err = run(*words, "--shard", "1/2")
    assert code == 0, err
    assert len(out.splitlines()) == 2
    monkeypatch.setattr("tfaip.predict.cli.prediction.import_tensorflow", lambda: pytest.fail("TensorFlow is loaded"))
    code, out, err = run(*words, "--shard", "1/2")
    assert (code, out) == (0, "")
    assert f"Part 1/2 in {tmp_path / 'd'} is complete: 2 samples" in err


def test_a_part_goes_on_with_another_batch_size_but_not_with_other_samples(run, exported, tmp_path, monkeypatch):
    monkeypatch.setattr(writer_module, "_CHUNK_SAMPLES", 4)
    words = ["tfaip-predict", "--export_dir", exported[0].path, *QUIET, "--dump", tmp_path / "d", "--shard", "0/1"]
    assert run(*words, "--data.count", 20, "--batch_size", 4)[0] == 0
    expected = values(tmp_path / "d")
    lines = tmp_path / "d/part-0-of-1/samples.jsonl"
    whole = lines.read_bytes()
    lines.write_bytes(whole[: len(whole) // 2])
    code, _, err = run(*words, "--data.count", 21)
    assert code == 2
    assert "comes from another run, which differs in data, elements: name another folder, or give the arguments" in err
    code, _, err = run(*words, "--data.count", 20, "--batch_size", 3)
    assert code == 0, err
    for one, other in zip(values(tmp_path / "d"), expected, strict=True):
        assert one[:2] == other[:2]
        np.testing.assert_allclose(one[2], other[2], atol=1e-5)


def test_another_bundle_does_not_go_on_with_a_part(run, three_exported, tmp_path):
    for number, code in ((0, 0), (1, 2)):
        path = three_exported[number][0].path
        words = ["--export_dir", path, *QUIET, "--data.count", 4, "--dump", tmp_path / "d", "--shard", f"{number}/2"]
        stopped, _, err = run("tfaip-predict", *words)
        assert stopped == code, err
    assert "part-0-of-2 comes from another run, which differs in bundles: name another folder" in err


def test_a_bundle_that_was_copied_goes_on(run, exported, tmp_path):
    shutil.copytree(exported[0].path, tmp_path / "copied")
    for number, path in enumerate((exported[0].path, tmp_path / "copied")):
        words = ["--export_dir", path, *QUIET, "--data.count", 4, "--dump", tmp_path / "d", "--shard", f"{number}/2"]
        assert run("tfaip-predict", *words)[0] == 0
    assert [meta["index"] for meta, *_ in values(tmp_path / "d")] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--shard", "3/16"], "--shard 3/16 must have a folder for all parts: add --dump FOLDER"),
        (["--shard", "16/16", "--dump", "d"], "parts must be counted from 0, so that the last one of 16 is 15/16"),
        (["--shard", "x", "--dump", "d"], "a part must be its number and the number of parts, as in 3/16, got 'x'"),
        (["--shard", "0/2", "--dump", "d", "--output", "p.csv"], "--output must hold all samples, and --shard 0/2"),
        (["--shard", "0/2", "--dump", "d", "--pipeline.bucket_boundaries", "3"], "bucket_boundaries sorts by length"),
    ],
)
def test_what_has_no_parts_is_refused_before_anything_is_written(run, exported, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    code, out, err = run("tfaip-predict", "--export_dir", exported[0].path, *IN_PROCESS, "--data.count", 4, *words)
    assert (code, out) == (2, "")
    assert message in err
    assert list(tmp_path.iterdir()) == []


def test_the_figures_of_parts_are_those_of_one_prediction(run, lines_bundle, lists, tmp_path):
    words = ["tfaip-predict", "--export_dir", lines_bundle, "--data.lists", *lists, *QUIET, "--predict.include_targets"]
    assert run(*words, "--dump", tmp_path / "whole")[0] == 0
    for number in range(4):
        assert run(*words, "--dump", tmp_path / "parts", "--shard", f"{number}/4")[0] == 0
    figures = {}
    for name in ("whole", "parts"):
        evaluated = ["--prediction", tmp_path / name, "--export_dir", lines_bundle, "--json", tmp_path / f"{name}.json"]
        code, _, err = run("tfaip-evaluate", *evaluated)
        assert code == 0, err
        figures[name] = json.loads((tmp_path / f"{name}.json").read_text())
    assert figures["parts"] == figures["whole"]
    assert figures["parts"]["evaluator"]["counted"] == 30
    shutil.rmtree(tmp_path / "parts/part-2-of-4")
    code, _, err = run("tfaip-evaluate", "--prediction", tmp_path / "parts", "--export_dir", lines_bundle)
    assert code == 2
    assert "must hold all 4 parts, but of these are 2 missing: predict them by --shard 2/4" in err
