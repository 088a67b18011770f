"""The run in whose folder a bundle lies, for the samples of its validation."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tfaip.model.scenario.scenario import ScenarioBase
from tfaip.params import LoadError, Trust, UserError, from_dict
from tfaip.params.serialization.formats import read_file
from tfaip.params.trust.main_module import module_name_of
from tfaip.pipeline import DataGeneratorParams, PipelineMode

__all__ = ["validation_of_run"]

logger = logging.getLogger(__name__)

_TRAINER_PARAMS = "trainer_params.json"


def validation_of_run(
    bundle: Path, scenario: type[ScenarioBase[Any, Any]], *, trust: Iterable[str] = ()
) -> tuple[Path, DataGeneratorParams] | None:
    """Return the run in whose folder a bundle lies, and the generator of its validation; without one, of its training.

    Args:
        bundle: The folder of the bundle, `best` or `epochs/0003` for instance.
        scenario: The scenario of the bundle.
        trust: Packages, beside the scenario's own, whose parameter classes may be imported.

    Returns:
        `None` where the bundle lies in no run of its scenario, or the samples can't be had; a warning tells the reason.
    """
    run = next((parent for parent in [*bundle.resolve().parents][:2] if (parent / _TRAINER_PARAMS).is_file()), None)
    if run is None:
        return None
    try:
        stored: Any = read_file(run / _TRAINER_PARAMS)
        if not isinstance(stored, dict) or _tag_of(stored) != scenario.tag():
            return None
        trusted = Trust([module_name_of(scenario).partition(".")[0], *trust], reading=[run])
        gen: Any = from_dict(scenario.trainer_pipeline_params_cls(), stored.get("gen"), trust=trusted)
        validation = gen.validation_samples()
        samples = gen.training_samples() if validation is None else validation
        samples.require_files(PipelineMode.TRAINING if validation is None else PipelineMode.EVALUATION)
    except (LoadError, UserError, OSError) as error:
        logger.warning("The samples of the validation of the run %s can't be had: %s", run, error)
        return None
    return run, samples


def _tag_of(stored: dict[str, Any]) -> Any:
    scenario = stored.get("scenario")
    return scenario.get("scenario") if isinstance(scenario, dict) else None
