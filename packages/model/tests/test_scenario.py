import subprocess
import sys
from importlib.metadata import version

import pytest

from tfaip.model import ScenarioBase
from tfaip.model.testing.points.params import PointsPipelineParams, PointsScenarioParams
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import from_dict, to_dict


def test_a_scenario_names_its_parameters_by_its_type_arguments():
    assert PointsScenario.params_cls() is PointsScenarioParams
    assert PointsScenario.trainer_pipeline_params_cls() is PointsPipelineParams


def test_a_subclass_inherits_them():
    class Special(PointsScenario):
        pass

    assert Special.params_cls() is PointsScenarioParams


def test_a_scenario_without_type_arguments_says_how_to_name_them():
    class Bare(ScenarioBase):
        pass

    with pytest.raises(TypeError, match=r"Bare must name its parameters: `class Bare\(ScenarioBase\["):
        Bare.params_cls()


def test_tagged_parameters_tell_whose_they_are():
    params = PointsScenario.tagged(PointsScenario.default_params())
    assert params.scenario == "tfaip.model.testing.points.scenario:PointsScenario"
    assert params.tfaip_model_version == version("tfaip-model")


def test_parameters_are_read_that_name_the_version_as_it_was_called_before():
    stored = {**to_dict(PointsScenarioParams()), "tfaip_version": "0.0.9"}
    del stored["tfaip_model_version"]
    assert from_dict(PointsScenarioParams, stored).tfaip_model_version == "0.0.9"


def test_scenarios_load_without_tensorflow():
    code = (
        "import sys; import tfaip.model.testing.points.scenario as s; s.PointsScenario.default_params(); "
        "print([m for m in ('tensorflow', 'keras', 'h5py') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
