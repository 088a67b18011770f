"""Sample processors in pure Python, run in parallel processes, and batched for deep learning.

In come the generators and processors that you name; out go batches, for `tf.data` or for any other consumer of arrays.
"""

import tfaip.params  # noqa: F401 - first: it puts the current folder last, which `python -m` has put first

# isort: split
from tfaip.params.public_names import public_names

# `import *` would import TensorFlow for InputDataset.
__getattr__, __dir__, __all__ = public_names(__name__, unlisted=["InputDataset"])
