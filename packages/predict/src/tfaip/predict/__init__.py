"""Prediction with bundles, votes of several, and load and validate (LAV).

In: bundles, and generators or samples.
Out: samples with outputs; figures of LAV and of evaluators; dumps of both.

Each name is loaded when it is first asked for: parameters load without TensorFlow.
"""

import tfaip.params  # noqa: F401 - first: it puts the current folder last, which `python -m` has put first

# isort: split
from tfaip.params.public_names import public_names

_TENSORFLOW = dict.fromkeys(("h5py", "keras", "tensorflow"), "tfaip-predict[tf]")

__getattr__, __dir__, __all__ = public_names(__name__, extras=_TENSORFLOW)
