"""Reading a bundle."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tfaip.model.bundle.layout import SIGNATURE, Bundle, BundleError

if TYPE_CHECKING:
    from tfaip.model.scenario import ScenarioBaseParams

__all__ = ["load_prediction_function", "load_scenario_params"]


def load_scenario_params(path: str | os.PathLike[str], *, trust: Iterable[str] = ()) -> ScenarioBaseParams[Any, Any]:
    """Return the parameters of the scenario of the bundle at `path`.

    Args:
        path: The bundle.
        trust: Packages whose parameter classes may be imported; the scenario's own is trusted where its source shows
            that it holds such a class.

    Raises:
        BundleError: `path` is no bundle, or its parameters cannot be read.
    """
    from tfaip.model.scenario import ScenarioBaseParams
    from tfaip.model.scenario.stored_params import load_stored_params
    from tfaip.params import ParamsError

    bundle = Bundle.at(path)
    try:
        params = load_stored_params(ScenarioBaseParams, bundle.scenario_params, trust=trust)
    except ParamsError as error:
        raise BundleError(f"the parameters of the bundle {bundle.path} cannot be read: {error}") from error
    # Resources stand in the bundle, wherever it has been moved to.
    params.data.resource_base_path = str(bundle.path.resolve())
    return params


def load_prediction_function(path: str | os.PathLike[str]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return the function of a bundle's SavedModel: batches of input arrays by name to output tensors by name.

    Raises:
        BundleError: The bundle has no SavedModel that can be loaded.
    """
    import tensorflow as tf

    bundle = Bundle.at(path)
    if not (bundle.serve / "saved_model.pb").is_file():
        raise BundleError(
            f"the bundle {bundle.path} has no SavedModel in serve/; it was exported with export_serve off, or is broken"
        )
    try:
        module = tf.saved_model.load(str(bundle.serve))
    except (OSError, ValueError, tf.errors.OpError) as error:
        raise BundleError(f"the SavedModel of the bundle {bundle.path} cannot be loaded: {error}") from error
    signature = module.signatures.get(SIGNATURE)
    if signature is None:
        raise BundleError(
            f"the SavedModel of the bundle {bundle.path} must have the signature {SIGNATURE!r}, "
            f"got {sorted(module.signatures)}"
        )

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        return signature(**{name: tf.convert_to_tensor(array) for name, array in inputs.items()})

    # The signature does not keep the module, whose variables it reads, alive by itself.
    predict.module = module  # type: ignore[attr-defined]  # a function takes any attribute
    return predict
