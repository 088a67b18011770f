"""`tfaip-upgrade`: what each rule makes of a text of tfaip 1.2, and that files are treated with care."""

import sys
import textwrap

import pytest

from commands import ROOT
from former import files_of, write_scenario
from tfaip.cli.upgrade import main
from tfaip.upgrade import UpgradeError, upgrade_path, upgrade_sources

PARAMS = "from dataclasses import dataclass, field\nfrom paiargparse import pai_dataclass, pai_meta\n"


def upgraded(text, **others):
    """The text of today of a module `here`, of a project with other modules."""
    texts = {name: textwrap.dedent(each) for name, each in {"here": text, **others}.items()}
    after = upgrade_sources(texts)
    assert upgrade_sources(after) == after
    compile(after["here"], "here.py", "exec")
    return after["here"]


def test_a_class_of_parameters_takes_the_arguments_of_pai_meta():
    text = PARAMS + (
        "from tfaip import DataProcessorParams\n"
        '@pai_dataclass(alt="Blur")\n@dataclass\nclass BlurParams(DataProcessorParams):\n'
        '    sigma: float = field(default=0.5, metadata=pai_meta(help="Width", separator="_", required=False))\n'
        "    seeds: list = field(default_factory=lambda: [1],"
        " metadata=pai_meta(fix_dc=True, disable_subclass_check=True))\n"
    )
    assert upgraded(text) == (
        "from typing import Any\nfrom tfaip.params import field, params\n"
        "from tfaip.pipeline import DataProcessorParams\n"
        '@params(name="Blur")\nclass BlurParams(DataProcessorParams):\n'
        '    sigma: float = field(default=0.5, help="Width")\n'
        "    seeds: list[Any] = field(factory=lambda: [1], fixed_class=True)\n"
    )


def test_a_plain_dataclass_stays_one():
    after = upgraded(
        PARAMS + "@dataclass\nclass Box:\n    x: int = field(default=0)\n\n"
        "@pai_dataclass\n@dataclass\nclass BoxParams:\n    y: int = field(default=0)\n"
    )
    assert "@dataclass\nclass Box:\n    x: int = field(default=0)" in after
    assert "@params\nclass BoxParams:\n    y: int = params_field(default=0)" in after


def test_derived_attributes_become_hidden_fields_that_the_constructor_sets():
    after = upgraded(
        PARAMS + "@pai_dataclass\n@dataclass\nclass AParams:\n    x: int = 1\n\n"
        "    def __post_init__(self):\n        super().__post_init__()\n"
        "        self.double, self.x = 2 * self.x, 3\n"
    )
    scope = {"__name__": "here"}
    exec(compile(after, "here.py", "exec"), scope)
    assert scope["AParams"](x=4).double == 8
    assert "super()" not in after
    assert "def post_init(self):" in after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("AParams(1, y=2)", "AParams(x=1, y=2)"),
        ("AdamOptimizer(1.0, epsilon=1e-7)", "AdamParams(clip_norm=1.0, epsilon=1e-7)"),
        ("AdamOptimizer(global_clip_norm=5)", "AdamParams(clip_global_norm=5)"),
        ("DataPipelineParams(8, mode=PipelineMode.TRAINING)", "DataPipelineParams(batch_size=8)"),
        ("a.progress_bar_mode == 1", "a.progress == 1"),
        ("a.params.to_json()", "to_json(a.params)"),
        ("AParams.from_dict(data)", "from_dict(AParams, data)"),
        ("frame.to_dict()", "frame.to_dict()"),
        (
            "data.create_pipeline(DataPipelineParams(mode=M, limit=2), g)",
            "data.create_pipeline(M, DataPipelineParams(limit=2), g)",
        ),
        ("tf.TensorSpec([None], tf.string)", "ArraySpec([None], str)"),
        ("tf.TensorSpec((3,), name='x')", "ArraySpec((3,), name='x', dtype=\"float32\")"),
        ("DistributionStrategy.CENTRAL_STORAGE", '"central_storage"'),
        ("layer.add_weight('kernel', shape=[2])", "layer.add_weight(name='kernel', shape=[2])"),
        ("TrainerParams[A, B]", "TrainerParams[A, B]"),
        ("DataPipeline[A]", "DataPipeline"),
        ("tfaip.Sample(inputs=1)", "Sample(inputs=1)"),
    ],
)
def test_an_expression_gets_its_form_of_today(before, after):
    text = (
        PARAMS + "import tensorflow as tf\nimport tfaip\nfrom tfaip import PipelineMode, TrainerParams\n"
        "from tfaip.device.device_config import DistributionStrategy\n"
        "from tfaip.data.databaseparams import DataPipelineParams\n"
        "from tfaip.data.pipeline.datapipeline import DataPipeline\n"
        "from tfaip.trainer.optimizer import AdamOptimizer\n"
        "@pai_dataclass\n@dataclass\nclass AParams:\n    x: int = 1\n    y: int = 2\n\n\n"
    )
    assert upgraded(f"{text}made = {before}\n").endswith(f"\nmade = {after}\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("p.samples_per_epoch = -1", "p.samples_per_epoch = None"),
        ("p.progress_bar_mode = 2", 'p.progress = "lines"'),
        ("p.early_stopping.n_to_go = -1", "p.early_stopping.n_to_go = -1"),
        ("p.export_best = None", "p.export_best = True"),
        ("p.learning_rate.learning_circle = 2", "p.learning_rate.learning_cycle = 2"),
        (
            "p.early_stopping.monitor = 'loss'",
            "# tfaip-upgrade: `EarlyStoppingParams.monitor` of tfaip 1.2 is gone; use instead: "
            "`ModelBase._best_logging_settings` returns it",
        ),
        ("p.current_epoch = 1", ""),
    ],
)
def test_an_assigned_option_gets_its_name_and_value_of_today(before, after):
    text = f"from tfaip import TrainerParams\n\ndef change(p: TrainerParams):\n    {before}\n    return p\n"
    expected = f"    {after}\n" if after else ""
    assert (
        upgraded(text)
        == f"from tfaip.trainer import TrainerParams\n\ndef change(p: TrainerParams):\n{expected}    return p\n"
    )


