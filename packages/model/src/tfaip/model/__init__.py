"""Graphs, models, scenarios and bundles.

In: parameters, and the classes that you derive from `GraphBase`, `ModelBase` and `ScenarioBase`.
Out: built graphs with losses and metrics, and bundles to deploy.

Each name is loaded when it is first asked for: parameters and scenarios load without TensorFlow.
"""

import tfaip.params  # noqa: F401 - first: it puts the current folder last, which `python -m` has put first

# isort: split
from tfaip.model.runtime.backend import prefer_onednn
from tfaip.params.public_names import public_names

# Here, since each module of tfaip that loads TensorFlow loads this package first.
prefer_onednn()

__getattr__, __dir__, __all__ = public_names(__name__)
