"""Parameter files of tfaip 1.2: its own classes are known by their former tags and field names."""

import json
import sys
import warnings
from pathlib import Path

import pytest

from commands import ROOT
from tfaip.model import (
    DeviceConfigParams,
    EvaluatorParams,
    ListFilePipelineParams,
    PipelineSetup,
    ScenarioBaseParams,
    TrainerPipelineParams,
)
from tfaip.model.testing.points.params import PointsPipelineParams, PointsScenarioParams
from tfaip.params import LoadError, ParamsWarning, from_dict, load
from tfaip.params.registry import find_tag
from tfaip.pipeline import (
    ComposedProcessorPipelineParams,
    DataPipelineParams,
    SequentialProcessorPipelineParams,
)
from tfaip.pipeline.generators import CSVGeneratorParams, ListFileGeneratorParams
from tfaip.predict import LAVParams, PredictorParams
from tfaip.trainer import (
    AdaBeliefParams,
    AdamaxParams,
    AdamParams,
    ConstantParams,
    CosineDecayParams,
    EarlyStoppingParams,
    ExponentialDecayParams,
    LAMBParams,
    RMSpropParams,
    SGDParams,
    TrainerParams,
    WarmstartParams,
    WarmupConstantCosineParams,
    WarmupCosineParams,
    WarmupDecayParams,
)

MOVED = ROOT / "tests/moved"

FORMER_TAGS = {
    "tfaip.data.databaseparams:DataPipelineParams": DataPipelineParams,
    "tfaip.data.generators.csvgenerator:CSVGeneratorParams": CSVGeneratorParams,
    "tfaip.data.pipeline.processor.params:ComposedProcessorPipelineParams": ComposedProcessorPipelineParams,
    "tfaip.data.pipeline.processor.params:SequentialProcessorPipelineParams": SequentialProcessorPipelineParams,
    "tfaip.device.device_config:DeviceConfigParams": DeviceConfigParams,
    "tfaip.evaluator.params:EvaluatorParams": EvaluatorParams,
    "tfaip.lav.params:LAVParams": LAVParams,
    "tfaip.predict.params:PredictorParams": PredictorParams,
    "tfaip.scenario.listfile.params:ListFileTrainerPipelineParams": ListFilePipelineParams,
    "tfaip.scenario.listfile.params:ListsFileGeneratorParams": ListFileGeneratorParams,
    "tfaip.scenario.scenariobaseparams:ScenarioBaseParams": ScenarioBaseParams,
    "tfaip.trainer.callbacks.earlystopping.params:EarlyStoppingParams": EarlyStoppingParams,
    "tfaip.trainer.optimizer.optimizers:AdaBeliefOptimizer": AdaBeliefParams,
    "tfaip.trainer.optimizer.optimizers:AdamOptimizer": AdamParams,
    "tfaip.trainer.optimizer.optimizers:AdamaxOptimizer": AdamaxParams,
    "tfaip.trainer.optimizer.optimizers:LAMBOptimizer": LAMBParams,
    "tfaip.trainer.optimizer.optimizers:RMSpropOptimizer": RMSpropParams,
    "tfaip.trainer.optimizer.optimizers:SGDOptimizer": SGDParams,
    "tfaip.trainer.params:TrainerParams": TrainerParams,
    "tfaip.trainer.params:TrainerPipelineParams": TrainerPipelineParams,
    "tfaip.trainer.params:TrainerPipelines": PipelineSetup,
    "tfaip.trainer.scheduler.constant_params:Constant": ConstantParams,
    "tfaip.trainer.scheduler.cosine_decay_params:CosineDecayParams": CosineDecayParams,
    "tfaip.trainer.scheduler.cosine_decay_params:WarmupConstantCosineDecayParams": WarmupConstantCosineParams,
    "tfaip.trainer.scheduler.cosine_decay_params:WarmupCosineDecayParams": WarmupCosineParams,
    "tfaip.trainer.scheduler.exponential_decay_params:ExponentialDecayParams": ExponentialDecayParams,
    "tfaip.trainer.scheduler.warmup_decay_params:WarmupDecayParams": WarmupDecayParams,
    "tfaip.trainer.warmstart.warmstart_params:WarmStartParams": WarmstartParams,
}
TRAINER = TrainerParams[PointsScenarioParams, PointsPipelineParams]
FORMER_FIELDS = {
    "global_clip_norm": (AdamParams, 5.0, "clip_global_norm"),
    "decay_min_fraction": (ExponentialDecayParams, 0.2, "lr_min_fraction"),
    "learning_circle": (CosineDecayParams, 4, "learning_cycle"),
    "use_input_gradient_regularization": (PointsScenarioParams, True, "input_gradient_regularization"),
    "input_gradient_regularization_h": (PointsScenarioParams, 0.1, "input_gradient_h"),
    "input_gradient_regularization_lambda": (PointsScenarioParams, 0.2, "input_gradient_lambda"),
    "progbar_delta_time": (TRAINER, 2.0, "lines_every"),
    "scenario_id": (PointsScenarioParams, "my.scenario:Mine", "scenario"),
}