MODEL = (
    "from tfaip.model.modelbase import ModelBase\n\nclass MyModel(ModelBase[P]):\n"
    "    def create_graph(self, params): ...\n"
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "def _loss(self, inputs_targets, outputs):\n    return {'l': inputs_targets['gt']}",
            "def _loss(self, inputs, targets, outputs):\n    inputs_targets = {**inputs, **targets}\n"
            "    return {'l': inputs_targets['gt']}",
        ),
        (
            "def _metric(self, inputs, targets, outputs):\n    return {'acc': targets['gt']}",
            "def _metric(self):\n    return {'acc': MetricDefinition.mean(lambda inputs, targets, outputs: "
            "targets['gt'])}",
        ),
        (
            "def _target_output_metric(self):\n    return {'acc': ('gt', 'pred', metric)}",
            "def _metric(self):\n    return {'acc': MetricDefinition(*('gt', 'pred', metric))}",
        ),
        (
            "def _print_evaluate(self, inputs, outputs, targets, data, print_fn):\n    print_fn(targets)",
            "def _print_evaluate(self, sample, data, print_fn=print):\n"
            "    if sample.targets is None:  # a prediction\n        return\n"
            "    inputs, outputs, targets = sample.inputs, sample.outputs, sample.targets\n"
            "    print_fn(targets)",
        ),
        (
            "def pre_proc_targets(self, inputs, targets):\n    return targets",
            "def _pre_proc_targets(self, inputs, targets):\n    return targets",
        ),
        (
            "def _loss_weights(self, extra):\n    return extra",
            "# tfaip-upgrade: `ModelBase._loss_weights` must be written as `def _loss_weights(self)`\n"
            "def _loss_weights(self, extra):\n    return extra",
        ),
        (
            "def add_all_losses(self, x):\n    return x",
            "# tfaip-upgrade: `ModelBase.add_all_losses` is a hook of tfaip 1.2 "
            "that nothing calls any more: `_loss` returns all losses by name\n"
            "def add_all_losses(self, x):\n    return x",
        ),
    ],
)
def test_a_hook_of_a_model_gets_its_form_of_today(before, after):
    text = MODEL + textwrap.indent(before, "    ") + "\n"
    assert upgraded(text).partition(": ...\n")[2] == textwrap.indent(after, "    ") + "\n"


