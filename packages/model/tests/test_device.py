import subprocess
import sys

import keras
import pytest
import tensorflow as tf

from tfaip.model import DeviceConfigParams, DeviceError, configure_devices, precision_policy


@pytest.mark.takes_long
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


@pytest.mark.takes_long
def test_the_cpu_counts_as_several_devices_from_the_start_and_not_later():
    code = """
import tensorflow as tf
from tfaip.model import DeviceConfigParams, DeviceError, configure_devices
configure_devices(DeviceConfigParams(cpus=2))
print(len(tf.config.list_logical_devices("CPU")))
configure_devices(DeviceConfigParams(cpus=2))
try:
    configure_devices(DeviceConfigParams(cpus=3))
except DeviceError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        "2",
        "device.cpus must be set before TensorFlow computes: the CPU counts as 2 already, got 3",
    ], done.stderr


class _Gpus:
    """Stands for TensorFlow's configuration on a machine with two GPUs."""

    def __init__(self, monkeypatch):
        self.visible, self.growing, self.limits = None, [], {}
        gpus = [tf.config.PhysicalDevice(f"/physical_device:GPU:{number}", "GPU") for number in range(2)]
        listed = tf.config.list_physical_devices
        monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: gpus if kind == "GPU" else listed(kind))
        monkeypatch.setattr(tf.config, "set_visible_devices", self._see)
        monkeypatch.setattr(tf.config.experimental, "set_memory_growth", lambda gpu, on: self.growing.append(gpu.name))
        monkeypatch.setattr(tf.config, "get_logical_device_configuration", lambda gpu: self.limits.get(gpu.name))
        monkeypatch.setattr(tf.config, "set_logical_device_configuration", self._limit)

    def _see(self, gpus, kind):
        self.visible = [gpu.name[-1] for gpu in gpus]

    def _limit(self, gpu, configurations):
        assert gpu.name not in self.limits, "TensorFlow would refuse a second time"
        self.limits[gpu.name] = configurations


def test_memory_grows_on_the_gpus_that_were_chosen(monkeypatch):
    gpus = _Gpus(monkeypatch)
    configure_devices(DeviceConfigParams(gpus=[1]))
    assert (gpus.visible, gpus.growing, gpus.limits) == (["1"], ["/physical_device:GPU:1"], {})


def test_all_gpus_that_cuda_shows_are_used_by_default(monkeypatch):
    gpus = _Gpus(monkeypatch)
    configure_devices(DeviceConfigParams())
    assert gpus.visible == ["0", "1"]


def test_a_memory_limit_takes_the_place_of_growth_and_may_be_asked_for_again(monkeypatch):
    gpus = _Gpus(monkeypatch)
    configure_devices(DeviceConfigParams(gpus=[0], gpu_memory=512))
    configure_devices(DeviceConfigParams(gpus=[0], gpu_memory=512))
    assert not gpus.growing
    assert [limit.memory_limit for limit in gpus.limits["/physical_device:GPU:0"]] == [512]


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_layers_keep_the_precision_in_which_they_were_made(precision):
    with precision_policy(precision):
        layer = keras.layers.Dense(2)
    assert keras.config.dtype_policy().name == "float32"
    assert layer(keras.ops.ones((1, 2))).dtype.name == precision.removeprefix("mixed_")
    assert layer.kernel.dtype == "float32"


def test_what_can_not_be_is_refused_when_it_is_said():
    with pytest.raises(ValueError, match="gpu_memory"):
        DeviceConfigParams(gpu_memory=0)
    with pytest.raises(ValueError, match="cpus"):
        DeviceConfigParams(cpus=0)
