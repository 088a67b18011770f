"""Weights files of anybody: an array stands plainly in the file itself, or is refused before it is read."""

import contextlib
import io
import os

import h5py
import numpy as np
import pytest

from tfaip.model import BundleError
from tfaip.model.bundle.array_file import ArrayFile, ArrayFileError
from tfaip.model.bundle.weights import read_weights


def made(path, make):
    with h5py.File(path, "w") as file:
        make(file)
    return path


def test_plain_arrays_are_read_as_they_were_written(tmp_path):
    arrays = {
        "a/kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
        "a/b/scalar": np.float64(3),
        "empty": np.zeros((0, 3)),
        "text": np.array([b"abc"]),
    }
    path = made(
        tmp_path / "w.h5", lambda file: [file.create_dataset(name, data=array) for name, array in arrays.items()]
    )
    with ArrayFile(path) as file:
        assert {name: (stored.shape, stored.dtype) for name, stored in file.arrays.items()} == {
            name: (array.shape, array.dtype) for name, array in arrays.items()
        }
        read = file.read(file.arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(read[name], array)
    with ArrayFile(io.BytesIO(path.read_bytes()), "the archive") as file:
        np.testing.assert_array_equal(file.read(["a/kernel"])["a/kernel"], arrays["a/kernel"])


def virtual(file):
    layout = h5py.VirtualLayout((3,), "f4")
    layout[:] = h5py.VirtualSource("secret.h5", "x", (3,))
    file.create_virtual_dataset("x", layout)


def cycle(file):
    file.create_group("group")["back"] = file


def huge_chunk(file):
    file.create_dataset("x", (4,), "f4", chunks=(2**29,), maxshape=(None,))


EVIL = {
    "soft link": (lambda file: file.__setitem__("x", h5py.SoftLink("/secret")), "x is a link"),
    "external link": (lambda file: file.__setitem__("x", h5py.ExternalLink("secret.h5", "/x")), "x is a link"),
    "external storage": (
        lambda file: file.create_dataset("x", (9,), "u1", external=[("/etc/passwd", 0, 9)]),
        "x stands in another file",
    ),
    "virtual": (virtual, "x stands in another file"),
    "compressed": (lambda file: file.create_dataset("x", data=np.zeros(10**6), compression="gzip"), "x is compressed"),
    "never written": (lambda file: file.create_dataset("x", (2**33,), "f4"), "x is not stored as a whole"),
    "huge chunk": (huge_chunk, "x has chunks that are larger than the file"),
    "cycle": (cycle, "group/back stands in it twice"),
    "same array twice": (
        lambda file: file.__setitem__("y", file.create_dataset("x", data=np.zeros(3))),
        "stands in it twice",
    ),
    "variable length": (lambda file: file.create_dataset("x", (3,), h5py.vlen_dtype("f4")), "x is no array of numbers"),
    "references": (lambda file: file.create_dataset("x", (3,), h5py.ref_dtype), "x is no array of numbers"),
    "null": (lambda file: file.create_dataset("x", data=h5py.Empty("f4")), "x is no array of numbers"),
    "type": (lambda file: file.__setitem__("x", np.dtype("f4")), "x is no array"),
}


@pytest.mark.parametrize("how", EVIL)
def test_arrays_that_are_not_stored_plainly_are_refused(tmp_path, how):
    make, message = EVIL[how]
    made(tmp_path / "secret.h5", lambda file: file.create_dataset("x", data=np.ones(3, "f4")))
    with pytest.raises(ArrayFileError, match=message):
        ArrayFile(made(tmp_path / "w.h5", make))


def test_shapes_and_sizes_are_compared_before_anything_is_read(tmp_path, monkeypatch):
    path = made(tmp_path / "w.h5", lambda file: file.create_dataset("kernel", data=np.zeros((30, 40))))
    monkeypatch.setattr(h5py.Dataset, "__getitem__", lambda *_: pytest.fail("an array was read"))
    with pytest.raises(BundleError, match=r"kernel must have the shape \(3, 40\), it has \(30, 40\)"):
        read_weights(path, shapes={"kernel": (3, 40)})
    with pytest.raises(BundleError, match="its arrays take 9,600 bytes, more than the 9,599 allowed"):
        read_weights(path, limit=9_599)


@pytest.mark.parametrize("content", [b"", b"no HDF5", b"\x89HDF\r\n\x1a\n" + b"\0" * 90])
def test_what_is_no_hdf5_ends_in_one_sentence(tmp_path, content):
    (tmp_path / "w.h5").write_bytes(content)
    with pytest.raises(
        ArrayFileError, match="w.h5 can't be read as HDF5, it is damaged or another kind of file: [^\n]+$"
    ):
        ArrayFile(tmp_path / "w.h5")


def test_special_files_are_refused_without_waiting_for_them(tmp_path):
    os.mkfifo(tmp_path / "w.h5")
    with pytest.raises(ArrayFileError, match="w.h5 can't be read: it is a pipe, not a regular file"):
        ArrayFile(tmp_path / "w.h5")


def test_every_flipped_byte_ends_in_a_sentence_or_in_arrays(tmp_path):
    path = made(tmp_path / "w.h5", lambda file: file.create_dataset("layer/kernel", data=np.arange(4.0)))
    content = path.read_bytes()
    random = np.random.default_rng(0)
    for position in range(0, len(content), 7):
        changed = bytearray(content)
        changed[position] ^= 1 << random.integers(8)
        path.write_bytes(changed)
        with contextlib.suppress(ArrayFileError):
            read_weights(path)
