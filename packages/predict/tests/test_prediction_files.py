"""Predictions as CSV, JSON and PNG files."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from tfaip.pipeline import Sample
from tfaip.predict import PredictionError
from tfaip.predict.prediction_files import PredictionFile, prediction_file


def sample(**outputs):
    return Sample(outputs=outputs, meta={"id": "a,b"})


def written(path, *samples):
    with prediction_file(path) as file:
        for each in samples:
            file.write(each)
    return path


def test_a_row_of_csv_holds_position_meta_and_outputs(tmp_path):
    samples = [sample(label=np.array([value]), p=np.array([0.25, 0.75])) for value in (3, 4)]
    with written(tmp_path / "new" / "out.csv", *samples).open() as file:
        rows = list(csv.DictReader(file))
    assert rows[1] == {"index": "1", "meta.id": "a,b", "label": "4", "p[0]": "0.25", "p[1]": "0.75"}
    assert len(rows) == 2


def test_a_text_as_output_is_a_column(tmp_path):
    path = written(tmp_path / "out.csv", Sample(outputs="a text", targets={"y": 1}))
    assert path.read_text() == "index,value,targets.y\n0,a text,1\n"


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ([sample(x=np.zeros((2, 2)))], r"but x of sample 0 is float64\[2, 2\]; a .json or .jsonl file holds arrays"),
        ([sample(x=np.zeros(2)), sample(x=np.zeros(3))], r"but sample 1 differs in x\[2\]; a .json"),
        ([sample(x=[object()])], "but x of sample 0 is list"),
    ],
)
def test_csv_refuses_other_outputs_and_names_the_format_that_holds_them(tmp_path, samples, message):
    with pytest.raises(PredictionError, match=message):
        written(tmp_path / "out.csv", *samples)
    assert not (tmp_path / "out.csv").exists()


def test_json_is_a_list_and_json_lines_are_the_same_objects(tmp_path):
    samples = [sample(x=np.array([[1.0, np.nan]])), sample(x="ü")]
    found = json.loads(written(tmp_path / "out.json", *samples).read_text("utf-8"))
    lines = written(tmp_path / "out.jsonl", *samples).read_text("utf-8").splitlines()
    assert found == [json.loads(line) for line in lines]
    assert found[0] == {"index": 0, "meta": {"id": "a,b"}, "outputs": {"x": [[1.0, None]]}}


def test_a_json_file_without_samples_is_an_empty_list(tmp_path):
    assert json.loads(written(tmp_path / "out.json").read_text()) == []


def test_json_refuses_an_object(tmp_path):
    with pytest.raises(PredictionError, match=r"but outputs.x of sample 0 is object"):
        written(tmp_path / "out.json", sample(x=object()))


def test_outputs_of_the_shape_of_a_picture_are_png_files(tmp_path):
    mask = np.array([[0.0, 1.0], [0.5, 0.0]], np.float32)
    written(tmp_path / "masks" / "{}.png", sample(mask=mask, n=np.zeros(1)), sample(mask=np.full((2, 2, 3), 7)))
    assert sorted(path.name for path in (tmp_path / "masks").iterdir()) == ["000000_mask.png", "000001_mask.png"]
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "masks/000000_mask.png")), [[0, 255], [128, 0]])
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "masks/000001_mask.png")), np.full((2, 2, 3), 7))


@pytest.mark.parametrize(
    ("name", "outputs", "message"),
    [
        ("{}.png", {"x": np.zeros(3)}, r"but sample 0 has x: float64\[3\]; a .csv or .json"),
        ("{}.png", {"x": np.full((2, 2), 2.0)}, "must be from 0 to 1 in float64, but x of sample 0 is from 2 to 2"),
        ("{}.png", {"x": np.full((2, 2), np.nan)}, "must be from 0 to 1"),
        ("a.png", {"x": np.zeros((2, 2))}, r"must hold {} once"),
        ("a.xlsx", {}, "must be one of .csv, .json, .jsonl, .png"),
    ],
)
def test_wrong_pictures_and_endings_are_refused(tmp_path, name, outputs, message):
    with pytest.raises(PredictionError, match=message):
        written(tmp_path / name, sample(**outputs))


@pytest.mark.parametrize("name", ["out.csv", "out.json", "{}.png"])
def test_a_file_that_is_there_is_never_replaced(tmp_path, name):
    (tmp_path / name.replace("{}", "000000_x")).write_text("mine")
    with pytest.raises(PredictionError, match="already"):
        written(tmp_path / name, sample(x=np.zeros((2, 2))))
    assert (tmp_path / name.replace("{}", "000000_x")).read_text() == "mine"


@pytest.mark.parametrize(("fitting", "left"), [(0, []), (1, ["out.csv.part"])])
def test_an_error_keeps_written_samples_in_a_part_and_leaves_no_empty_one(tmp_path, fitting, left):
    samples = [sample(x=1)] * fitting + [sample(x=object())]
    with pytest.raises(PredictionError):
        written(tmp_path / "out.csv", *samples)
    assert [path.name for path in tmp_path.iterdir()] == left


def test_a_format_of_a_user_is_found_by_its_ending(tmp_path, monkeypatch):
    monkeypatch.setattr("tfaip.predict.prediction_files.by_ending._formats", {})

    class Words(PredictionFile, endings=[".words"]):
        def text(self, sample):
            return f"{self.count}: {sample.outputs}\n"

    path = written(tmp_path / "out.words", Sample(outputs="a"), Sample(outputs="b"))
    assert path.read_text() == "0: a\n1: b\n"


@pytest.mark.parametrize("name", ["out.json", "out.csv", "{}.png"])
def test_chosen_outputs_are_written_alone(tmp_path, name):
    with prediction_file(tmp_path / name, ["mask"]) as file:
        file.write(sample(mask=np.zeros((2, 2)) if name == "{}.png" else 1, logits=np.full((2, 2, 3), -9.0)))
    if name == "{}.png":
        assert [path.name for path in tmp_path.iterdir()] == ["000000_mask.png"]
    else:
        assert "logits" not in (tmp_path / name).read_text()


def test_an_output_that_there_is_not_is_named_with_those_that_there_are(tmp_path):
    message = "output_keys must name outputs, got 'masks'; there are mask, logits"
    with pytest.raises(PredictionError, match=message), prediction_file(tmp_path / "out.json", ["masks"]) as file:
        file.write(sample(mask=1, logits=2))
