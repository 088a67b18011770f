"""Slots: the places where runs run, each with the device that it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tfaip.experimenter.errors import ExperimenterError

__all__ = ["Slot", "beside", "read_slots"]

# More than any cluster takes of one user; each slot is an object.
MOST_SLOTS = 10_000


@dataclass(frozen=True, order=True)
class Slot:
    """A place for one run at a time.

    Args:
        kind: `gpu`, `cpu` for a slot without GPU, or `slot` where the executor chooses the device.
        device: Number of the device; a number among the slots without GPU.
        part: `a`, `b`, ... where several runs share the device, else `""`.
    """

    kind: str
    device: int
    part: str = ""

    @property
    def name(self) -> str:
        """`gpu:3a`."""
        return f"{self.kind}:{self.device}{self.part}"

    @property
    def environment(self) -> dict[str, str]:
        """Variables of a run here: the only GPU that it sees, or none; no variable where the executor chooses."""
        if self.kind == "slot":
            return {}
        return {"CUDA_VISIBLE_DEVICES": str(self.device) if self.kind == "gpu" else ""}

    @classmethod
    def named(cls, name: str) -> Slot:
        """Return the slot of a name."""
        match = re.fullmatch(r"(gpu|cpu|slot):(\d+)([a-z]*)", name)
        if not match:
            raise ValueError(f"no slot has the name {name!r}")
        return cls(match[1], int(match[2]), match[3])

    def excludes(self, other: Slot) -> bool:
        """Whether a run here and one there would use the same slot, or one the whole device that the other shares."""
        same_device = (self.kind, self.device) == (other.kind, other.device)
        return same_device and (self.part == other.part or not self.part or not other.part)


def read_slots(gpus: Sequence[str], cpus: Sequence[str], count: int = 0) -> list[Slot]:
    """Read the words of `--gpus` and `--cpus`, and the number of `--slots`.

    Raises:
        ExperimenterError: A word names no slot, or two name the same.
    """
    if not 0 <= count <= MOST_SLOTS:
        raise ExperimenterError(f"--slots: must be from 0 to {MOST_SLOTS}, got {count}")
    slots = [Slot("slot", number) for number in range(count)]
    for argument, kind, words in (("--gpus", "gpu", gpus), ("--cpus", "cpu", cpus)):
        for word in words:
            match = re.fullmatch(r"(\d+)([a-z]*)", word)
            if not match:
                raise ExperimenterError(
                    f"{argument}: expects numbers of devices, with a letter for each slot on a shared one "
                    f"(1 3 or 3a 3b), got {word}"
                )
            slot = Slot(kind, int(match[1]), match[2])
            for other in slots:
                if slot == other:
                    raise ExperimenterError(
                        f"{argument}: {word} stands twice; two slots on a device are {word}a {word}b"
                    )
                if slot.excludes(other):
                    raise ExperimenterError(
                        f"{argument}: device {slot.device} is given as a whole and in parts, got {word} and "
                        f"{other.device}{other.part}; use either"
                    )
            slots.append(slot)
    return slots


def beside(slots: Sequence[Slot], used: Iterable[str]) -> list[Slot]:
    """Return slots of which those without a device of their own have other numbers than the ones in use.

    Args:
        slots: The slots.
        used: Names of slots in use.
    """
    taken = [slot.device for slot in map(Slot.named, used) if slot.kind == "slot"]
    first = max(taken, default=-1) + 1
    return [replace(slot, device=slot.device + first) if slot.kind == "slot" else slot for slot in slots]
