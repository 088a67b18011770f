"""Devices: which ones compute, and with how many threads."""

from tfaip.model.device.config import DeviceError, configure_devices
from tfaip.model.device.params import DeviceConfigParams

__all__ = ["DeviceConfigParams", "DeviceError", "configure_devices"]