# The fields of these are declared by the classes that derive from them.
GENERIC = (ScenarioBaseParams, TrainerParams, TrainerPipelineParams)


@pytest.mark.parametrize("tag", FORMER_TAGS)
def test_a_class_of_tfaip_is_known_by_its_former_tag(tag):
    cls = FORMER_TAGS[tag]
    assert find_tag(tag) is cls
    if cls not in GENERIC:
        assert type(from_dict(cls, {"__cls__": tag})) is cls


@pytest.mark.parametrize("former", FORMER_FIELDS)
def test_a_field_takes_its_value_by_its_former_name(former):
    cls, value, name = FORMER_FIELDS[former]
    assert getattr(from_dict(cls, {former: value}), name) == value


FORMER_VALUES = {
    "samples_per_epoch": (TRAINER, -1, ("samples_per_epoch", None)),
    "progress_bar_mode": (TRAINER, 1, ("progress", "bar")),
    "export_best": (TRAINER, None, ("export_best", True)),
    "warmup_epochs": (WarmupDecayParams, -1, ("warmup_epochs", 10)),
}


@pytest.mark.parametrize("name", FORMER_VALUES)
def test_a_former_value_stands_for_one_of_today(name):
    cls, value, (field, now) = FORMER_VALUES[name]
    assert getattr(from_dict(cls, {name: value}), field) == now


@pytest.fixture
def old_scenario(monkeypatch):
    """The package whose run left the files, moved to today's code."""
    monkeypatch.syspath_prepend(MOVED)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "old_scenario"]:
        del sys.modules[name]


def loaded(cls, file):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ParamsWarning)
        found = load(cls, MOVED / "old_run" / file, trust=["old_scenario"], strict=False)
    return found, [str(warning.message) for warning in caught]


def test_the_whole_tree_of_an_old_training_is_read(old_scenario):
    params, told = loaded(TrainerParams, "trainer_params.json")
    assert (params.epochs, params.samples_per_epoch, params.output_dir) == (5, 200, Path("run"))
    assert (type(params.optimizer), params.optimizer.clip_global_norm, params.optimizer.epsilon) == (
        AdamParams,
        5,
        1e-7,
    )
    assert (type(params.learning_rate), params.learning_rate.lr) == (ConstantParams, 0.001)
    assert (params.gen.setup.train.batch_size, params.gen.setup.train.prefetch) == (8, 32)
    assert params.early_stopping.n_to_go == -1
    assert params.scenario.scenario == "old_scenario.scenario:QuadrantScenario"
    assert params.scenario.data.pre_proc.processors[0].seeds == [1, 2]
    assert any("$.device.gpu_auto_tune: DeviceConfigParams has no such field" in text for text in told)
    assert any("$.gen.setup.train.bucket_batch_sizes: is null, and takes its default" in text for text in told)


def test_nothing_is_dropped_in_silence(old_scenario):
    """Each key of the file is a field today, or a warning names it."""
    params, told = loaded(TrainerParams, "trainer_params.json")

    def keys(data, path="$"):
        for name, value in data.items():
            if isinstance(value, dict):
                yield from keys(value, f"{path}.{name}")
            elif name != "__cls__":
                yield f"{path}.{name}"

    data = json.loads((MOVED / "old_run/trainer_params.json").read_text(encoding="utf-8"))
    for place in keys(data):
        owner = params
        *way, name = place.split(".")[1:]
        for part in way:
            owner = getattr(owner, part)
        renamed = {former: new for former, (_, _, new) in FORMER_FIELDS.items()} | {
            "tfaip_version": "tfaip_model_version"
        }
        known = hasattr(owner, renamed.get(name, name))
        assert known or any(f"{place}: " in text for text in told), place


def test_strict_reading_names_what_is_unknown(old_scenario):
    with pytest.raises(LoadError, match=r"\$\.device\.gpu_auto_tune: DeviceConfigParams has no such field"):
        load(TrainerParams, MOVED / "old_run/trainer_params.json", trust=["old_scenario"])


NULLS = {"bucket_batch_sizes": [], "batch_size": 16}


@pytest.mark.parametrize("name", NULLS)
def test_a_null_that_a_field_cannot_hold_is_its_default_where_mismatches_are_tolerated(name):
    with pytest.warns(ParamsWarning, match=rf"\$\.{name}: is null, and takes its default"):
        assert getattr(from_dict(DataPipelineParams, {name: None}, strict=False), name) == NULLS[name]
    with pytest.raises(LoadError, match=rf"\$\.{name}: expects"):
        from_dict(DataPipelineParams, {name: None})
