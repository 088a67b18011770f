"""The modules of version 0.1 that moved, and where their names are now."""

from __future__ import annotations

__all__ = ["FORMER_MODULES"]

FORMER_MODULES: dict[str, str] = {
    "tfaip.model.autograph_files": "tfaip.model.runtime.autograph_files",
    "tfaip.model.bundle.adapt": "tfaip.model.stored.adapt",
    "tfaip.model.bundle.atomic_folder": "tfaip.model.folders.atomic_folder",
    "tfaip.model.bundle.containment": "tfaip.model.folders.containment",
    "tfaip.model.bundle.exchange": "tfaip.model.folders.atomic_folder",
    "tfaip.model.bundle.export": "tfaip.model.stored.export",
    "tfaip.model.bundle.folder_lock": "tfaip.model.folders.folder_lock",
    "tfaip.model.bundle.heartbeat": "tfaip.model.folders.heartbeat",
    "tfaip.model.compiled": "tfaip.model.runtime.tracing",
    "tfaip.model.keras_backend": "tfaip.model.runtime.backend",
    "tfaip.model.layer_numbers": "tfaip.model.runtime.backend",
    "tfaip.model.onednn": "tfaip.model.runtime.backend",
    "tfaip.model.scenario.stored_params": "tfaip.model.stored.params",
    "tfaip.model.tensor_specs": "tfaip.model.runtime.tracing",
    "tfaip.model.type_arguments": "tfaip.params.defining.type_arguments",
}
