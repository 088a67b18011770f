"""Tests of the scenario: checks that all scenarios share, and tests of your own."""

import pytest

from tfaip.model.testing import ScenarioChecks
from tfaip.pipeline import DataError, DataPipelineParams, PipelineMode
from tfaip.templates.images.params import TemplateDataParams, TemplateGeneratorParams
from tfaip.templates.images.scenario import TemplateScenario
from tfaip.templates.images.write_samples import CORNERS, write_samples


class TestTemplateScenario(ScenarioChecks):
    """Data, specs, a training step, export, prediction."""

    scenario = TemplateScenario

    @classmethod
    def change_trainer_params(cls, params):
        """Train on images that are drawn for the test."""
        write_samples(cls._folder / "data", training=4, validation=2)
        params.gen.train.images = str(cls._folder / "data/train")
        params.gen.val.images = str(cls._folder / "data/val")


def batch_of(images, mode=PipelineMode.EVALUATION):
    """Return the only batch, without worker processes, where breakpoints in generator and processors stop."""
    setup, generator = DataPipelineParams(batch_size=16, num_processes=0), TemplateGeneratorParams(images=str(images))
    data = TemplateDataParams(classes=sorted(CORNERS)).create()
    with data.create_pipeline(mode, setup, generator).generate_input_batches(repeat=False) as batches:
        (batch,) = batches
        return batch


def test_classes_are_the_names_of_folders(tmp_path):
    """Show how an input pipeline is debugged."""
    write_samples(tmp_path, training=2, validation=1)
    batch = batch_of(tmp_path / "train")
    assert batch.inputs["img"].shape == (6, 64, 64, 3)
    assert batch.targets["class"][:, 0].tolist() == [0, 1, 2, 0, 1, 2]


def test_a_table_names_files_and_labels(tmp_path):
    """The paths are relative to the table."""
    write_samples(tmp_path, training=1, validation=1)
    table = tmp_path / "labels.csv"
    table.write_text("label,file\nsquare,train/square/square_000.png\ncircle,new/circle_001.png\n")
    assert batch_of(table).targets["class"][:, 0].tolist() == [1, 0]


def test_predictions_need_no_classes(tmp_path):
    """Training and validation do."""
    write_samples(tmp_path, training=1, validation=1)
    assert batch_of(tmp_path / "new", PipelineMode.PREDICTION).size == 9
    with pytest.raises(DataError, match=r"the class of each image must be known, but it is not that of .*circle_000"):
        batch_of(tmp_path / "new")


def test_places_without_images_are_refused(tmp_path):
    """Say what is wrong by a DataError: commands show it without a traceback."""
    with pytest.raises(DataError, match="say where images are"):
        batch_of("")
    with pytest.raises(DataError, match="missing is not there"):
        batch_of(tmp_path / "missing")
    with pytest.raises(DataError, match="must name or hold images"):
        batch_of(tmp_path)
    (tmp_path / "labels.csv").write_text("path,label\n1.png,circle\n")
    with pytest.raises(DataError, match=r"must have the columns \['file'\], its first row has \['path', 'label'\]"):
        batch_of(tmp_path / "labels.csv")
    (tmp_path / "labels.csv").write_text("label,file\ncircle,1.png\nsquare,\n")
    with pytest.raises(DataError, match=r"labels\.csv:3: the column 'file' must not be empty"):
        batch_of(tmp_path / "labels.csv")


def test_what_cannot_be_read_is_named(tmp_path):
    """Show how an error is tested."""
    (tmp_path / "circle").mkdir()
    (tmp_path / "circle/broken.png").write_text("no image")
    with pytest.raises(DataError, match=r"broken\.png cannot be read as an image"):
        batch_of(tmp_path)
