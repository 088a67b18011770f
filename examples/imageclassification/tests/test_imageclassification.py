"""The image classification, as its README shows it."""

import json

import numpy as np
import pytest

from commands import run_with_tensorflow
from examples.imageclassification.generator_params import ImagesParams, ImageTrainerPipelineParams
from examples.imageclassification.params import ImageDataParams
from examples.imageclassification.scenario import ImageScenario
from examples.imageclassification.write_samples import write_samples
from tfaip.model.testing import ScenarioChecks
from tfaip.pipeline import DataError, DataPipelineParams, PipelineMode

SCENARIO = "examples.imageclassification"
SMALL = ["--data.height", "32", "--data.width", "32", "--train.num_processes", "0", "--val.num_processes", "0"]


class TestImageScenario(ScenarioChecks):
    """Data, specs, a training step, export, prediction."""

    scenario = ImageScenario
    onnx = True


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Twelve images, four of each texture."""
    folder = tmp_path_factory.mktemp("images")
    write_samples(folder, 4)
    return folder


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory):
    """Folder of a run on these images."""
    run_folder = tmp_path_factory.mktemp("ic") / "run"
    words = [*SMALL, "--trainer.epochs", "2", "--train.image_dir", str(folder), "--train.held_out", "0.5"]
    words += ["--model.conv_filters", "30", "50", "60", "--model.dense", "200", "200", "--train.batch_size", "2"]
    done = run_with_tensorflow("tfaip-train", SCENARIO, *words, "--trainer.output_dir", str(run_folder))
    assert done.returncode == 0, done.stderr
    return run_folder


def samples_of(params, mode=PipelineMode.EVALUATION):
    data = ImageDataParams(classes=["brick", "grass", "gravel"], height=24, width=32).create()
    pipeline = data.create_pipeline(mode, DataPipelineParams(num_processes=0), params)
    with pipeline.generate_input_samples() as samples:
        return list(samples)


def test_training_and_validation_share_no_image(folder):
    gen = ImageTrainerPipelineParams(train=ImagesParams(image_dir=str(folder), held_out=0.25))
    parts = [{sample.meta["path"] for sample in samples_of(part)} for part in (gen.train_gen(), gen.val_gen())]
    assert [len(part) for part in parts] == [9, 3]
    assert not parts[0] & parts[1]


def test_a_folder_for_the_validation_leaves_all_of_the_other_to_the_training(folder):
    images = ImagesParams(image_dir=str(folder))
    gen = ImageTrainerPipelineParams(train=images, val=ImagesParams(image_dir=str(folder)))
    assert len(samples_of(gen.train_gen())) == len(samples_of(gen.val_gen())) == 12


def test_images_have_the_size_and_the_class_that_they_should(folder):
    for sample in samples_of(ImagesParams(image_dir=str(folder))):
        assert sample.inputs["img"].shape == (24, 32, 3)
        assert ["brick", "grass", "gravel"][sample.targets["gt"][0]] in sample.meta["path"]


def test_only_training_images_are_augmented(folder):
    images = ImagesParams(image_dir=str(folder))
    plain, again = samples_of(images), samples_of(images)
    augmented = samples_of(images, PipelineMode.TRAINING)
    assert all(np.array_equal(a.inputs["img"], b.inputs["img"]) for a, b in zip(plain, again, strict=True))
    by_path = {sample.meta["path"]: sample.inputs["img"] for sample in augmented}
    assert not any(np.array_equal(sample.inputs["img"], by_path[sample.meta["path"]]) for sample in plain)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: ImagesParams(image_dir=str(folder / "none")), "there is no .*none"),
        (lambda folder: ImagesParams(image_dir=str(folder / "grass")), "must hold a folder of images for each class"),
        (lambda folder: ImagesParams(image_files=["a.png"]), "image_files have no classes"),
    ],
)
def test_folders_that_are_not_laid_out_so_are_refused(folder, make, message):
    with pytest.raises(DataError, match=message):
        samples_of(make(folder))


def test_a_class_that_the_model_does_not_know_is_named(folder, tmp_path):
    (tmp_path / "sand").mkdir()
    (tmp_path / "sand" / "1.png").write_bytes((folder / "grass" / "00.png").read_bytes())
    with pytest.raises(DataError, match="must be one of brick, grass, gravel, got sand"):
        samples_of(ImagesParams(image_dir=str(tmp_path)))


def test_files_are_predicted_in_words(trained, folder):
    files = sorted(map(str, folder.glob("grass/*.png")))
    done = run_with_tensorflow("tfaip-predict", "--export_dir", str(trained / "best"), "--data.image_files", *files)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split(": ")[0] for line in lines] == files
    assert all(line.split(": ")[1].split(" ")[0] in ("brick", "grass", "gravel") for line in lines)


def test_a_folder_is_evaluated(trained, folder):
    words = ["--data.image_dir", str(folder), "--json", "-", "--lav.silent", "true"]
    done = run_with_tensorflow("tfaip-lav", "--export_dir", str(trained / "best"), *words)
    assert done.returncode == 0, done.stderr
    assert 0 <= json.loads(done.stdout)["data_sets"][0]["evaluator"]["accuracy"] <= 1


def test_a_file_that_is_no_image_is_named(trained, tmp_path):
    path = tmp_path / "text.png"
    path.write_text("no image")
    done = run_with_tensorflow("tfaip-predict", "--export_dir", str(trained / "best"), "--data.image_files", str(path))
    assert done.returncode == 2
    assert f"{path} cannot be read as an image" in done.stderr
