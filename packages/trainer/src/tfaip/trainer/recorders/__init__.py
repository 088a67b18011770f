"""Recorders: where a run writes its parameters, scalars, images, texts and models.

In: reports of actions on the run, by `RunContext.recorders`. Out: event files, `metrics.jsonl`, runs of MLflow or of
Weights & Biases. `RECORDERS` are the classes that `--trainer.recorders` offers: all that `__init__.pyi` lists.
"""

from tfaip.params.public_names import public_names

__getattr__, __dir__, __all__ = public_names(__name__)
