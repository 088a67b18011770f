import subprocess
import sys

import pytest

from tfaip.model import DeviceConfigParams, DeviceError, configure_devices


def test_threads_are_set_before_tensorflow_starts_and_not_after():
    code = """
import tensorflow as tf
from tfaip.model import DeviceConfigParams, DeviceError, configure_devices
configure_devices(DeviceConfigParams(intra_op_threads=1, inter_op_threads=2))
print(tf.config.threading.get_intra_op_parallelism_threads(), tf.config.threading.get_inter_op_parallelism_threads())
tf.zeros(1)
configure_devices(DeviceConfigParams(intra_op_threads=1, inter_op_threads=2))
configure_devices(DeviceConfigParams())
try:
    configure_devices(DeviceConfigParams(intra_op_threads=2))
except DeviceError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        "1 2",
        "device.intra_op_threads must be set before TensorFlow computes: it runs with 1 already, got 2",
    ], done.stderr


def test_a_gpu_that_is_not_there_is_one_sentence():
    with pytest.raises(DeviceError, match=r"device.gpus names GPU 3000, but TensorFlow sees .* on this machine"):
        configure_devices(DeviceConfigParams(gpus=[3000]))


def test_a_negative_thread_count_is_refused_by_name():
    with pytest.raises(ValueError, match="'intra_op_threads' must be >= 0"):
        DeviceConfigParams(intra_op_threads=-1)
