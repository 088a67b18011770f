"""Time and accuracy of an MNIST epoch: the tutorial through its whole Python pipeline, against `keras.Model.fit`.

    python benchmarks/trainer.py --data PATH/mnist.npz [--epochs 10] [--rounds 3] [--peers PYTHON]

Same network, optimizer and batch size for all. Each contestant runs in a process of its own, in turns, and trains and
validates each epoch; the time of an epoch is the median over all rounds and over all epochs but each first, which
traces and compiles. The ratio is to the plain `fit` of the same round.

    tfaip       every sample through generator and processors in Python, the tutorial's defaults
    tfaip ema   the same with a moving average of the weights; TensorBoard is on in both, and here with norms of the
                gradients too
    fit         keras.Model.fit on NumPy arrays
    fit 50      the same with 50 steps per execution and the fastest of a few thread counts
    lightning   Lightning's Trainer, and hf that of Hugging Face: with `--peers PYTHON`, see trainer_torch.py
    oneDNN      both once more with TF_ENABLE_ONEDNN_OPTS=1, which tfaip sets by itself, and TensorFlow only does on
                processors with instructions for neural networks
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

BATCH_SIZE = 16
# What is tried for the fastest `fit`: threads within and between operations; 0 is TensorFlow's own choice.
THREADS = [(0, 0), (1, 1), (1, 2)]


def main() -> None:
    """Run all contestants and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="mnist_5k", help="an .npz laid out as Keras' mnist, or mnist_5k")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", help="a Python with torch, lightning, transformers and accelerate")
    parser.add_argument("--contestant", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.contestant:
        name, *options = arguments.contestant.split()
        result = (
            _tfaip(arguments.data, arguments.epochs, with_ema=options == ["ema"])
            if name == "tfaip"
            else _fit(arguments.data, arguments.epochs, 50 if name == "fit50" else 1, *map(int, options[:2]))
        )
        print(json.dumps(result))
        return

    best = min(THREADS, key=lambda t: _median_epoch([_run(f"fit50 {t[0]} {t[1]}", arguments.data, 3)]))
    contestants = {
        "tfaip": "tfaip",
        "tfaip, EMA and TensorBoard with norms": "tfaip ema",
        "keras fit": "fit 0 0",
        "keras fit, oneDNN": "fit 0 0 onednn",
        f"keras fit, 50 steps per execution, threads {best[0]}/{best[1]}": f"fit50 {best[0]} {best[1]}",
        "the same, oneDNN": f"fit50 {best[0]} {best[1]} onednn",
    }
    if arguments.peers:
        contestants |= {"Lightning": "lightning", "Hugging Face Trainer": "hf"}
    rounds: dict[str, list[dict[str, Any]]] = {name: [] for name in contestants}
    for _ in range(arguments.rounds):
        for name, contestant in contestants.items():
            rounds[name].append(_run(contestant, arguments.data, arguments.epochs, arguments.peers))
    _print_table(rounds)


def _print_table(rounds: dict[str, list[dict[str, Any]]]) -> None:
    print("| code | time per epoch | ratio | train accuracy | validation accuracy | best validation accuracy |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, results in rounds.items():
        ratio = statistics.median(
            _median_epoch([result]) / _median_epoch([plain])
            for result, plain in zip(results, rounds["keras fit"], strict=True)
        )
        accuracies = [
            statistics.mean(values) if all(values) else float("nan")
            for values in (
                [result["acc"][-1] if result["acc"] else 0 for result in results],
                [result["val_acc"][-1] for result in results],
                [max(result["val_acc"]) for result in results],
            )
        ]
        shown = " | ".join("" if math.isnan(accuracy) else f"{accuracy:.2%}" for accuracy in accuracies)
        print(f"| {name} | {_median_epoch(results):.2f} s | {ratio:.2f} | {shown} |")


def _median_epoch(results: list[dict[str, Any]]) -> float:
    return statistics.median(seconds for result in results for seconds in result["seconds"][1:])


def _run(contestant: str, data: str, epochs: int, peers: str | None = None) -> dict[str, Any]:
    command = [sys.executable, __file__, "--contestant", contestant, "--data", data, "--epochs", str(epochs)]
    if peers and contestant in ("lightning", "hf"):
        script = Path(__file__).with_name("trainer_torch.py")
        command = [peers, str(script), contestant, "--data", str(_arrays(data)), "--epochs", str(epochs)]
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    if contestant.endswith("onednn"):
        environment["TF_ENABLE_ONEDNN_OPTS"] = "1"
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(f"{contestant} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"{contestant}: {_median_epoch([result]):.2f} s per epoch", file=sys.stderr)
    return result


@functools.cache
def _arrays(data: str) -> Path:
    """The arrays as a file, for Pythons without tfaip."""
    import numpy as np

    sys.path.insert(0, str(Path(__file__).parents[1]))
    from examples.tutorial.min.datasets import load_dataset

    parts = {part: load_dataset(data, part) for part in ("train", "test")}
    path = Path(tempfile.mkdtemp()) / "arrays.npz"
    arrays = {f"{name}_{part}": array for part, pair in parts.items() for name, array in zip("xy", pair, strict=True)}
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path


def _tfaip(data: str, epochs: int, *, with_ema: bool) -> dict[str, Any]:
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from examples.tutorial.min.params import TutorialTrainerPipelineParams
    from examples.tutorial.min.scenario import TutorialScenario

    params = TutorialScenario.default_trainer_params()
    params.epochs = epochs
    params.gen = TutorialTrainerPipelineParams(dataset=data)
    params.progress = "off"
    if with_ema:
        params.ema_decay = -1.0
        params.log_gradients = params.log_weights = True
    params.export_best = params.export_final = params.write_checkpoints = False
    with tempfile.TemporaryDirectory() as folder:
        params.output_dir = Path(folder)
        TutorialScenario.create_trainer(params).train()
        lines = [json.loads(line) for line in (Path(folder) / "metrics.jsonl").read_text().splitlines()]
    ends = [line["time"] for line in lines]
    # The first epoch's time is not known from its end; it is never counted.
    seconds = [0.0, *(after - before for before, after in itertools.pairwise(ends))]
    return {
        "seconds": seconds,
        "acc": [line["acc"] for line in lines],
        "val_acc": [line["val_acc"] for line in lines],
    }


def _fit(data: str, epochs: int, steps_per_execution: int, intra: int, inter: int) -> dict[str, Any]:
    import keras
    import tensorflow as tf

    sys.path.insert(0, str(Path(__file__).parents[1]))
    from examples.tutorial.min.datasets import load_dataset

    tf.config.threading.set_intra_op_parallelism_threads(intra)
    tf.config.threading.set_inter_op_parallelism_threads(inter)
    x, y = load_dataset(data, "train")
    model = _keras_network()
    model.compile(
        keras.optimizers.Adam(),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=steps_per_execution,
    )
    ends = [time.perf_counter()]
    clock = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter()))
    history = model.fit(
        x,
        y,
        batch_size=BATCH_SIZE,
        epochs=epochs,
        validation_data=load_dataset(data, "test"),
        callbacks=[clock],
        verbose=0,
    ).history
    seconds = [after - before for before, after in itertools.pairwise(ends)]
    return {"seconds": seconds, "acc": history["accuracy"], "val_acc": history["val_accuracy"]}


def _keras_network() -> Any:
    import keras
    from keras import layers

    image = keras.Input((28, 28))
    x = layers.Rescaling(1 / 255)(keras.ops.expand_dims(image, -1))
    for filters in (16, 32):
        x = layers.Conv2D(filters, (2, 2), padding="same", activation="relu")(x)
        x = layers.MaxPooling2D((2, 2))(x)
    x = layers.Dense(128, activation="relu")(layers.Flatten()(x))
    return keras.Model(image, layers.Dense(10)(x))


if __name__ == "__main__":
    main()
