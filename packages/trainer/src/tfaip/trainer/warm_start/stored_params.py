"""The parameters that stored weights were trained with."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tfaip.model import ScenarioBaseParams, load_scenario_params, load_stored_params
from tfaip.model.bundle.layout import Bundle
from tfaip.model.folders.atomic_folder import in_former_run
from tfaip.trainer.folder.named_places import stored_places
from tfaip.trainer.folder.run_folder import RunFolder
from tfaip.trainer.params import TrainerParams

__all__ = ["read_stored_params"]


def read_stored_params(path: Path, *, trust: Iterable[str] = ()) -> ScenarioBaseParams[Any, Any] | None:
    """Return the parameters of the scenario that weights were trained with, `None` where none are stored with them.

    Args:
        path: File of the weights, or a bundle, a run, or a checkpoint of one.
        trust: Packages whose parameter classes may be imported.

    Raises:
        BundleError, ParamsError: The parameters can't be read.
    """
    path = in_former_run(path)  # the new run may replace the one that it starts from
    # A checkpoint is a folder in the folder `checkpoint` of a run.
    for folder in [path, *path.resolve().parents][:4]:
        if Bundle(folder).scenario_params.is_file():
            return load_scenario_params(folder, trust=trust, strict=False)
        run = RunFolder(folder)
        if run.trainer_params.is_file():
            # A bundle contains its resources, while the run's resources may have changed since.
            places = stored_places(run)
            inside = [place for place in (places.best, places.last) if not place.leads_out]
            for bundle in (place.newest for place in inside):
                if Bundle(bundle).scenario_params.is_file():
                    return load_scenario_params(bundle, trust=trust, reading=[run.path], strict=False)
            return _of_run(run, trust)
    return None


def _of_run(run: RunFolder, trust: Iterable[str]) -> ScenarioBaseParams[Any, Any]:

    stored = load_stored_params(
        TrainerParams, run.trainer_params, trust=trust, reading=[run.path], scenario_at="scenario", strict=False
    )
    return stored.scenario
