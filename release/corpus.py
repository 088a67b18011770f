"""Writes what users store today, for the tests of later versions: `python release/corpus.py NAME` (`nox -s corpus`).

Each package gets a folder `tests/corpus/NAME` with the kinds of files that its code writes. Later versions only read
these folders. They are never written again: a change that can't read them breaks a promise of docs/versions.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tfaip.params.testing import stored_classes

ROOT = Path(__file__).parents[1]
PACKAGES = ROOT / "packages"
# Stands for the folder that the queue ran in. Nothing in the corpus names a folder of a real machine.
PLACE = "/home/user/runs"


def main() -> None:
    """Write the corpus of all packages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="name of the new folders, the version for instance")
    name = parser.parse_args().name
    writers = {
        "params": write_params,
        "pipeline": write_pipeline,
        "model": write_model,
        "predict": write_predict,
        "trainer": write_trainer,
        "experimenter": write_experimenter,
    }
    for package, write in writers.items():
        folder = PACKAGES / package / "tests" / "corpus" / name
        folder.mkdir(parents=True)
        sys.path.insert(0, str(PACKAGES / package / "tests"))
        with tempfile.TemporaryDirectory() as scratch:
            os.chdir(scratch)
            write(folder)
            os.chdir(ROOT)
        sys.path.pop(0)
        if classes := stored_classes(f"tfaip.{package}"):
            write_json(folder / "classes.json", classes)
    files = [path for path in PACKAGES.glob(f"*/tests/corpus/{name}/**/*") if path.is_file()]
    print(f"{sum(path.stat().st_size for path in files) / 1000:.0f} kB in {len(files)} files")


def write_params(folder: Path) -> None:
    """Store parameters of all kinds in each format."""
    from stored_values import stored_params

    from tfaip.params import save

    for name, params in stored_params().items():
        for ending in ("json", "yaml", "toml"):
            save(params, folder / f"{name}.{ending}")


def write_pipeline(folder: Path) -> None:
    """Store the place in a shuffled stream of samples, and the samples that follow it."""
    import pipeline_cases as cases

    chain = [cases.DropEveryParams(), cases.RepeatParams(), cases.AddNoiseParams()]
    pipeline = cases.make_pipeline(*chain, generator=cases.NumbersParams(count=23), shuffle_buffer_size=5, seed=7)
    with pipeline.generate_input_batches(repeat=True) as batches:
        for _ in range(5):
            next(batches)
        state = batches.state()
        following = [next(batches).inputs["n"].ravel().tolist() for _ in range(8)]
    write_json(folder / "state.json", {"state": state, "following": following})


def write_model(folder: Path) -> None:
    """Export a bundle with a resource, one whose training differs from its prediction, and their outputs."""
    import numpy as np

    from tfaip.model import load_prediction_function
    from tfaip.model.testing.points.scenario import PointsScenario
    from tfaip.model.testing.sequences.scenario import SequencesScenario

    Path("names.txt").write_text("N\nSE\nSW\n", encoding="utf-8")
    points = training_params(PointsScenario)
    points.scenario.data.post_proc.processors[0].names = "names.txt"
    outputs = {}
    for name, scenario_cls, params, inputs in (
        ("points", PointsScenario, points, {"point": np.array([[0.1, 0.9], [0.8, -0.4], [-0.7, -0.6]], np.float32)}),
        ("sequences", SequencesScenario, training_params(SequencesScenario), {"first": np.array([[1], [4]])}),
    ):
        scenario_cls.create_trainer(params).train()
        shutil.move("run/export", folder / name)
        predicted = load_prediction_function(folder / name)(inputs)
        outputs[name] = {
            "inputs": {key: value.tolist() for key, value in inputs.items()},
            "outputs": {key: np.asarray(value).tolist() for key, value in predicted.items()},
        }
    write_json(folder / "outputs.json", outputs)


def write_predict(folder: Path) -> None:
    """Predict points with a bundle, and dump the samples with their inputs."""
    from predict_cases import points
    from tfaip.model.testing.points.scenario import PointsScenario
    from tfaip.predict import DumpWriter, PredictorParams

    PointsScenario.create_trainer(training_params(PointsScenario)).train()
    shutil.move("run/export", folder / "points")
    predictor = PointsScenario.create_predictor(folder / "points", PredictorParams())
    with DumpWriter(folder / "dump", inputs=True, notes={"made_of": "points"}) as dump:
        for sample in predictor.predict_raw(points()[:8]):
            dump.write(sample)


def write_trainer(folder: Path) -> None:
    """Train, keep the run as a kill in the fourth epoch would leave it, and note the logs of the whole run."""
    import keras

    from tfaip.model.testing.points.scenario import PointsScenario
    from tfaip.trainer import ReduceOnPlateauParams, SGDParams

    params = training_params(PointsScenario)
    params.epochs, params.keep_checkpoints, params.ema_decay, params.early_stopping.n_to_go = 6, 1, 0.9, 9
    params.gen.setup.train.batch_size, params.checkpoint_every_n_steps = 10, 2
    params.optimizer = SGDParams(momentum=0.9, clip_norm=1.0)
    params.learning_rate = ReduceOnPlateauParams(lr=0.05)

    class Keep(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: object = None) -> None:
            if int(self.model.optimizer.iterations) == 18:  # in the middle of the fourth epoch
                shutil.copytree("run", folder / "run", ignore=shutil.ignore_patterns("events", "*.log", ".lock"))

    trainer = PointsScenario.create_trainer(params)
    trainer.callbacks.append(Keep())
    trainer.train()
    lines = Path("run/metrics.jsonl").read_text(encoding="utf-8").splitlines()
    write_json(folder / "metrics.json", [json.loads(line) for line in lines])


def training_params(scenario_cls: Any) -> Any:
    """Return parameters of a short training that is the same each time."""
    params = scenario_cls.default_trainer_params()
    params.output_dir, params.overwrite, params.progress = Path("run"), True, "off"
    params.epochs, params.random_seed, params.steps_per_call = 3, 5, 1
    params.gen.setup.train.num_processes = params.gen.setup.val.num_processes = 0
    return params


def write_experimenter(folder: Path) -> None:
    """Run a workbook whose second row fails, and keep it with the state of its queue."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["COMMAND", "ID", "NOTE", "PARAMS"],
        [None, None, None, "default"],
        [None, None, None, "name"],
        ["echo hello", 1, "mine", "Ada"],
        ["./later", 2, None, "Grace Hopper"],
    ):
        sheet.append(row)
    book.save("runs.xlsx")
    Path("later").write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    Path("later").chmod(0o755)
    words = [sys.executable, "-m", "tfaip.experimenter", "--xlsx", "runs.xlsx", "--cpus", "0"]
    subprocess.run(words, capture_output=True, check=False)
    state = Path("runs.xlsx.experimenter")
    with sqlite3.connect(state / "queue.sqlite") as database:
        database.execute("UPDATE runs SET scheduler = '', folder = replace(folder, ?, ?)", (str(Path.cwd()), PLACE))
        database.commit()
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("VACUUM")
    database.close()
    shutil.copy("runs.xlsx", folder)
    shutil.copytree(state, folder / state)


def write_json(path: Path, value: Any) -> None:
    """Write a file that people can read."""
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
