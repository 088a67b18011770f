"""The training loop: fast, resumable, observable.

In: a scenario and its `TrainerParams`. Out: a run folder with checkpoints, logs and bundles. Parameters load without
TensorFlow; `Trainer`, `Action` and `WarmStarter` load it.
"""

from tfaip.params.public_names import public_names

__getattr__, __dir__, __all__ = public_names(__name__)
