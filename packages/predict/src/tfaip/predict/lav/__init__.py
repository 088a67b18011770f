"""Load and validate (LAV): losses, metrics and the evaluator's figures of trained models on data sets.

In: one bundle or several that vote, and generators of data sets with targets.
Out: a result for each data set, as a table, JSON or TensorBoard events; callbacks see each sample.
"""

from tfaip.params.public_names import public_names

__getattr__, __dir__, __all__ = public_names(__name__)
