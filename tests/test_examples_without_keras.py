"""Parameters, data and processors of the examples work where TensorFlow and Keras are missing."""

import json
import subprocess
import sys

from commands import AS_A_PERSON, ROOT

MISSING = ["h5py", "keras", "keras_hub", "tensorboard", "tensorflow", "tf2onnx"]
MADE_OF_KERAS = {"cnn", "graph", "mlp", "model", "recurrent_decoder", "trainer", "transformer_decoder"}
MADE_OF_KERAS |= {"transformer_encoder"}
PROGRAM = """if True:
    import importlib, json, sys
    missing, modules, scenarios = json.loads(sys.argv[1])
    sys.modules.update(dict.fromkeys(missing))
    from tfaip.model import find_scenario
    from tfaip.pipeline import DataPipelineParams, PipelineMode
    from tfaip.pipeline.running.single_samples import SingleSamples
    for module in modules:
        importlib.import_module(module)
    for name in scenarios:
        scenario = find_scenario(name)
        made = scenario(scenario.default_params())
        generator = scenario.predict_generator_params()
        pipeline = made.data.create_pipeline(PipelineMode.PREDICTION, DataPipelineParams(num_processes=0), generator)
        SingleSamples(made.data, PipelineMode.PREDICTION)
        generator.cls(), scenario.create_evaluator(made.params.evaluator)
        print(name)
"""


def test_all_that_a_bundle_of_an_example_needs_does_without_keras():
    files = sorted(path for path in ROOT.glob("examples/**/*.py") if not {"tests", "__init__.py"} & set(path.parts))
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files]
    scenarios = [name for name in modules if name.endswith((".scenario", ".digits"))]
    light = [name for name in modules if name.rpartition(".")[2] not in MADE_OF_KERAS]
    assert len(scenarios) >= 8
    assert {name.partition(".")[0] for name in light} == {"examples"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps([MISSING, light, scenarios])],
        cwd=ROOT,
        env=AS_A_PERSON,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.split() == scenarios