def test_metrics_that_a_method_computes_together_become_means_of_its_results():
    after = upgraded(
        MODEL + "    def _metric(self, inputs, targets, outputs):\n"
        "        found = {'a': 1}\n        found['b'] = 2\n        return found\n"
    )
    assert "    def metric_values(self, inputs, targets, outputs):\n        found = {'a': 1}" in after
    assert "return {name: mean(name) for name in ('a', 'b',)}" in after


def test_a_processor_of_three_arguments_returns_a_sample():
    after = upgraded(
        "from tfaip.data.pipeline.processor.dataprocessor import MappingDataProcessor\n"
        "class P(MappingDataProcessor[A]):\n    def apply(self, inputs, targets, meta):\n"
        "        return inputs + 1, targets\n"
    )
    assert after.endswith(
        "    def apply(self, sample):\n"
        "        inputs, targets, meta = sample.inputs, sample.targets, sample.meta\n"
        "        return sample.new_inputs(inputs + 1).new_targets(targets)\n"
    )


def test_random_numbers_of_a_processor_are_those_of_the_sample():
    after = upgraded(
        "import numpy as np\nfrom tfaip.data.pipeline.processor.dataprocessor import MappingDataProcessor\n"
        "class P(MappingDataProcessor[A]):\n    def apply(self, s):\n"
        "        return s.new_inputs(np.random.randint(3))\n"
        "    def other(self):\n        return np.random.randint(3), np.random.randn(*self.shape)\n"
        "class Q(P):\n    def apply(self, s):\n        return np.random.randn(*s.inputs.shape)\n"
    )
    assert "s.new_inputs(s.rng.integers(3))" in after
    assert "return np.random.randint(3), np.random.randn(*self.shape)" in after
    assert "return s.rng.standard_normal((*s.inputs.shape,))" in after


def test_defaults_of_data_are_set_by_the_scenario_in_another_module():
    scenario = """
        from tfaip.scenario.scenariobase import ScenarioBase
        class S(ScenarioBase[P, T]):
            pass
    """
    data = """
        from tfaip import DataBaseParams
        from tfaip.data.data import DataBase
        class DParams(DataBaseParams):
            pass
        class D(DataBase[DParams]):
            @classmethod
            def default_params(cls):
                params = super().default_params()
                return params
    """
    after = upgrade_sources({"pack.scenario": textwrap.dedent(scenario), "pack.data": textwrap.dedent(data)})
    assert "        from .data import D\n        params.data = D.default_data_params()\n" in after["pack.scenario"]
    assert "def default_data_params(cls):\n        params = DParams()\n" in after["pack.data"]
    assert "    def cls(self):\n        return D\n" in after["pack.data"]


def test_a_name_that_is_gone_leaves_the_sentence_of_the_guide():
    after = upgraded("from tfaip.util.testing.workdir import workdir_path\nworkdir_path()\n")
    assert after.startswith("# tfaip-upgrade: `workdir_path` of tfaip 1.2 is gone; use instead: ")


def test_modules_of_today_and_of_others_are_left_alone():
    text = (
        "from tfaip.pipeline import Sample\nfrom tfaip.trainer.schedules.constant import Constant\n"
        "import keras\nfrom other.tfaip import AdamOptimizer\nmade = Constant, Sample, keras, AdamOptimizer\n"
    )
    assert upgraded(text) == text


def test_type_variables_are_imported_by_their_names_of_today():
    after = upgraded(
        PARAMS + "from typing import Generic\nfrom tfaip.scenario.scenariobase import ScenarioBase, TScenarioParams\n"
        "from tfaip.trainer.params import TTrainerPipelineParams\nfrom tfaip.model.modelbase import TMP, ModelBase\n"
        "class S(ScenarioBase[TScenarioParams, TTrainerPipelineParams], Generic[TScenarioParams]):\n    pass\n\n"
        "class M(ModelBase[TMP]):\n    pass\n"
    )
    names = ["ModelBase", "ScenarioBase", "TModelParams", "TScenarioParams", "TTrainerPipelineParams"]
    assert "from tfaip.model import (\n" + "".join(f"    {name},\n" for name in names) in after
    assert "class M(ModelBase[TModelParams])" in after


