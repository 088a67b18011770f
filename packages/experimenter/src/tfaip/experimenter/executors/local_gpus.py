"""The GPUs of this machine, found out without TensorFlow."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.executors.slots import Slot

__all__ = ["count_gpus", "require_gpus"]

# A driver that wakes up its GPUs first takes seconds.
TIMEOUT_SECONDS = 60.0


def require_gpus(slots: Sequence[Slot]) -> None:
    """Refuse slots on GPUs that this machine does not have; all pass where the number of GPUs can't be found out.

    Raises:
        ExperimenterError: It names the first GPU that is missing, and those that there are.
    """
    wanted = [slot.device for slot in slots if slot.kind == "gpu"]
    count = count_gpus() if wanted else None
    if count is None or max(wanted) < count:
        return
    missing = next(device for device in wanted if device >= count)
    there = "no GPU" if not count else "GPU 0" if count == 1 else f"the GPUs 0 to {count - 1}"
    raise ExperimenterError(
        f"--gpus names GPU {missing}, but this machine has {there}; --cpus 0 1 are slots without a GPU"
    )


def count_gpus(root: Path = Path("/")) -> int | None:
    """Return the number of GPUs of NVIDIA or AMD; `None` where it can't be found out.

    Args:
        root: Folder of the whole file system.
    """
    if sys.platform != "linux" or (root / "dev/dxg").exists():  # Windows gives its GPUs to Linux through the latter
        return None
    return max(_listed_by_nvidia(), _entries(root / "proc/driver/nvidia/gpus"), _nodes_of_amd(root))


def _listed_by_nvidia() -> int:
    program = shutil.which("nvidia-smi")
    if program is None:
        return 0
    try:
        listed = subprocess.run(
            [program, "-L"], capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return sum(line.startswith("GPU ") for line in listed.stdout.splitlines()) if listed.returncode == 0 else 0


def _entries(folder: Path) -> int:
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def _nodes_of_amd(root: Path) -> int:
    """Nodes of the driver's topology that compute; those of processors have the id 0."""
    ids = (root / "sys/class/kfd/kfd/topology/nodes").glob("*/gpu_id")
    return sum(path.read_text().strip() not in ("", "0") for path in ids)
