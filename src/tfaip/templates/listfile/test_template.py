"""Tests of the scenario: checks that all scenarios share, and tests of your own."""

import numpy as np
import pytest

from tfaip.model.testing import ScenarioChecks
from tfaip.pipeline import DataError, DataPipelineParams, PipelineMode
from tfaip.pipeline.generators import ListFileGeneratorParams
from tfaip.templates.listfile.params import TemplateDataParams
from tfaip.templates.listfile.scenario import TemplateScenario
from tfaip.templates.listfile.write_samples import write_samples


class TestTemplateScenario(ScenarioChecks):
    """Data, specs, a training step, export, prediction."""

    scenario = TemplateScenario

    @classmethod
    def change_trainer_params(cls, params):
        """Train on files that are written for the test."""
        train, val = write_samples(cls._folder / "data", training=16, validation=8)
        params.gen.train.lists, params.gen.val.lists = [str(train)], [str(val)]


def pipeline_of(path):
    """Return a pipeline without worker processes, where breakpoints in generator and processors stop."""
    setup, lists = DataPipelineParams(batch_size=8, num_processes=0), ListFileGeneratorParams(lists=[str(path)])
    return TemplateDataParams().create().create_pipeline(PipelineMode.EVALUATION, setup, lists)


def test_data(tmp_path):
    """Show how an input pipeline is debugged."""
    train, _ = write_samples(tmp_path, training=16, validation=8)
    with pipeline_of(train).generate_input_batches() as batches:
        for batch in batches:
            assert batch.inputs["point"].shape == (8, 2)
            assert set(np.unique(batch.targets["class"])) <= {0, 1}


def test_a_missing_file_is_named(tmp_path):
    """Show how an error is tested."""
    (tmp_path / "list.lst").write_text("ring/missing.npy\n")
    with (
        pipeline_of(tmp_path / "list.lst").generate_input_batches() as batches,
        pytest.raises(DataError, match=r"ring/missing\.npy cannot be read"),
    ):
        next(batches)