def test_the_constructor_of_a_trainer_takes_no_restore():
    before = (
        PARAMS + "from tfaip.trainer.trainer import Trainer\n"
        "class A(Trainer):\n    def __init__(self, params, scenario, restore=False):\n"
        "        super(A, self).__init__(params, scenario, restore)\n        self.n = 1\n\n"
        "class B(Trainer):\n    def __init__(self, params, scenario, restore=False, *, n=2):\n"
        "        super().__init__(params, scenario, restore=restore)\n        self.n = n\n"
    )
    after = upgraded(before)
    assert "    def __init__(self, params, scenario):\n        super(A, self).__init__(params, scenario)\n" in after
    assert "    def __init__(self, params, scenario, *, n=2):\n        super().__init__(params, scenario)\n" in after
    assert "# tfaip-upgrade" not in after
    used = upgraded(before.replace("self.n = 1", "self.n = restore"))
    assert "# tfaip-upgrade: `Trainer(params, scenario)` has no argument `restore`" in used


def test_private_modules_of_keras_become_public_ones():
    after = upgraded(
        "from tensorflow.python.keras import backend as K\nfrom tensorflow.python.keras.layers import Dense\n"
        "from tensorflow.python.keras.engine.base_layer import Layer\nmade = K, Dense, Layer\n"
    )
    assert after == (
        "from tensorflow.keras import backend as K\nfrom tensorflow.keras.layers import Dense\n"
        "# tfaip-upgrade: Keras 3 has no `tensorflow.python.keras`: import from `keras`\n"
        "from tensorflow.python.keras.engine.base_layer import Layer\nmade = K, Dense, Layer\n"
    )


def test_parameters_below_others_are_written_by_functions():
    after = upgraded(
        PARAMS + "from tfaip import DataBaseParams\nfrom tfaip.scenario.scenariobase import ScenarioBase\n"
        "@pai_dataclass\n@dataclass\nclass CodecParams:\n    size: int = 1\n\n"
        "@pai_dataclass\n@dataclass\nclass DParams(DataBaseParams):\n"
        "    codec: CodecParams = field(default_factory=CodecParams)\n\n"
        "class S(ScenarioBase[P, T]):\n    def texts(self, frame):\n"
        "        return self.params.data.codec.to_json(), self._params.model.to_dict(), frame.data.to_dict()\n"
    )
    assert "return to_json(self.params.data.codec), to_dict(self.params.model), frame.data.to_dict()" in after


def test_stored_parameters_and_load_and_validate_are_called_as_today():
    after = upgraded(
        "from tfaip.scenario.scenariobase import ScenarioBase\nfrom tfaip.lav.params import LAVParams\n"
        "class S(ScenarioBase[P, T]):\n    pass\n\n"
        "params = S.params_from_path(path)\nother = S.params_from_dict({})\nmine = frame.params_from_dict({})\n"
        "lav = S.create_lav(LAVParams(model_path=path, silent=True), params)\n"
    )
    assert after.endswith(
        "params = S.from_path(path).params\nother = S.from_dict({}).params\nmine = frame.params_from_dict({})\n"
        "lav = S.create_lav(path, LAVParams(silent=True))\n"
    )


def test_exported_keras_models_become_their_outputs():
    text = (
        "import tensorflow as tf\nfrom tfaip.model.modelbase import ModelBase\n"
        "class M(ModelBase[P]):\n    def create_graph(self, params):\n        return Graph(params)\n\n"
        "    def _export_graphs(self, inputs, outputs, targets):\n        del targets\n"
        '        return {"default": tf.keras.models.Model(inputs=inputs, outputs=outputs)}\n'
    )
    assert upgraded(text).endswith('        return {"default": outputs}\n')
    some = upgraded(text.replace("inputs=inputs", 'inputs={"img": inputs["img"]}'))
    assert "# tfaip-upgrade: `_export_graphs` returns the outputs that each label exports" in some


def test_a_former_hook_that_calls_the_base_class_alone_goes():
    after = upgraded(
        "from tfaip.scenario.scenariobase import ScenarioBase\n"
        "class S(ScenarioBase[P, T]):\n    @classmethod\n    def create_data(cls, data_params):\n"
        '        """Make the data."""\n        return super().create_data(data_params)\n\n'
        "    @classmethod\n    def print_params(cls):\n        super(S, cls).print_params()\n\n    n = 1\n"
    )
    assert after.endswith("class S(ScenarioBase[P, T]):\n    n = 1\n")


