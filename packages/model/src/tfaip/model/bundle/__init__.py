"""Bundles: a trained model as a folder to deploy.

In: parameters, weights and graphs.
Out: a folder with a manifest of checksums, and from it again weights and prediction functions.

A bundle knows no scenario; `tfaip.model.stored` opens a scenario's bundle.

Internal API between the packages, but for the names in `tfaip.model`.
"""

from tfaip.params.public_names import public_names

# A name that has moved to `tfaip.model.stored`.
__getattr__, __dir__, __all__ = public_names(__name__, unlisted=["load_scenario_params"])
