"""The conditions of a conversion to ONNX: the libraries, and the largest difference of an output."""

from __future__ import annotations

from importlib.util import find_spec

from tfaip.model.bundle.errors import BundleError

__all__ = ["HALF_TOLERANCE", "TOLERANCE", "require_converter"]

TOLERANCE = 1e-5
"""The largest difference of an output from the expected one, see `verification.difference`."""
HALF_TOLERANCE = 8 * 2.0**-10
"""The same where a graph computes in float16, whose numbers are 2^-10 of their size apart. Both runtimes round each
intermediate result: twelve layers of a Transformer differ by four such steps, twenty convolutions by two."""


def require_converter() -> None:
    """Refuse to convert where the converter is not installed.

    Raises:
        BundleError: tf2onnx or onnxruntime is missing.
    """
    if missing := [name for name in ("tf2onnx", "onnxruntime") if find_spec(name) is None]:
        raise BundleError(f"the format ONNX needs {' and '.join(missing)}: pip install 'tfaip-model[onnx]'")
