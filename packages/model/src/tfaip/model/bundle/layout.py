"""The files of a bundle.

bundle.json            version of the layout, versions of what wrote it, size and checksum of each file below
scenario_params.json   parameters of the scenario, tagged
serve/                 SavedModel of the graph labelled `default`
model.onnx             the same graph for onnxruntime, where it was asked for
additional/LABEL/      SavedModels of the other exported graphs; LABEL.onnx: the same for onnxruntime
weights.h5             one dataset per variable path, for warm start
resources/             files that the data's processing needs
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

from tfaip.model.bundle.errors import BundleError
from tfaip.model.bundle.manifest import MANIFEST, Manifest
from tfaip.model.folders.atomic_folder import standing_folder
from tfaip.model.folders.containment import what_leads_out

__all__ = ["DEFAULT_LABEL", "PARTS", "SIGNATURE", "Bundle"]

logger = logging.getLogger(__name__)

# The name under which TensorFlow Serving looks for a signature unless told otherwise.
SIGNATURE = "serving_default"
# The graph that predictors run.
DEFAULT_LABEL = "default"
# A folder with other files is never replaced.
PARTS = (MANIFEST, "scenario_params.json", "serve", "model.onnx", "additional", "weights.h5", "resources")


@dataclass(frozen=True)
class Bundle:
    """The paths of a bundle's parts."""

    path: Path

    @classmethod
    def at(cls, path: str | os.PathLike[str]) -> Bundle:
        """Return the bundle at `path`.

        The files of its manifest must be there in their size; `verify` reads them too. A bundle of the time before
        manifests is taken as it is.

        Raises:
            BundleError: `path` is no folder, lacks a part, holds one that is cut off, or is of a newer format.
        """
        try:
            return cls._checked(Path(path))
        except BundleError:
            raise
        except (OSError, ValueError) as error:  # a name that no system takes is one of the two
            reason = getattr(error, "strerror", None) or error
            raise BundleError(f"the bundle {path} can't be read: {reason}") from None

    @classmethod
    def _checked(cls, path: Path) -> Bundle:
        bundle = cls(standing_folder(path))
        if bundle.path != path:
            logger.warning("An export to %s was interrupted; the bundle before it is used, %s", path, bundle.path)
        if not bundle.path.is_dir():
            raise BundleError(f"a bundle is a folder, but {bundle.path} is {_what_is(bundle.path)}{_meant(path)}")
        manifest = bundle.manifest()
        if not bundle.scenario_params.is_file():
            what = "is broken" if manifest else "is no bundle"
            raise BundleError(f"{bundle.path} {what}, it has no scenario_params.json{_meant(path)}")
        for part in (bundle.scenario_params, bundle.weights):
            if outside := what_leads_out(bundle.path, part):
                raise BundleError(f"the parts of the bundle {bundle.path} must lie in it, but {outside}")
        if manifest:
            manifest.check_sizes(bundle.path)
        return bundle

    def verify(self, *parts: Path, digest: str | None = None) -> None:
        """Compare the checksums of all files, or of those in `parts`, with the manifest; without one, of none.

        Args:
            parts: Files and folders of the bundle; default: all.
            digest: Digest that was logged at the export, where you know it from somebody whom you trust. Then nothing
                at all may differ from the export, the parameters included.

        Raises:
            BundleError: A file is missing or has changed; or the digest is another.
        """
        manifest = self.manifest()
        if digest is not None:
            if manifest is None:
                raise BundleError(f"the bundle {self.path} has no {MANIFEST} that could have the digest {digest}")
            manifest.check_unchanged(self.path, digest)
        if manifest:
            manifest.check_sizes(self.path)
            manifest.check_sums(self.path, parts or (self.path,))

    def manifest(self) -> Manifest | None:
        """Return what `bundle.json` says; `None` for a bundle of the time before it.

        Raises:
            BundleError: It can't be read, or is of a newer format.
        """
        return Manifest.read(self.path) if (self.path / MANIFEST).exists() else None

    @property
    def digest(self) -> str:
        """SHA-256 of `bundle.json`; empty for a bundle of the time before it."""
        manifest = self.manifest()
        return manifest.digest if manifest else ""

    @property
    def labels(self) -> list[str]:
        """Labels of the exported graphs, `default` first; empty where no SavedModel was exported."""
        additional = sorted(path.name for path in (self.path / "additional").glob("*") if path.is_dir())
        return ([DEFAULT_LABEL] if self.serve.is_dir() else []) + additional

    @property
    def scenario_params(self) -> Path:
        """Parameters of the scenario."""
        return self.path / "scenario_params.json"

    @property
    def serve(self) -> Path:
        """SavedModel that predictors run."""
        return self.path / "serve"

    @property
    def onnx(self) -> Path:
        """The graph that predictors run, for onnxruntime."""
        return self.path / "model.onnx"

    def onnx_model(self, label: str) -> Path:
        """The exported graph of any label, for onnxruntime."""
        return self.onnx if label == DEFAULT_LABEL else self.path / "additional" / f"{label}.onnx"

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

    def saved_model(self, label: str) -> Path:
        """SavedModel of the exported graph of any label."""
        return self.serve if label == DEFAULT_LABEL else self.additional(label)


def _meant(path: Path) -> str:
    """A hint at the bundles in the folder of a run, or at the bundle or the run that a path leads into."""
    for folder in (path, *list(path.parents)[:2]):
        near = [folder / "best", folder / "export"] if folder == path else [folder, folder / "best", folder / "export"]
        if found := [str(bundle) for bundle in near if (bundle / "scenario_params.json").is_file()]:
            return f"; did you mean {' or '.join(found)}?"
    return ""


def _what_is(path: Path) -> str:
    if path.exists():
        return "a file"
    return "not there"
