"""How far an epoch has come."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rich.cells import cell_len, set_cell_size

from tfaip.params.shown_text import number_text, one_line

__all__ = ["EpochProgress", "format_duration"]


class EpochProgress:
    """Counts of the current epoch.

    Args:
        epoch: Its number, from 1.
        epochs: Epochs that are planned.
        total: Samples of the epoch, `None` if not known.
        read_logs: Fetches losses, metrics and learning rate from the device, which waits for it: called only when they
            are shown.
        beside: Seconds that an epoch takes beside its steps, as far as known: validation, export, checkpoint.
        stage: Name of the stage; empty in a run without stages.
        compiles: Whether the first call traces and compiles the steps. Its time then doesn't predict later ones.
    """

    def __init__(
        self,
        epoch: int,
        epochs: int,
        total: int | None,
        read_logs: Callable[[], Mapping[str, float]] = dict,
        beside: float = 0.0,
        stage: str = "",
        *,
        compiles: bool = False,
    ) -> None:
        self.epoch = epoch
        self.epochs = epochs
        self.total = total
        self.steps = 0
        self.samples = 0
        self.seconds = 0.0
        self.waited = 0.0
        self.stage = stage
        self._beside = beside
        self._read_logs = read_logs
        self._compiles = compiles
        self._calls = 0
        self._compiling = 0.0
        self._measured = (0, 0.0)  # samples and seconds of the calls that compile nothing

    def restore(self, steps: int, samples: int, seconds: float, waited: float) -> None:
        """Go on with the counts of a checkpoint; the speed is measured anew."""
        self.steps, self.samples, self.seconds, self.waited = steps, samples, seconds, waited

    def add(self, steps: int, samples: int, seconds: float, waited: float) -> None:
        """Take one call of the loop into account."""
        self.steps += steps
        self.samples += samples
        self.seconds += seconds
        self.waited += waited
        self._calls += 1
        if not self._compiles or self._calls > 1:
            self._measured = self._measured[0] + samples, self._measured[1] + seconds
        else:
            self._compiling = seconds

    def logs(self) -> Mapping[str, float]:
        """Fetch losses, metrics and learning rate of the epoch so far."""
        return self._read_logs()

    @property
    def samples_per_second(self) -> float:
        """Speed, without the call that compiled; 0 as long as there is no other call."""
        samples, seconds = self._measured
        return samples / seconds if seconds else 0.0

    @property
    def data_wait(self) -> float:
        """Share of the time, from 0 to 1, that was spent waiting for data."""
        return self.waited / self.seconds if self.seconds else 0.0

    @property
    def eta(self) -> float | None:
        """Seconds to the end of the training; `None` where the samples of an epoch or the speed are not known."""
        if not self.total or not self.samples_per_second:
            return None
        epochs_after = self.epochs - self.epoch
        samples = max(self.total - self.samples, 0) + epochs_after * self.total
        return samples / self.samples_per_second + (epochs_after + 1) * self._beside

    def title(self, room: int | None = None) -> str:
        """Return number and stage of the epoch, for people.

        Args:
            room: Columns of a terminal that the title may take; a longer name of a stage is cut.
        """
        number = f"epoch {self.epoch}/{self.epochs}"
        if not self.stage:
            return number
        stage = one_line(self.stage)
        if room is not None and cell_len(f"{number} ({stage})") > room:
            kept = room - cell_len(f"{number} (…)")
            if kept < 1:
                return number
            stage = set_cell_size(stage, kept).rstrip() + "…"
        return f"{number} ({stage})"

    def summary(self) -> str:
        """Return time, speed and waiting of the whole epoch, for people."""
        speed = self.samples / self.seconds if self.seconds else 0.0
        return f"{format_duration(self.seconds)}, {speed:,.0f} samples/s, data wait {self.data_wait:.0%}"

    def pace(self) -> str:
        """Return speed, time left and waiting, for people."""
        eta = "-" if self.eta is None else format_duration(self.eta)
        if self._compiling and not self.samples_per_second:
            return f"compiled in {format_duration(self._compiling)}  ETA {eta}  data wait {self.data_wait:.0%}"
        return f"{self.samples_per_second:,.0f} samples/s  ETA {eta}  data wait {self.data_wait:.0%}"

    def text(self) -> str:
        """Return logs and pace in one line."""
        logs = " ".join(f"{one_line(name)} {number_text(value)}" for name, value in self.logs().items())
        return f"{logs} | {self.pace()}" if logs else self.pace()


def format_duration(seconds: float) -> str:
    """Return `0.3s`, `4:05` or `1:04:05`."""
    if seconds < 10:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
