"""Devices: which ones compute, with how many threads, and with which numbers."""

from tfaip.model.device.config import DeviceError, configure_devices
from tfaip.model.device.params import DeviceConfigParams
from tfaip.model.device.precision import precision_policy

__all__ = ["DeviceConfigParams", "DeviceError", "configure_devices", "precision_policy"]
