"""The manifest of a bundle: its format, the versions that wrote it, and its files with their checksums."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfaip.model.bundle.errors import BundleError
from tfaip.model.folders.containment import what_leads_out
from tfaip.params.regular_files import read_regular
from tfaip.pipeline.loaded_later import loaded_later

if TYPE_CHECKING:
    import hashlib
else:
    # Who only reads folders or asks for help needs none.
    hashlib = loaded_later("hashlib")

__all__ = ["BUNDLE_VERSION", "MANIFEST", "Manifest"]

MANIFEST = "bundle.json"

# Raised whenever a bundle that is written could not be loaded by the versions before.
BUNDLE_VERSION = 1

# Some 100,000 files.
_MAX_BYTES = 16 << 20

# People may edit parameters, which are checked when they are read; their checksum counts for `check_unchanged` alone.
_PARAMS = "scenario_params.json"
# The manifest can't hold its own checksum.
_NOT_CHECKED = (_PARAMS, MANIFEST)


@dataclass(frozen=True)
class Manifest:
    """The content of `bundle.json`.

    Attributes:
        bundle_version: Version of the layout.
        versions: Version of each package, and of Python, that wrote the bundle.
        files: Size in bytes and SHA-256 of each file, by its path relative to the bundle.
        params: SHA-256 of the parameters as they were exported; empty in a bundle of an older version.
        digest: SHA-256 of `bundle.json` itself.
    """

    bundle_version: int
    versions: dict[str, str]
    files: dict[str, tuple[int, str]]
    params: str = ""
    digest: str = ""

    @classmethod
    def write(cls, folder: Path) -> None:
        """Describe all files that are in `folder`."""
        from importlib.metadata import version

        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        names = {path.relative_to(folder).as_posix(): path for path in paths}
        content = {
            "bundle_version": BUNDLE_VERSION,
            "versions": {
                **{name: version(name) for name in ("tfaip-model", "keras", "tensorflow")},
                "python": platform.python_version(),
            },
            "files": {name: _described(path) for name, path in names.items() if name not in _NOT_CHECKED},
            "scenario_params": _checksum(names[_PARAMS]) if _PARAMS in names else "",
        }
        (folder / MANIFEST).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def add(cls, folder: Path, path: Path) -> None:
        """Describe one file more in the manifest of `folder`, or a file that has been written anew."""
        file = folder / MANIFEST
        content = json.loads(read_regular(file, _MAX_BYTES))
        content["files"][path.relative_to(folder).as_posix()] = _described(path)
        file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Return the manifest of `folder`.

        Raises:
            BundleError: It can't be read, or is of a newer format.
        """
        try:
            read = read_regular(folder / MANIFEST, _MAX_BYTES)
            content: Any = json.loads(read)
            version = int(content["bundle_version"])
            if version > BUNDLE_VERSION:
                writer = content.get("versions", {}).get("tfaip-model", "of an unknown version")
                raise BundleError(
                    f"the bundle {folder} is of format {version}, written by tfaip-model {writer}, and this version "
                    f"reads up to {BUNDLE_VERSION}: install a newer tfaip-model"
                )
            files = {name: (int(file["size"]), str(file["sha256"])) for name, file in content["files"].items()}
            params, digest = str(content.get("scenario_params", "")), hashlib.sha256(read).hexdigest()
            return cls(version, dict(content.get("versions", {})), files, params, digest)
        except BundleError:
            raise
        except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
            raise BundleError(
                f"the bundle {folder} is broken, its {MANIFEST} can't be read ({type(error).__name__}: {error}): "
                "copy or export it again"
            ) from None

    def check_sizes(self, folder: Path) -> None:
        """Raise `BundleError` where a file is missing, or has another size."""
        problems = []
        for name, (size, _) in self.files.items():
            path = folder / name
            if outside := what_leads_out(folder, path):
                problems.append(outside)
            elif not path.is_file():
                problems.append(f"{name} is missing")
            elif (found := path.stat().st_size) != size:
                problems.append(f"{name} has {found} bytes, not {size}")
        _refuse(folder, problems)

    def check_sums(self, folder: Path, parts: Iterable[Path]) -> None:
        """Raise `BundleError` where the content of a file in one of `parts` has changed."""
        names = [
            name for name in self.files if any(part in (folder / name, *(folder / name).parents) for part in parts)
        ]
        _refuse(
            folder,
            [f"the content of {name} has changed" for name in names if _checksum(folder / name) != self.files[name][1]],
        )

    def check_unchanged(self, folder: Path, digest: str) -> None:
        """Raise `BundleError` where anything differs from the export whose manifest has this digest.

        Args:
            folder: The bundle.
            digest: SHA-256 of `bundle.json`, which came another way than the bundle.
        """
        if digest.lower() != self.digest:
            _refuse(folder, [f"{MANIFEST} has the digest {self.digest}, not {digest}"])
        self.check_sizes(folder)
        self.check_sums(folder, [folder])
        known = {*self.files, *_NOT_CHECKED}
        found = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if not path.is_dir())
        problems = [f"{name} was added" for name in found if name not in known]
        if _checksum(folder / _PARAMS) != self.params:
            problems.append(f"the content of {_PARAMS} has changed")
        _refuse(folder, problems)


def _refuse(folder: Path, problems: list[str]) -> None:
    if problems:
        more = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
        raise BundleError(
            f"the bundle {folder} is not as it was exported: {', '.join(problems[:3])}{more}; copy or export it again"
        )


def _described(path: Path) -> dict[str, Any]:
    return {"size": path.stat().st_size, "sha256": _checksum(path)}


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
