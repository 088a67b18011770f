"""A rate that drops when the training gets no better."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from typing import Any

from attrs.validators import ge, gt, in_, lt

from tfaip.params import ParamsError, field, params
from tfaip.trainer.schedules.base import LearningRateParams, Schedule

__all__ = ["ReduceOnPlateau", "ReduceOnPlateauParams"]

logger = logging.getLogger(__name__)


@params(name="ReduceOnPlateau", former_tags=["tfaip.trainer.schedules.params:ReduceOnPlateauParams"])
class ReduceOnPlateauParams(LearningRateParams):
    """A rate that drops when a log gets no better."""

    monitor: str = field(default="loss", help="The log; without val_, the validation's wherever there is validation")
    mode: str = field(
        default="min",
        choices=["min", "max"],
        validator=in_(["min", "max"]),
        help="Whether a smaller or a larger value is better",
    )
    factor: float = field(basic=True, default=0.1, validator=[gt(0), lt(1)], help="Factor of the rate")
    patience: int = field(basic=True, default=10, validator=ge(1), help="Epochs without improvement before it drops")
    min_delta: float = field(default=1e-4, validator=ge(0), help="Change of the log that counts as an improvement")
    cooldown: int = field(default=0, validator=ge(0), help="Epochs after a drop that don't count")
    min_fraction: float = field(default=0.0, validator=ge(0), help="Lowest rate, as a fraction of lr")

    def cls(self) -> type[ReduceOnPlateau]:
        """Return the schedule's class."""
        return ReduceOnPlateau


class ReduceOnPlateau(Schedule):
    """lr * max(min_fraction, factor ^ (plateaus so far)).

    A plateau is `patience` epochs after which the log was not better than its best so far by more than `min_delta`;
    after one, `cooldown` epochs don't count. Epochs without the log (no validation, say) don't count either.

    All that it remembers is in variables, which a checkpoint holds. Drawn on NumPy, the rate stays.
    """

    def __init__(self, params: ReduceOnPlateauParams, epochs: int, ops: Any) -> None:
        super().__init__(params, epochs, ops)
        self.params = params
        self._log = params.monitor
        self._fraction: Any = 1.0
        self._state: Any = None
        if ops.__name__ != "numpy":
            import keras
            import numpy as np

            def variable(value: Any, dtype: str, name: str) -> Any:
                return keras.Variable(value, dtype=dtype, trainable=False, aggregation="only_first_replica", name=name)

            self._fraction = variable(1.0, "float32", "plateau_fraction")
            # Best value, epochs since, epochs of cooldown left.
            self._state = variable(np.array([np.nan, 0, 0]), "float64", "plateau_state")

    @property
    def variables(self) -> list[Any]:
        """The fraction of the first rate, and the counts that decide on the next one."""
        return [] if self._state is None else [self._fraction, self._state]

    def rate(self, e: Any) -> Any:
        """Return the rate; `e` gives its shape."""
        return self.ops.full_like(e, self.lr) * self._fraction

    def require_logs(self, names: Sequence[str]) -> None:
        """Find the log that is monitored among `names`: as it is called there, and rather that of the validation.

        Raises:
            ParamsError: It is none of them.
        """
        for name in (f"val_{self.params.monitor}", self.params.monitor):
            if name in names:
                self._log = name
                return
        if not self.params.monitor.startswith("lav_"):  # which comes from lists that only later epochs look at
            import difflib

            near = difflib.get_close_matches(self.params.monitor, names, n=3, cutoff=0.0)
            raise ParamsError(
                f"learning_rate.monitor must be a log, got {self.params.monitor!r}; the nearest ones: {', '.join(near)}"
            )

    def end_epoch(self, logs: Mapping[str, float]) -> None:
        """Drop the rate if the epoch ends a plateau."""
        import numpy as np

        value = logs.get(self._log, math.nan)
        if math.isnan(value):
            return
        params = self.params
        best, waited, cooldown = (float(number) for number in self._state.numpy())
        gain = best - value if params.mode == "min" else value - best
        if math.isnan(best) or gain > params.min_delta:
            best, waited = value, 0
            cooldown = max(cooldown - 1, 0)
        elif cooldown:
            cooldown -= 1
        else:
            waited += 1
        if waited >= params.patience:
            waited, cooldown = 0, params.cooldown
            old = float(self._fraction.numpy())
            self._fraction.assign(max(old * params.factor, params.min_fraction))
            if float(self._fraction.numpy()) < old:
                logger.info(
                    "%s is on a plateau: the learning rate falls to %g",
                    self._log,
                    self.lr * float(self._fraction.numpy()),
                )
        self._state.assign(np.array([best, waited, cooldown]))
