"""oneDNN, whose kernels for CPUs TensorFlow has always, and uses by itself on some processors only."""

from __future__ import annotations

import os
import sys

__all__ = ["onednn_choice", "prefer_onednn"]

_VARIABLE = "TF_ENABLE_ONEDNN_OPTS"


def prefer_onednn() -> None:
    """Let TensorFlow use oneDNN, unless the user has chosen; of no effect once TensorFlow is loaded.

    TensorFlow does so by itself where the processor has instructions for neural networks (AVX-512 VNNI and later). On
    others its kernels are faster, too: a step of a small convolutional network takes 0.6 of the time.
    """
    if "tensorflow" not in sys.modules:
        os.environ.setdefault(_VARIABLE, "1")


def onednn_choice() -> str:
    """Return "on" or "off" as chosen, "automatic" where it is left to TensorFlow."""
    chosen = os.environ.get(_VARIABLE, "").lower()
    return {"1": "on", "true": "on", "0": "off", "false": "off"}.get(chosen, "automatic")
