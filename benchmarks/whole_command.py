"""Wall time of a whole command: one epoch of the tutorial with exports, beside a Keras script that does the same.

    python benchmarks/whole_command.py [--rounds 7] [--epochs 1] [--data mnist_5k]

Each contestant is a process from its start to its end, in turns; one round more at the beginning isn't counted, since
it writes the bytecode. Both train with validation, keep a checkpoint of each epoch and curves for TensorBoard, and
export the best and the last network as SavedModel with weights. The ratio is the median of those of the rounds.

    tfaip       tfaip-train examples.tutorial.min, each sample through its Python pipeline in two workers
    keras       `keras.Model.fit` on arrays, with BackupAndRestore, ModelCheckpoint, TensorBoard and `Model.export`
    imports     the imports of TensorFlow and Keras alone, the part of both that no script can leave out
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {
    **os.environ,
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
}

TFAIP = """
from tfaip.trainer.cli.train import main
main(["examples.tutorial.min", "--trainer.output_dir", FOLDER, "--epochs", str(EPOCHS), "--trainer.random_seed", "1",
      "--dataset", DATA])
"""

KERAS = """
import keras
from keras import layers
from examples.tutorial.min.datasets import load_dataset

keras.utils.set_random_seed(1)
image = keras.Input((28, 28))
x = layers.Rescaling(1 / 255)(keras.ops.expand_dims(image, -1))
for filters in (16, 32):
    x = layers.Conv2D(filters, (2, 2), padding="same", activation="relu")(x)
    x = layers.MaxPooling2D((2, 2))(x)
x = layers.Dense(128, activation="relu")(layers.Flatten()(x))
model = keras.Model(image, layers.Dense(10)(x))
model.compile(
    keras.optimizers.Adam(), keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"]
)
best = f"{FOLDER}/best.weights.h5"
model.fit(
    *load_dataset(DATA, "train"),
    batch_size=16,
    epochs=EPOCHS,
    validation_data=load_dataset(DATA, "test"),
    verbose=2,
    callbacks=[
        keras.callbacks.BackupAndRestore(f"{FOLDER}/backup", delete_checkpoint=False),
        keras.callbacks.ModelCheckpoint(
            best, monitor="val_accuracy", mode="max", save_best_only=True, save_weights_only=True
        ),
        keras.callbacks.TensorBoard(f"{FOLDER}/events"),
    ],
)
model.save_weights(f"{FOLDER}/last.weights.h5")
model.export(f"{FOLDER}/export", verbose=False)
model.load_weights(best)
model.export(f"{FOLDER}/best", verbose=False)
"""

IMPORTS = "import tensorflow, keras"


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--data", default="mnist_5k", help="an .npz laid out as Keras' mnist, or mnist_5k")
    arguments = parser.parse_args()
    contestants = {"keras": KERAS, "tfaip": TFAIP, "imports": IMPORTS}
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(arguments.rounds + 1):
        for name in sorted(contestants, reverse=number % 2 == 1):
            taken = _run(contestants[name], arguments.epochs, arguments.data)
            if number:
                seconds[name].append(taken)
    print("| command | wall time | beside keras | range |\n| --- | ---: | ---: | --- |")
    for name, taken_by in seconds.items():
        ratios = [ours / theirs for ours, theirs in zip(taken_by, seconds["keras"], strict=True)]
        print(
            f"| {name} | {statistics.median(taken_by):.2f} s | {statistics.median(ratios):.2f} x "
            f"| {min(ratios):.2f} to {max(ratios):.2f} |"
        )


def _run(code: str, epochs: int, data: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        values = f"FOLDER, EPOCHS, DATA = {f'{folder}/run'!r}, {epochs}, {data!r}\n"
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", values + code], capture_output=True, text=True, check=False, env=ENVIRONMENT
        )
        taken = time.perf_counter() - began
    if done.returncode:
        sys.exit(done.stderr)
    return taken


if __name__ == "__main__":
    main()
