"""Processors that a training adapts to its samples."""

import shutil

import numpy as np
import pytest

from tfaip.model.testing.points.params import PointsGeneratorParams
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.pipeline.processors import NormalizeParams
from tfaip.predict import PredictorParams
from tfaip.trainer import load_trainer_params
from tfaip.trainer.preflight import check_scenario


def normalised_params(points_params, **changes):
    params = points_params(**changes)
    params.scenario.data.pre_proc.processors.insert(0, NormalizeParams())
    return params


def statistics_of(folder):
    with np.load(folder / "0_Normalize.npz") as stored:
        return dict(stored)


def shift_of_training(params):
    generator = params.gen.training_samples().create("training")
    return np.mean([sample.inputs["point"] for sample in generator.generate()], axis=0)


def test_the_statistics_are_those_of_the_training_samples(points_params, train):
    params = normalised_params(points_params, epochs=1)
    train(params)
    found = statistics_of(params.output_dir / "statistics")
    np.testing.assert_allclose(found["point/shift"], shift_of_training(params), rtol=1e-6)


def test_the_held_out_samples_are_in_no_statistics(points_params, train):
    params = normalised_params(points_params, epochs=1)
    params.gen.val = PointsGeneratorParams()
    params.gen.validation_split = 0.25
    whole = shift_of_training(points_params(folder=None))
    train(params)
    found = statistics_of(params.output_dir / "statistics")
    assert not np.allclose(found["point/shift"], whole)
    np.testing.assert_allclose(found["point/shift"], shift_of_training(params), rtol=1e-6)


def test_a_bundle_brings_its_statistics_along(points_params, train, tmp_path):
    params = normalised_params(points_params, epochs=1)
    params.scenario.export_serve = True
    train(params)
    moved = tmp_path / "moved"
    shutil.copytree(params.output_dir / "export", moved)
    of_run = statistics_of(params.output_dir / "statistics")
    shutil.rmtree(params.output_dir)
    for name, value in statistics_of(moved / "resources").items():
        np.testing.assert_array_equal(value, of_run[name])
    predictor = PointsScenario.create_predictor(moved, PredictorParams())
    assert list(predictor.predict(PointsScenario.default_predict_generator_params()))


@pytest.mark.takes_long
def test_a_resumed_run_ends_as_one_that_never_stopped(points_params, train, resume):
    whole = train(normalised_params(points_params, folder="whole", epochs=2))
    params = normalised_params(points_params, folder="parts", epochs=1)
    train(params)
    stored = load_trainer_params(params.output_dir / "trainer_params.json")
    stored.epochs = 2
    assert dict(resume(stored)) == dict(whole)


@pytest.mark.takes_long
def test_a_run_that_was_moved_reads_its_statistics(points_params, train, resume):
    params = normalised_params(points_params, folder="here", epochs=1)
    train(params)
    there = params.output_dir.with_name("there")
    params.output_dir.rename(there)
    stored = load_trainer_params(there / "trainer_params.json")
    stored.output_dir, stored.epochs = there, 2
    resume(stored)
    assert stored.scenario.data.pre_proc.processors[0].statistics == str(there / "statistics" / "0_Normalize.npz")


def test_a_training_without_a_folder_leaves_no_statistics(points_params, train):
    params = normalised_params(points_params, folder=None, epochs=1)
    assert np.isfinite(train(params)["loss"])


@pytest.mark.takes_long
def test_the_check_adapts_to_the_first_samples(points_params):
    check_scenario(PointsScenario, normalised_params(points_params, folder=None), lambda _: None, measure_threads=False)


@pytest.mark.parametrize("processes", [0, 2])
def test_the_result_is_the_same_in_worker_processes(points_params, train, processes):
    params = normalised_params(points_params, epochs=1)
    params.gen.setup.train.num_processes = processes
    train(params)
    np.testing.assert_allclose(
        statistics_of(params.output_dir / "statistics")["point/shift"], shift_of_training(params), rtol=1e-6
    )
