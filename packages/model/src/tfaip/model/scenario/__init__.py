"""Scenarios: the data, the model and the parameters of a task.

In: parameters; or the name or path of a scenario that a user types.
Out: a scenario, which makes data, model, evaluator, and by the packages above trainer, predictor and LAV.
"""

from tfaip.params.public_names import public_names

# Names that have moved to `tfaip.model.stored`.
__getattr__, __dir__, __all__ = public_names(__name__, unlisted=["find_stored_scenario", "load_stored_params"])
