"""The files of a bundle.

scenario_params.json   parameters of the scenario, tagged
serve/                 SavedModel of the graph labelled `default`
additional/LABEL/      SavedModels of the other exported graphs
weights.h5             one dataset per variable path, for warm start
resources/             files that the data's processing needs
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tfaip.params import UserError

__all__ = ["SIGNATURE", "Bundle", "BundleError"]

# The name under which TensorFlow Serving looks for a signature unless told otherwise.
SIGNATURE = "serving_default"


class BundleError(UserError, ValueError):
    """A folder is no bundle, or a broken one."""


@dataclass(frozen=True)
class Bundle:
    """The paths of a bundle's parts."""

    path: Path

    @classmethod
    def at(cls, path: str | os.PathLike[str]) -> Bundle:
        """Return the bundle at `path`.

        Raises:
            BundleError: `path` is no folder, or lacks a part that every bundle has.
        """
        bundle = cls(Path(path))
        if not bundle.path.is_dir():
            raise BundleError(f"a bundle is a folder, but {bundle.path} is {_what_is(bundle.path)}")
        if not bundle.scenario_params.is_file():
            inside = [name for name in ("best", "export") if (bundle.path / name / "scenario_params.json").is_file()]
            hint = f"; did you mean {' or '.join(str(bundle.path / name) for name in inside)}?" if inside else ""
            raise BundleError(f"{bundle.path} is no bundle, it has no scenario_params.json{hint}")
        return bundle

    @property
    def scenario_params(self) -> Path:
        """Parameters of the scenario."""
        return self.path / "scenario_params.json"

    @property
    def serve(self) -> Path:
        """SavedModel that predictors run."""
        return self.path / "serve"

    @property
    def weights(self) -> Path:
        """Weights by variable path."""
        return self.path / "weights.h5"

    @property
    def resources(self) -> Path:
        """Files that the data's processing needs."""
        return self.path / "resources"

    def additional(self, label: str) -> Path:
        """SavedModel of the exported graph of that label."""
        return self.path / "additional" / label


def _what_is(path: Path) -> str:
    if path.exists():
        return "a file"
    return "not there"
