"""Cross-validation: a training for each fold, and a table of their results.

In: the words of a training's command line, and the number of folds.
Out: a run for each fold in a folder of its own, and `cross_validation.json`.
"""

from tfaip.trainer.cross_validation.folds import FoldError, Folds
from tfaip.trainer.cross_validation.results import FoldResults

__all__ = ["FoldError", "FoldResults", "Folds"]
