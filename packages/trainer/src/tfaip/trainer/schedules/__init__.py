"""Learning-rate schedules; the rate is a function of the epochs of data that were seen.

In: parameters, and the epochs of the training. Out: a `Schedule`, which gives the rate at a place in the training.
`SCHEDULES` are the classes that `--trainer.learning_rate` offers: all that `__init__.pyi` lists.
"""

from tfaip.params.public_names import public_names

__getattr__, __dir__, __all__ = public_names(__name__)
