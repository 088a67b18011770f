"""Files that are named and missing are told by each command before TensorFlow loads."""

import sys
from importlib import import_module

import pytest

import tfaip.model.scenario.scenario as scenario_module
from examples.atr.scenario import ATRScenario
from tfaip.model.evaluator import Evaluator, EvaluatorParams, counting, figures_of
from tfaip.params import UserError, save
from tfaip.predict import LAVParams, PredictorParams

MISSING = ["--train.image_files", "there/is/none*.png"]


@pytest.fixture
def told(monkeypatch, capsys):
    """What a command says that ends before it loads TensorFlow, with exit code 2."""

    def run(module, *words):
        command = import_module(module)
        for name in ("tfaip.predict.cli.prediction", "tfaip.predict.cli.validation", module):
            loading = import_module(name)
            if hasattr(loading, "import_tensorflow"):
                monkeypatch.setattr(loading, "import_tensorflow", lambda: pytest.fail("it loads TensorFlow"))
                monkeypatch.setattr(loading, "log_to_console", lambda: None)
        with pytest.raises(SystemExit) as ended:
            command.main(list(map(str, words)))
        assert ended.value.code == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1, said
        return said

    return run


@pytest.fixture
def params(tmp_path):
    params = ATRScenario.default_trainer_params()
    params.output_dir = tmp_path / "run"
    ATRScenario.tagged(params.scenario)
    return params


@pytest.fixture
def bundle(params, tmp_path):
    folder = tmp_path / "bundle"
    (folder / "resources").mkdir(parents=True)
    params.scenario.data = ATRScenario(params.scenario).data.dump_resources(folder)
    save(params.scenario, folder / "scenario_params.json")
    return folder


@pytest.mark.parametrize("also", [[], ["--check"], ["--trainer.overwrite"]])
def test_a_training_names_them(told, tmp_path, also):
    words = ["examples.atr", "--trainer.output_dir", tmp_path / "run", *also]
    assert "no file matches 'there/is/none*.png'" in told("tfaip.trainer.cli.train", *words, *MISSING)
    assert "no file matches 'a/b'" in told("tfaip.trainer.cli.train", *words, "--val.image_files", "a/b")
    assert "warmstart.model must be a folder or a file, but a/b is not there" in told(
        "tfaip.trainer.cli.train", *words, "--warmstart.model", "a/b"
    )
    assert not (tmp_path / "run").exists()


def test_resuming_and_training_from_parameters_name_them(told, params):
    params.output_dir.mkdir()
    path = params.output_dir / "trainer_params.json"
    save(params, path)
    assert "no file matches 'there/is/none*.png'" in told(
        "tfaip.trainer.cli.resume_training", params.output_dir, *MISSING
    )
    again = ["--trainer.output_dir", params.output_dir.parent / "again"]
    assert "no file matches 'there/is/none*.png'" in told("tfaip.trainer.cli.train_from_params", path, *again, *MISSING)
    assert "there is no such folder" in told("tfaip.trainer.cli.resume_training", params.output_dir.parent / "other")


@pytest.mark.parametrize("command", ["predict", "lav"])
def test_prediction_and_validation_name_them(told, bundle, command):
    words = ["--export_dir", bundle, "--data.image_files", "there/is/none*.png"]
    assert "no file matches 'there/is/none*.png'" in told(f"tfaip.predict.cli.{command}", *words)


def test_several_bundles_are_looked_for_before_any_is_loaded(told, bundle):
    missing = bundle.with_name("missing")
    said = f"a bundle is a folder, but {missing} is not there"
    assert said in told("tfaip.predict.cli.predict", "--export_dir", bundle, missing)
    assert said in told("tfaip.predict.cli.multi_lav", "--export_dirs", bundle, missing)
    assert said in told("tfaip.model.cli.adapt_exported_model", "--export_dir", missing)


@pytest.fixture
def python(monkeypatch):
    """Python in which TensorFlow must not load."""
    monkeypatch.setattr(scenario_module, "import_tensorflow", lambda: pytest.fail("it loads TensorFlow"))
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)


def test_python_names_missing_files_of_a_training_before_tensorflow_loads(python, params):
    params.gen.train.image_files = ["there/is/none*.png"]
    with pytest.raises(UserError, match=r"there/is/none\*\.png"):
        ATRScenario.create_trainer(params)


@pytest.mark.parametrize("make", [ATRScenario.create_predictor, ATRScenario.create_lav])
def test_python_names_a_missing_bundle_before_tensorflow_loads(python, make, tmp_path):
    params = PredictorParams() if make == ATRScenario.create_predictor else LAVParams()
    with pytest.raises(UserError, match="a bundle is a folder, but .* is not there"):
        make(tmp_path / "none", params)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [("optimizer", "adam", "expects OptimizerParams, got 'adam'"), ("epochs", 2.5, "expects int, got 2.5")],
)
def test_python_names_a_wrong_assignment_before_tensorflow_loads(python, params, field, value, message):
    setattr(params, field, value)
    with pytest.raises(UserError, match=f"^TrainerParams.{field}: {message}$"):
        ATRScenario.create_trainer(params)


@pytest.mark.parametrize(
    ("hook", "value", "message"),
    [
        ("default_params", None, "default_params must return an object of the scenario's parameters, got None"),
        ("trainer_pipeline_params_cls", None, "trainer_pipeline_params_cls must return a class, got None"),
    ],
)
def test_a_wrong_result_of_a_hook_of_a_scenario_is_one_sentence(monkeypatch, hook, value, message):
    monkeypatch.setattr(ATRScenario, hook, classmethod(lambda cls: value))
    with pytest.raises(UserError, match=rf"^ATRScenario\.{message}"):
        ATRScenario.default_trainer_params()


def test_a_scenario_whose_prediction_has_no_samples_is_named(monkeypatch):
    monkeypatch.setattr(ATRScenario, "default_predict_generator_params", classmethod(lambda cls: None))
    message = r"^ATRScenario\.default_predict_generator_params must return parameters of a generator, got None"
    for asked in (ATRScenario.predict_generator_params, ATRScenario.predict_generator_params_cls):
        with pytest.raises(UserError, match=message):
            asked()


@pytest.mark.parametrize(
    ("hook", "value"), [("evaluator_cls", None), ("evaluator_kwargs", None), ("evaluator_kwargs", ["a"])]
)
def test_a_wrong_result_of_a_hook_of_the_evaluator_is_one_sentence(monkeypatch, hook, value):
    monkeypatch.setattr(ATRScenario, hook, classmethod(lambda cls: value))
    with pytest.raises(UserError, match=rf"^ATRScenario\.{hook} must return a "):
        ATRScenario.create_evaluator(EvaluatorParams())


def test_an_evaluator_that_is_none_is_named_by_the_hook_that_creates_it():
    with pytest.raises(UserError, match=r"^create_evaluator of the scenario must return an evaluator, got None"):
        counting(None).__enter__()


@pytest.mark.parametrize(("hook", "value"), [("result", None), ("result", 3), ("__enter__", None)])
def test_an_evaluator_that_returns_something_else_is_named(hook, value):
    evaluator = type("Mine", (Evaluator,), {hook: lambda self: value})(EvaluatorParams())
    with pytest.raises(UserError, match=rf"^Mine\.{hook} must return "), counting(evaluator) as counts:
        figures_of(counts)
