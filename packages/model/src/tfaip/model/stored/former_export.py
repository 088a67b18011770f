"""Exported models of tfaip 1.2: a SavedModel with named variables, and a JSON file of parameters beside it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfaip.model.bundle.errors import BundleError
from tfaip.model.scenario.lookup import find_scenario
from tfaip.model.scenario.params import ScenarioBaseParams
from tfaip.model.scenario.scenario import ScenarioBase
from tfaip.model.stored.params import find_stored_scenario, vouch
from tfaip.params import LoadError, Mistake, ParamsError, ParamsWarning, Trust, from_dict
from tfaip.params.serialization.formats import read_file
from tfaip.params.trust.current_folder import search_current_folder

__all__ = ["FormerExport", "require_new_folder"]

PARAMS_FILES = ("scenario_params.json", "trainer_params.json")
SAVED_MODEL = "saved_model.pb"


def require_new_folder(path: str | os.PathLike[str]) -> Path:
    """Return the folder that is to be written.

    Raises:
        BundleError: It is there already.
    """
    target = Path(path)
    if target.exists():
        raise BundleError(f"the output must be a folder that is not there yet, but {target} is")
    return target


@dataclass(frozen=True)
class FormerExport:
    """The files of an exported model.

    Attributes:
        saved_model: Folder of the SavedModel.
        params: File of the scenario's parameters, or of those of its whole training.
    """

    saved_model: Path
    params: Path

    @classmethod
    def at(cls, path: str | os.PathLike[str], params: str | os.PathLike[str] | None = None) -> FormerExport:
        """Find the files of an exported model; nothing is read.

        Args:
            path: Folder with `serve/`, or the folder of the SavedModel itself.
            params: File of the parameters; default: `scenario_params.json` or `trainer_params.json` in or above it.

        Raises:
            BundleError: There is no SavedModel, or no file of parameters.
        """
        path = Path(path)
        found = [folder for folder in (path / "serve", path) if (folder / SAVED_MODEL).is_file()]
        if not found:
            raise BundleError(
                f"an exported model of tfaip 1.2 must be a folder with serve/{SAVED_MODEL} or {SAVED_MODEL}, got {path}"
            )
        folders = (path, path.resolve().parent)
        places = [Path(params)] if params else [folder / name for name in PARAMS_FILES for folder in folders]
        files = [place for place in places if place.is_file()]
        if not files:
            raise BundleError(
                f"the parameters of the exported model {path} must be in one of {', '.join(map(str, places))}; "
                "name another file by --params"
            )
        return cls(found[0], files[0])

    def load_params(
        self, *, scenario: str = "", trust: Iterable[str] = ()
    ) -> tuple[ScenarioBaseParams[Any, Any], type[ScenarioBase[Any, Any]], tuple[str, ...]]:
        """Return the parameters and the class of the scenario, and a sentence for each part that was left out.

        Args:
            scenario: Name or path of the scenario of today; default: the one that the file names.
            trust: Packages whose parameter classes may be imported.

        Raises:
            BundleError: The file can't be read, or doesn't fit the scenario.
            ScenarioNotFoundError: There is no such scenario.
        """
        folders = (self.saved_model, self.params.parent)
        search_current_folder(folders)
        named = find_scenario(scenario) if scenario else None
        trusted = Trust((*trust, *([named.__module__.partition(".")[0]] if named else [])), reading=folders)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ParamsWarning)
            try:
                data = _scenario_in(read_file(self.params))
                if named is None:
                    vouch(trusted, str(data.get("__cls__", "")))
                    # Who looks for the scenario will hear where its package isn't trusted.
                    with suppress(LoadError):
                        vouch(trusted, str(data.get("scenario_id") or data.get("scenario") or ""))
                cls: Any = named.params_cls() if named else ScenarioBaseParams
                params = from_dict(cls, data, trust=trusted, strict=False)
            except ParamsError as error:
                raise BundleError(f"the parameters in {self.params} cannot be read: {error}") from error
        params.data.resource_base_path = str(self.params.parent.resolve())
        found = named or find_stored_scenario(params, trust=trust, reading=folders)
        told = [str(warning.message) for warning in caught if issubclass(warning.category, ParamsWarning)]
        return found.tagged(params), found, tuple(told)


def _scenario_in(stored: Any) -> dict[str, Any]:
    """The parameters of the scenario in those of a training, or these themselves."""
    inner = stored.get("scenario") if isinstance(stored, dict) else None
    data = inner if isinstance(inner, dict) else stored
    if not isinstance(data, dict):
        raise LoadError([Mistake("$", "must be an object with the parameters of a scenario")])
    return data