def test_a_name_of_a_former_module_that_nothing_uses_is_not_imported():
    assert upgraded("from tfaip.data.data import DataBase, TSomething\nD = DataBase\n") == (
        "from tfaip.pipeline import DataBase\nD = DataBase\n"
    )


def test_classes_of_the_trainer_and_the_predictor_get_their_form_of_today():
    after = upgraded(
        PARAMS + "from tfaip.trainer.trainer import Trainer\nfrom tfaip.trainer.params import TrainerParams\n"
        "from tfaip.predict.multimodelpredictor import MultiModelPredictor\n"
        "from tfaip.scenario.scenariobase import ScenarioBase\n"
        "@pai_dataclass\n@dataclass\nclass MyParams(TrainerParams[P, T]):\n    x: int = 1\n\n"
        "class MyTrainer(Trainer):\n    @staticmethod\n    def params_cls():\n        return MyParams\n\n"
        "    def setup_callbacks(self, optimizer, callbacks=None):\n"
        "        callbacks = super().setup_callbacks(optimizer, callbacks)\n        return [*callbacks, self.data]\n\n"
        "class Multi(MultiModelPredictor):\n    @classmethod\n    def create_voter(cls, data_params):\n"
        "        return cls.voter(data_params)\n\n"
        "class S(ScenarioBase[P, T]):\n    @classmethod\n    def trainer_cls(cls):\n        return MyTrainer\n"
    )
    assert "@params\nclass MyParams(TrainerParams[P, T]):\n    x: int = 1\n\n" in after
    assert (
        "class MyTrainer(Trainer):\n    def create_callbacks(self):\n        callbacks = super().create_callbacks()\n"
        "        return [*callbacks, self.scenario.data]\n"
    ) in after
    assert ("    def create_voter(self):\n        data_params = self.data.params\n        cls = type(self)\n") in after
    assert (
        "    def default_trainer_params(cls):\n        return MyParams("
        "scenario=cls.tagged(cls.default_params()), gen=cls.trainer_pipeline_params_cls()())\n"
    ) in after


def test_callbacks_of_a_lav_are_added_by_its_constructor():
    after = upgraded(
        "from tfaip.lav.lav import LAV\nclass MyLAV(LAV):\n    def _custom_callbacks(self):\n"
        "        return [*super()._custom_callbacks(), print]\n"
    )
    assert after.endswith(
        "class MyLAV(LAV):\n    def __init__(self, *args, **kwargs):\n        super().__init__(*args, **kwargs)\n"
        "        self.callbacks += self.custom_callbacks()\n\n    def custom_callbacks(self):\n"
        "        return [*[], print]\n"
    )


def test_control_flow_on_tensors_in_a_graph_gets_a_comment():
    after = upgraded(
        "import tensorflow as tf\nfrom tfaip.model.graphbase import GraphBase\nclass G(GraphBase[P]):\n"
        "    def call(self, inputs):\n        if tf.reduce_any(inputs['x']):\n            return {}\n"
        "        if self.params.deep:\n            return {}\n"
    )
    assert after.count("# tfaip-upgrade: there is no autograph") == 1


def test_keras_2_becomes_keras_3():
    after = upgraded(
        "from tensorflow import keras\nclass Rate(keras.metrics.Metric):\n    def __init__(self):\n"
        "        self.n = self.add_weight('n', initializer='zeros')\n\n    def reset_states(self):\n        pass\n\n"
        "loss = keras.losses.MeanSquaredError(reduction=keras.losses.Reduction.NONE)\n"
        "layer = keras.layers.experimental.preprocessing.Rescaling(2)\n"
    )
    assert "self.add_weight(name='n', initializer='zeros')" in after
    assert "def reset_state(self):" in after
    assert 'MeanSquaredError(reduction="none")' in after
    assert "layer = keras.layers.Rescaling(2)" in after


def test_an_evaluator_whose_context_returned_nothing_returns_itself():
    after = upgraded(
        "from tfaip.evaluator.evaluator import EvaluatorBase\nclass E(EvaluatorBase[P]):\n"
        "    def __enter__(self):\n        self.n = 0\n"
    )
    assert after.endswith("        self.n = 0\n        return self\n")


