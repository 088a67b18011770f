"""Graphs, models, scenarios and bundles.

In: parameters, and the classes that you derive from `GraphBase`, `ModelBase` and `ScenarioBase`.
Out: built graphs with losses and metrics, and bundles to deploy.

Each name is loaded when it is first asked for: parameters and scenarios load without TensorFlow.
"""

import tfaip.params  # noqa: F401 - first: it puts the current folder last, which `python -m` has put first

# isort: split
from tfaip.model.runtime.backend import prefer_onednn
from tfaip.model.runtime.libraries import EXTRAS
from tfaip.model.runtime.quiet_import import import_quietly
from tfaip.params.public_names import public_names

# Here, since each module of tfaip that loads TensorFlow loads this package first.
prefer_onednn()
import_quietly()

# `import *` leaves out Keras: a notebook has its own name for it.
__getattr__, __dir__, __all__ = public_names(__name__, unlisted=["keras"], extras=EXTRAS)
