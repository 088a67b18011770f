"""Prediction with a bundle, from samples through pre- and post-processing, against `keras.Model.predict`.

    python benchmarks/predict.py --data PATH/mnist.npz [--count 10000] [--rounds 5]
    python benchmarks/predict.py --soak 100000

Each contestant runs in a process of its own, in turns. All predict the same digits with the same network:

    tfaip           `Predictor.predict` of the bundle: generator, a processor, network, unbatching, a processor; the
                    time after the first batch, scaled to all samples; one intra-op thread, and workers as it chooses
    model.predict   on the array that the processor has already made, the second of two calls; with TensorFlow's own
                    number of threads, and with one
    raw             `Predictor.raw`, one sample at a time from one thread and from eight
    cold            a new process until its first prediction, and how much of that is the import of TensorFlow

The soak predicts from eight threads, checks that each caller got its own sample, and that memory stays where it was
after a tenth of the samples.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
THREADS = 8


def main() -> None:
    """Run all contestants and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="mnist_5k", help="an .npz laid out as Keras' mnist, or mnist_5k")
    parser.add_argument("--count", type=int, default=10_000, help="digits to predict")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--processes", type=int, default=-1, help="workers of tfaip; -1: as it chooses")
    parser.add_argument("--soak", type=int, default=0, help="run nothing but the soak, with so many samples")
    parser.add_argument("--contestant", help=argparse.SUPPRESS)
    parser.add_argument("--bundle", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.contestant:
        name, *numbers = arguments.contestant.split()
        print(json.dumps(CONTESTANTS[name](arguments, *map(int, numbers))))
        return
    with tempfile.TemporaryDirectory() as folder:
        arguments.bundle = str(Path(folder) / "best")
        _run("export", arguments)
        if arguments.soak:
            print(_run("soak", arguments))
            return
        _print_throughput(arguments)
        _print_raw(arguments)
        _print_cold(arguments)


def _print_throughput(arguments: argparse.Namespace) -> None:
    names = {"tfaip": "tfaip {}", "model.predict": "keras {} 0", "model.predict, 1 intra-op thread": "keras {} 1"}
    print(f"{arguments.count:,} digits, seconds (median of {arguments.rounds} rounds), ratio within each round\n")
    print("| batch | contestant | seconds | to model.predict |\n| --- | --- | --- | --- |")
    for batch in (64, 16):
        rounds = [
            {name: _run(words.format(batch), arguments)["seconds"] for name, words in names.items()}
            for _ in range(arguments.rounds)
        ]
        for name in names:
            seconds = statistics.median(result[name] for result in rounds)
            ratio = statistics.median(result[name] / result["model.predict"] for result in rounds)
            print(f"| {batch} | {name} | {seconds:.2f} | {ratio:.2f} |", flush=True)


def _print_raw(arguments: argparse.Namespace) -> None:
    rounds = [_run("raw", arguments) for _ in range(arguments.rounds)]
    one, many = (statistics.median(result[key] for result in rounds) for key in ("one", "many"))
    ratio = statistics.median(result["many"] / result["one"] for result in rounds)
    print(f"\nraw(): {one:,.0f} samples/s from one thread, {many:,.0f} from {THREADS}: {ratio:.2f} x", flush=True)


def _print_cold(arguments: argparse.Namespace) -> None:
    rounds = [_run("cold", arguments) for _ in range(arguments.rounds)]
    whole, imported = (statistics.median(result[key] for result in rounds) for key in ("seconds", "import"))
    print(f"\nfirst prediction of a new process: {whole:.2f} s, of which importing TensorFlow: {imported:.2f} s")


def _run(contestant: str, arguments: argparse.Namespace) -> Any:
    words = [
        sys.executable,
        __file__,
        "--contestant",
        contestant,
        "--bundle",
        arguments.bundle,
        "--data",
        arguments.data,
    ]
    numbers = ["--count", arguments.count, "--processes", arguments.processes, "--soak", arguments.soak]
    started = time.time()
    done = subprocess.run(
        [*words, *map(str, numbers)], capture_output=True, text=True, cwd=ROOT, env=_environment(), check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    result = json.loads(done.stdout.splitlines()[-1])
    if "until" in result:
        result["seconds"] = result["until"] - started
    return result


def _environment() -> dict[str, str]:
    import os

    paths = os.pathsep.join([str(ROOT), str(ROOT / "benchmarks"), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": paths, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}


def _export(arguments: argparse.Namespace) -> dict[str, Any]:
    from predict_task import export

    export(Path(arguments.bundle))
    return {}


def _predictor(arguments: argparse.Namespace, batch: int) -> Any:
    from predict_task import DigitsScenario

    from tfaip.predict import PredictorParams

    params = PredictorParams()
    params.device.intra_op_threads = 1
    params.pipeline.batch_size = batch
    params.pipeline.num_processes = arguments.processes
    return DigitsScenario.create_predictor(arguments.bundle, params)


def _tfaip(arguments: argparse.Namespace, batch: int) -> dict[str, Any]:
    from predict_task import digits

    from tfaip.pipeline import Sample
    from tfaip.pipeline.generators import InMemoryGeneratorParams

    predictor = _predictor(arguments, batch)
    samples = [Sample(inputs={"img": image}) for image in digits(arguments.data, arguments.count)]
    count = sum(1 for _ in predictor.predict(InMemoryGeneratorParams(samples=samples)))
    counters = predictor.counters
    assert count == arguments.count
    seconds = arguments.count / counters.samples_per_second
    return {"seconds": seconds, "first": counters.first_seconds, "model": counters.model_seconds}


def _keras(arguments: argparse.Namespace, batch: int, threads: int) -> dict[str, Any]:
    import keras
    import tensorflow as tf
    from predict_task import digits, export, ready

    if threads:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
    with tempfile.TemporaryDirectory() as folder:
        graph = export(Path(folder) / "best")
    image = keras.Input((28, 28), dtype="uint8", name="img")
    model = keras.Model(image, graph({"img": image}))
    array = ready(digits(arguments.data, arguments.count))
    model.predict(array, batch_size=batch, verbose=0)
    began = time.perf_counter()
    model.predict(array, batch_size=batch, verbose=0)
    return {"seconds": time.perf_counter() - began}


def _raw(arguments: argparse.Namespace) -> dict[str, Any]:
    from predict_task import digits

    from tfaip.pipeline import Sample

    images = digits(arguments.data, 1000)
    with _predictor(arguments, 16).raw() as predict:

        def call(count: int) -> None:
            for number in range(count):
                predict(Sample(inputs={"img": images[number % len(images)]}))

        call(100)
        _in_threads(THREADS, lambda _: call(20))
        began = time.perf_counter()
        call(1000)
        one = 1000 / (time.perf_counter() - began)
        began = time.perf_counter()
        _in_threads(THREADS, lambda _: call(500))
        many = THREADS * 500 / (time.perf_counter() - began)
    return {"one": one, "many": many}


def _cold(arguments: argparse.Namespace) -> dict[str, Any]:
    from predict_task import digits

    began = time.perf_counter()
    import tensorflow  # noqa: F401, ICN001 - its import is measured

    imported = time.perf_counter() - began
    from tfaip.pipeline import Sample

    next(_predictor(arguments, 1).predict_raw([Sample(inputs={"img": digits(arguments.data, 1)[0]})]))
    return {"until": time.time(), "import": imported}


def _soak(arguments: argparse.Namespace) -> dict[str, Any]:
    import numpy as np
    from predict_task import digits

    from tfaip.pipeline import Sample

    images = digits(arguments.data, 500)
    each = arguments.soak // THREADS
    lost: list[int] = []
    swapped: list[int] = []
    memory: list[int] = []
    with _predictor(arguments, 16).raw() as predict:
        expected = [predict(Sample(inputs={"img": image})).outputs["logits"] for image in images]

        def call(thread: int) -> None:
            for number in range(each):
                index = (thread * 61 + number) % len(images)
                sample = predict(Sample(inputs={"img": images[index]}, meta={"of": (thread, number)}))
                if not sample.outputs:
                    lost.append(number)
                elif sample.meta["of"] != (thread, number) or not np.allclose(
                    sample.outputs["logits"], expected[index], atol=1e-4
                ):
                    swapped.append(number)
                if thread == 0 and number % (each // 10) == 0:
                    memory.append(_resident_kib())

        _in_threads(THREADS, call)
        memory.append(_resident_kib())
    return {
        "predicted": each * THREADS,
        "lost": len(lost),
        "swapped": len(swapped),
        "MiB after each tenth": [round(kib / 1024, 1) for kib in memory],
        "MiB grown after the first tenth": round((memory[-1] - memory[1]) / 1024, 1),
    }


def _in_threads(count: int, function: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=function, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _resident_kib() -> int:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


CONTESTANTS: dict[str, Callable[..., dict[str, Any]]] = {
    "export": _export,
    "tfaip": _tfaip,
    "keras": _keras,
    "raw": _raw,
    "cold": _cold,
    "soak": _soak,
}


if __name__ == "__main__":
    main()