def test_names_of_the_older_tools_may_have_another_name_in_the_file():
    after = upgraded(
        "from paiargparse import pai_dataclass, pai_meta as meta\nfrom dataclasses import dataclass as dc, field as f\n"
        "from tfaip.data.data import DataBase as Base\n"
        "@pai_dataclass\n@dc\nclass AParams:\n    x: int = f(default=1, metadata={**meta(help='x'), 'own': 1})\n\n"
        "class A(Base[AParams]):\n    @staticmethod\n    def params_cls():\n        return AParams\n"
    )
    assert "    x: int = field(default=1, help='x', metadata={'own': 1})\n" in after
    assert after.endswith("class A(DataBase[AParams]):\n    pass\n")


def test_a_class_within_a_function_is_upgraded():
    after = upgraded(
        "def make():\n    from paiargparse import pai_dataclass\n    from dataclasses import dataclass\n"
        "    @pai_dataclass\n    @dataclass\n    class A:\n        x: int = 1\n    return A\n"
    )
    assert after.endswith("def make():\n    @params\n    class A:\n        x: int = 1\n    return A\n")


@pytest.mark.parametrize("folder", ["examples/tutorial", "src/tfaip/templates/general"])
def test_code_of_today_stays_as_it_is(folder):
    assert [each.path for each in upgrade_path(ROOT / folder) if each.after != each.before] == []


@pytest.mark.parametrize("scenario", ["ocr", "words"])
def test_a_whole_scenario_is_upgraded_once(scenario):
    texts = {path.removesuffix(".py").replace("/", "."): text for path, text in files_of(scenario).items()}
    after = upgrade_sources(texts)
    assert upgrade_sources(after) == after
    for name, text in after.items():
        compile(text, name, "exec")
        code = "".join(line for line in text.splitlines(keepends=True) if not line.strip().startswith("#"))
        assert "paiargparse" not in code
        assert "dataclasses.field" not in code


def test_the_diff_changes_nothing(tmp_path, capsys):
    write_scenario("words", tmp_path)
    file = tmp_path / "old_words" / "scenario.py"
    before = file.read_bytes()
    main([str(tmp_path / "old_words"), "--diff"])
    assert file.read_bytes() == before
    printed = capsys.readouterr().out
    assert "-@paiargparse.pai_dataclass\n" in printed
    assert "+@params\n" in printed


def test_files_are_rewritten_in_place_with_their_encoding_line_ends_and_permissions(tmp_path, capsys):
    file = tmp_path / "old.py"
    file.write_bytes("# coding: latin-1\r\nfrom tfaip import Sample\r\nname = 'é'\r\n".encode("latin-1"))
    file.chmod(0o640)
    main([str(file)])
    assert file.read_bytes() == "# coding: latin-1\r\nfrom tfaip.pipeline import Sample\r\nname = 'é'\r\n".encode(
        "latin-1"
    )
    assert file.stat().st_mode & 0o777 == 0o640
    assert "1 of 1 files rewritten, 0 comments" in capsys.readouterr().out
    assert [each.name for each in tmp_path.iterdir()] == ["old.py"]


def test_one_file_is_upgraded_with_what_its_package_says(tmp_path):
    write_scenario("ocr", tmp_path)
    (model,) = upgrade_path(tmp_path / "old_ocr" / "model" / "model.py")
    assert "return params.graph_cls()(params)" in model.after


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("bad.py", b"def :\n", "bad.py:1: the file must be Python"),
        ("bytes.py", b"name = '\xff'\n", "bytes.py can't be read"),
    ],
)
def test_a_file_that_is_no_python_leaves_all_files_as_they_are(name, content, message, tmp_path, capsys):
    (tmp_path / "good.py").write_text("from tfaip import Sample\n")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path)])
    assert ended.value.code == 2
    assert message in " ".join(capsys.readouterr().err.split())
    assert (tmp_path / "good.py").read_text() == "from tfaip import Sample\n"


def test_a_missing_path_is_one_message(tmp_path):
    with pytest.raises(UpgradeError, match="PATH must be a folder or a file of Python"):
        upgrade_path(tmp_path / "missing")


def test_the_command_says_what_to_install(tmp_path, monkeypatch, capsys):
    for name in [name for name in sys.modules if name.startswith(("tfaip.upgrade", "libcst"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "libcst", None)
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path)])
    assert ended.value.code == 2
    assert "tfaip-upgrade needs libcst: pip install 'tfaip[upgrade]'" in " ".join(capsys.readouterr().err.split())
