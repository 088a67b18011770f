"""The influences on the exact values of a training beside its parameters: processor, versions, kernels, threads."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from tfaip.model import DeviceConfigParams
from tfaip.model.runtime.backend import onednn_choice
from tfaip.pipeline.running.available_workers import available_cores

__all__ = ["describe_machine", "differences", "keep_threads"]

THREADS = ("intra_op_threads", "inter_op_threads")


def describe_machine() -> dict[str, Any]:
    """Return the processor, the versions, the kernels and the thread counts that are computed with, as plain JSON."""
    import tensorflow as tf

    threading = tf.config.threading
    return {
        "processor": _processor(),
        "python": platform.python_version(),
        **_versions(),
        "onednn": onednn_choice(),
        "intra_op_threads": threading.get_intra_op_parallelism_threads() or available_cores(),
        "inter_op_threads": threading.get_inter_op_parallelism_threads() or available_cores(),
    }


def differences(former: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what differs, in words."""
    return [f"{name} {former[name]} -> {value}" for name, value in now.items() if former.get(name, value) != value]


def keep_threads(params: DeviceConfigParams, former: Mapping[str, Any]) -> None:
    """Set TensorFlow's automatic thread counts to the ones of `former`, if this machine would choose others.

    A sum that more threads share is rounded in another way.
    """
    for name in THREADS:
        if getattr(params, name) == 0 and former.get(name, available_cores()) != available_cores():
            setattr(params, name, former[name])


@cache
def _versions() -> dict[str, str]:
    return {name: metadata.version(name) for name in ("tensorflow", "keras", "numpy")}


@cache
def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()
