"""Optimizers.

In: parameters, and the variables that are trained. Out: a Keras optimizer, built. `OPTIMIZERS` are the classes that
`--trainer.optimizer` offers: all that `__init__.pyi` lists.
"""

from tfaip.params.public_names import public_names

__getattr__, __dir__, __all__ = public_names(__name__)
