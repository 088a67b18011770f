"""Tests of the scenario: checks that all scenarios share, and tests of your own."""

import numpy as np

from tfaip.model.testing import ScenarioChecks
from tfaip.pipeline import DataPipelineParams, PipelineMode
from tfaip.templates.general.params import TemplateDataParams, TemplateGeneratorParams
from tfaip.templates.general.scenario import TemplateScenario


class TestTemplateScenario(ScenarioChecks):
    """Data, specs, a training step, export, prediction."""

    scenario = TemplateScenario


def test_data():
    """Show how a pipeline is debugged: without worker processes, breakpoints in generator and processors stop."""
    setup = DataPipelineParams(batch_size=16, num_processes=0)
    data = TemplateDataParams().create()
    pipeline = data.create_pipeline(PipelineMode.TRAINING, setup, TemplateGeneratorParams(count=32), seed=1)
    with pipeline.generate_input_batches(repeat=False) as batches:
        for batch in batches:
            assert batch.inputs["point"].shape == (16, 2)
            assert set(np.unique(batch.targets["class"])) <= {0, 1}
