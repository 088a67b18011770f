"""Devices that compute, with their threads and precision.

In: the parameters of `--device`.
Out: TensorFlow, set up before it computes first; the precision of the layers.
"""

from tfaip.model.device.config import DeviceError, configure_devices
from tfaip.model.device.params import DeviceConfigParams
from tfaip.model.device.precision import precision_policy

__all__ = ["DeviceConfigParams", "DeviceError", "configure_devices", "precision_policy"]
