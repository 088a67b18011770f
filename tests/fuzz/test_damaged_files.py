"""500 damaged files of each kind: each ends in a right result or in a sentence, at once and in little memory.

`nox -s fuzz` runs it; the damage is the same in every run. FUZZ_COUNT sets another number of files.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from mutations import damaged_bytes, damaged_json, damaged_text, damaged_zip
from tfaip.params import UserError, load, save

COUNT = int(os.environ.get("FUZZ_COUNT", "500"))
SECONDS = 2.0
MEMORY = 500 << 20

Damage = Callable[[bytes, int], bytes]


def check(path: Path, damage: Damage, read: Callable[[], Any], repair: Callable[[], Any] = lambda: None) -> None:
    """Damage a file in many ways and read it each time; nothing but a `UserError` may come of it."""
    whole = path.read_bytes()
    repair()
    read()
    wrong = []
    refused = 0
    for number in range(COUNT):
        path.write_bytes(damage(whole, number))
        repair()
        memory = _reset_peak()
        signal.setitimer(signal.ITIMER_REAL, 10 * SECONDS)
        begun = time.process_time()
        try:
            read()
        except UserError:
            refused += 1
        except Exception as error:
            wrong.append(f"{number}: {type(error).__name__}: {str(error)[:200]}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        if (seconds := time.process_time() - begun) > SECONDS:
            wrong.append(f"{number}: took {seconds:.1f} s")
        if (taken := _memory("VmHWM") - memory) > MEMORY:
            wrong.append(f"{number}: took {taken >> 20} MiB")
    path.write_bytes(whole)
    assert not wrong, f"{len(wrong)} of {COUNT} files:\n" + "\n".join(wrong[:30])
    assert refused > COUNT / 10, "hardly a file was damaged"


def _reset_peak() -> int:
    """Let the kernel measure the peak from now on, and return the memory in use: bytes."""
    Path("/proc/self/clear_refs").write_text("5")
    return _memory("VmRSS")


def _memory(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(name))


@pytest.fixture(autouse=True)
def hang_is_an_error() -> Any:
    def late(*_: object) -> None:
        raise TimeoutError("it hangs")

    before = signal.signal(signal.SIGALRM, late)
    yield
    signal.signal(signal.SIGALRM, before)


@pytest.mark.filterwarnings("ignore::tfaip.params.ParamsWarning")
@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    ("suffix", "damage"),
    [("json", damaged_text), ("json", damaged_json), ("yaml", damaged_text), ("toml", damaged_text)],
    ids=["json text", "json values", "yaml", "toml"],
)
def test_parameters(tmp_path: Path, suffix: str, damage: Damage, strict: bool) -> None:
    from tfaip.model.testing.points.scenario import PointsScenario
    from tfaip.trainer import TrainerParams

    path = tmp_path / f"trainer_params.{suffix}"
    save(PointsScenario.default_trainer_params(), path)
    check(path, damage, lambda: load(TrainerParams, path, strict=strict))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tfaip.model.stored.export import export_bundle
    from tfaip.model.testing.points.scenario import PointsScenario

    scenario = PointsScenario(PointsScenario.tagged(PointsScenario.default_params()))
    model = scenario.create_model()
    return export_bundle(
        tmp_path_factory.mktemp("bundle") / "best", scenario, model, model.build_graph(scenario.data)
    ).path


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("bundle.json", damaged_text),
        ("bundle.json", damaged_json),
        ("scenario_params.json", damaged_json),
        ("weights.h5", damaged_bytes),
    ],
)
def test_bundles(bundle: Path, name: str, damage: Damage) -> None:
    from tfaip.model import Bundle, load_scenario_params, load_weights

    def read() -> None:
        load_scenario_params(bundle)
        load_weights(bundle)
        Bundle.at(bundle).verify()

    check(bundle / name, damage, read)


def test_weights_whose_manifest_was_written_for_them(bundle: Path) -> None:
    from tfaip.model import load_weights
    from tfaip.model.bundle.manifest import Manifest

    check(bundle / "weights.h5", damaged_bytes, lambda: load_weights(bundle), lambda: Manifest.write(bundle))
    Manifest.write(bundle)


@pytest.mark.parametrize("name", ["saved_model.pb", "variables/variables.index", "fingerprint.pb"])
def test_saved_models_are_behind_the_manifest(bundle: Path, name: str) -> None:
    from tfaip.model import load_prediction_function

    def read() -> None:
        load_prediction_function(bundle)

    path = bundle / "serve" / name
    whole = path.read_bytes()
    for number in range(50):
        damaged = damaged_bytes(whole, number)
        if damaged != whole:
            path.write_bytes(damaged)
            with pytest.raises(UserError, match="not as it was exported"):
                read()
    path.write_bytes(whole)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import keras

    from tfaip.trainer.folder.checkpoint import Checkpoints

    groups = {"graph": [keras.Variable(np.ones((4, 5), np.float32), name="kernel")], "optimizer": []}
    folder = tmp_path_factory.mktemp("checkpoint")
    return Checkpoints(folder).write(3, {"epoch": 1, "logs": {"loss": 0.5}}, groups["graph"], groups).path


@pytest.mark.parametrize(
    ("name", "damage", "repaired"),
    [
        ("manifest.json", damaged_json, False),
        ("manifest.json", damaged_text, False),
        ("trainer_state.json", damaged_json, True),
        ("trainer_state.json", damaged_text, True),
        ("variables.h5", damaged_bytes, True),
        ("weights.h5", damaged_bytes, True),
    ],
)
def test_checkpoints(checkpoint: Path, name: str, damage: Damage, repaired: bool) -> None:
    import keras

    from tfaip.trainer.folder.checkpoint import FILES, Checkpoints
    from tfaip.trainer.warm_start.stored_weights import read_stored_weights

    restored = {"graph": [keras.Variable(np.zeros((4, 5), np.float32), name="kernel")], "optimizer": []}

    def repair() -> None:
        sums = {file: hashlib.sha256((checkpoint / file).read_bytes()).hexdigest() for file in FILES}
        (checkpoint / "manifest.json").write_text(json.dumps(sums))

    def read() -> None:
        newest = Checkpoints(checkpoint.parent).newest()
        newest.state()
        newest.restore(restored)
        read_stored_weights(checkpoint.parent)

    check(checkpoint / name, damage, read, repair if repaired else lambda: None)


@pytest.mark.parametrize("kind", ["weights.h5", "keras"])
def test_files_of_keras(tmp_path: Path, kind: str) -> None:
    import keras

    from tfaip.trainer.warm_start.stored_weights import read_stored_weights

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, name="dense")])
    path = tmp_path / f"model.{kind}"
    (model.save if kind == "keras" else model.save_weights)(path)
    damage: Damage = (
        (lambda content, number: damaged_zip(content, number, damaged_bytes)) if kind == "keras" else damaged_bytes
    )
    check(path, damage, lambda: read_stored_weights(path))


@pytest.mark.parametrize("name", ["samples.jsonl", "arrays/0.npz"])
def test_dumps(tmp_path: Path, name: str) -> None:
    from tfaip.pipeline import Sample
    from tfaip.predict.dump import DumpReader, DumpWriter

    with DumpWriter(tmp_path / "dump") as writer:
        for number in range(20):
            outputs = {"a": np.full(7, number, np.float32), "n": number, "text": "abc", "list": [1, {"b": b"x"}]}
            writer.write(Sample(outputs=outputs, meta={"path": f"{number}.png"}))
    damage: Damage = damaged_text
    if name.endswith("npz"):
        damage = lambda content, number: damaged_zip(content, number, damaged_bytes)  # noqa: E731 - as the others
    # A cut ends the reading with a warning, and is no error.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tfaip.predict.dump.reader.DumpReader.__iter__", _counted(DumpReader.__iter__))
        check(tmp_path / "dump" / name, damage, lambda: list(DumpReader(tmp_path / "dump")))


def _counted(iterate: Any) -> Any:
    def samples(self: Any) -> Any:
        yield from iterate(self)
        if not self.is_complete:
            raise UserError("the dump was cut off")

    return samples


def test_workbooks(tmp_path: Path) -> None:
    from tfaip.experimenter import read_sheet

    workbook = openpyxl.Workbook()
    for row in (
        ["COMMAND", "ID", "SKIP", "CLEANUP", "PARAMS", None],
        [None, None, None, None, "default", None],
        [None, None, None, None, "lr", "name"],
        ["train", 1, None, True, 0.1, "x"],
        ["train", 2, None, None, None, "y"],
    ):
        workbook.active.append(row)
    workbook.active.merge_cells("E4:E5")
    workbook.save(tmp_path / "runs.xlsx")
    check(tmp_path / "runs.xlsx", damaged_zip, lambda: read_sheet(tmp_path / "runs.xlsx"))
