"""The data sets of the minimal tutorial."""

import numpy as np
import pytest

from commands import ROOT
from examples.tutorial.min.datasets import load_dataset
from tfaip.pipeline import DataError

MNIST = ROOT.parent / "shared" / "data" / "mnist.npz"


@pytest.mark.parametrize(("split", "of_each_class"), [("train", 400), ("test", 100)])
def test_the_embedded_digits_hold_every_class_equally_often(split, of_each_class):
    images, classes = load_dataset("mnist_5k", split)
    assert (images.shape, images.dtype, classes.dtype) == ((10 * of_each_class, 28, 28), np.uint8, np.int64)
    assert np.bincount(classes).tolist() == [of_each_class] * 10
    assert classes[:10].tolist() == list(range(10))


def test_the_embedded_splits_share_no_digit():
    train, test = ({image.tobytes() for image in load_dataset("mnist_5k", split)[0]} for split in ("train", "test"))
    assert not train & test


@pytest.mark.skipif(not MNIST.is_file(), reason="the whole MNIST is not in ../shared/data")
def test_the_whole_mnist_is_read_from_a_file():
    images, classes = load_dataset(str(MNIST), "train")
    assert images.shape == (60000, 28, 28)
    assert classes.shape == (60000,)


def test_a_file_without_the_arrays_of_a_split_names_what_it_has(tmp_path):
    np.savez(tmp_path / "half.npz", x_train=np.zeros(1), y_train=np.zeros(1))
    with pytest.raises(DataError, match=r"must hold the arrays x_test, y_test, it holds \['x_train', 'y_train'\]"):
        load_dataset(str(tmp_path / "half.npz"), "test")


def test_a_name_that_is_no_data_set_names_those_there_are():
    with pytest.raises(DataError, match="mnist_5k, mnist, fashion_mnist or the path of an .npz file.*no file mnist_6k"):
        load_dataset("mnist_6k", "train")
