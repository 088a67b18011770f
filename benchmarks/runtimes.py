"""Prediction by onnxruntime against prediction by TensorFlow, of one bundle, in turns.

    python benchmarks/runtimes.py [--data mnist_5k] [--rounds 5] [--threads 1]

Each contestant runs in a process of its own. All predict the same digits with the network of the tutorial:

    first prediction      from the start of the process to the first prediction by `Predictor.predict_raw`
    memory                the largest that the process has had in memory by then
    batches of 64         the model alone, on arrays that are ready
    Predictor, 64         `Predictor.predict` in one process: generator, processors, network, unbatching
    single                the model alone, one sample at a time
    raw()                 `Predictor.raw`, one sample at a time from one thread

Numbers are medians over the rounds, and ratios are medians of the ratios within each round.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RUNTIMES = ("tensorflow", "onnx")
COUNT = 6400
SINGLE = 1000
REPEATS = 5
ROWS = {
    "first prediction": ("s", 2),
    "memory": ("MiB", 0),
    "batches of 64": ("samples/s", 0),
    "Predictor, 64": ("samples/s", 0),
    "single": ("samples/s", 0),
    "raw()": ("samples/s", 0),
}


def main() -> None:
    """Run all contestants and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="mnist_5k", help="an .npz laid out as Keras' mnist, or mnist_5k")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1, help="threads within one operation; 0: one per core")
    parser.add_argument("--contestant", help=argparse.SUPPRESS)
    parser.add_argument("--bundle", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.contestant:
        name, runtime = arguments.contestant.split()
        print(json.dumps(CONTESTANTS[name](arguments, runtime)))
        return
    with tempfile.TemporaryDirectory() as folder:
        arguments.bundle = str(Path(folder) / "best")
        _run("export", "tensorflow", arguments)
        rounds = [_round(arguments) for _ in range(arguments.rounds)]
    print(f"medians of {arguments.rounds} rounds, {arguments.threads or 'all'} intra-op threads\n")
    print("| | TensorFlow | onnxruntime | onnxruntime to TensorFlow |\n| --- | --- | --- | --- |")
    for row, (unit, digits) in ROWS.items():
        tensorflow, onnx = (statistics.median(result[name][row] for result in rounds) for name in RUNTIMES)
        ratio = statistics.median(result["onnx"][row] / result["tensorflow"][row] for result in rounds)
        print(f"| {row} | {tensorflow:,.{digits}f} {unit} | {onnx:,.{digits}f} {unit} | {ratio:.2f} |")


def _round(arguments: argparse.Namespace) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {name: {} for name in RUNTIMES}
    for contestant in ("cold", "speed"):
        for name in RUNTIMES:
            found[name].update(_run(contestant, name, arguments))
    return found


def _run(contestant: str, runtime: str, arguments: argparse.Namespace) -> dict[str, float]:
    words = [sys.executable, __file__, "--contestant", f"{contestant} {runtime}", "--bundle", arguments.bundle]
    options = ["--data", arguments.data, "--threads", str(arguments.threads)]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "benchmarks")])
    environment = {**os.environ, "PYTHONPATH": paths, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    started = time.time()
    done = subprocess.run([*words, *options], capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if "until" in result:
        result["first prediction"] = result.pop("until") - started
    return result


def _export(arguments: argparse.Namespace, runtime: str) -> dict[str, float]:
    from predict_task import digits, export

    from tfaip.model.stored.onnx_export import export_onnx

    del runtime
    export(Path(arguments.bundle))
    export_onnx(arguments.bundle, [{"img": digits(arguments.data, 16)}])
    return {}


def _predictor(arguments: argparse.Namespace, runtime: str) -> Any:
    from tfaip.predict import Predictor, PredictorParams

    params = PredictorParams(runtime=runtime)
    params.device.intra_op_threads = arguments.threads
    params.pipeline.batch_size, params.pipeline.num_processes = 64, 0
    return Predictor.from_path(arguments.bundle, params, trust=["predict_task", "examples"])


def _cold(arguments: argparse.Namespace, runtime: str) -> dict[str, float]:
    import numpy as np

    from tfaip.pipeline import Sample

    predictor = _predictor(arguments, runtime)
    next(predictor.predict_raw([Sample(inputs={"img": np.zeros((28, 28), np.uint8)})]))
    until = time.time()
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (peak,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return {"until": until, "memory": int(peak) / 1024}


def _speed(arguments: argparse.Namespace, runtime: str) -> dict[str, float]:
    from predict_task import digits

    from tfaip.pipeline import Sample
    from tfaip.pipeline.generators import InMemoryGeneratorParams

    predictor, images = _predictor(arguments, runtime), digits(arguments.data, COUNT)
    samples = [Sample(inputs={"img": image}) for image in images]
    found = {
        "batches of 64": COUNT / _seconds(lambda: _model(predictor, images, 64)),
        "Predictor, 64": COUNT
        / _seconds(lambda: sum(1 for _ in predictor.predict(InMemoryGeneratorParams(samples=samples)))),
        "single": SINGLE / _seconds(lambda: _model(predictor, images[:SINGLE], 1)),
    }
    with predictor.raw() as predict:
        found["raw()"] = SINGLE / _seconds(lambda: [predict(sample) for sample in samples[:SINGLE]])
    return found


def _model(predictor: Any, images: Any, batch: int) -> None:
    for begin in range(0, len(images), batch):
        predictor.run_models({"img": images[begin : begin + batch]})


def _seconds(function: Callable[[], Any]) -> float:
    """Return the seconds of a call: the median of several, after one that is not counted."""
    function()
    seconds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


CONTESTANTS: dict[str, Callable[[argparse.Namespace, str], dict[str, float]]] = {
    "export": _export,
    "cold": _cold,
    "speed": _speed,
}


if __name__ == "__main__":
    main()
