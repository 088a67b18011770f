"""The best epoch."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from tfaip.model import ModelBase, ModelDefinitionError
from tfaip.trainer.params import TrainerParams

if TYPE_CHECKING:
    from tfaip.trainer.run.run_context import RunContext

__all__ = ["BestModel", "check_best_log", "find_best_model"]


class BestModel:
    """Stores the best value of one log. Only a strictly better value replaces it.

    Args:
        mode: "min" or "max".
        log: Name of the log.
    """

    def __init__(self, mode: str, log: str) -> None:
        self.mode = mode
        self.log = log
        self.value: float | None = None
        self.epoch: int | None = None

    def update(self, epoch: int, logs: Mapping[str, float]) -> bool:
        """Return whether `epoch` is the best so far. An epoch without the log, or with nan, is not."""
        value = logs.get(self.log, math.nan)
        if math.isnan(value):
            return False
        if self.value is not None and not (value < self.value if self.mode == "min" else value > self.value):
            return False
        self.value, self.epoch = value, epoch
        return True

    def state(self) -> dict[str, Any]:
        """Return what `restore` takes, as plain JSON."""
        return {"log": self.log, "mode": self.mode, "value": self.value, "epoch": self.epoch}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from `state`; where the model is chosen by another log since, the count starts anew."""
        if (state["log"], state["mode"]) == (self.log, self.mode):
            self.value, self.epoch = state["value"], state["epoch"]


def find_best_model(
    model: ModelBase[Any],
    params: TrainerParams,
    train_names: Collection[str],
    val_names: Collection[str],
    figures: Collection[str] | None,
) -> BestModel:
    """Find the log that chooses the best model, so that a wrong name is found before the first epoch.

    Args:
        model: It names the log.
        params: They say what is validated, and whether by the evaluator too.
        train_names: Names of the losses and metrics of the training.
        val_names: Names of the losses and metrics of the validation.
        figures: Names of the evaluator's figures that are numbers; `None` before it has run. Then the log is looked for
            once more, by `check_best_log`, when its figures are there.

    Raises:
        ModelDefinitionError: There is no such log.
    """
    validation = ["val_"] if params.gen.validation_samples() is not None else []
    evaluated = validation if params.evaluate_validation else []
    data_sets = len(list(params.gen.lav_gen())) if params.lav_every_n else 0
    lav = [f"lav_l{number}_" for number in range(data_sets)]
    logs = [*train_names, *(f"{prefix}{name}" for prefix in [*validation, *lav] for name in val_names)]
    logs += [f"{prefix}{name}" for prefix in [*evaluated, *lav] for name in figures or ()]
    unknown: list[str] = []
    if figures is None:
        _, log = model.best_logging_settings()
        unknown = [log] if log.startswith((*evaluated, *lav)) else [f"{prefix}{log}" for prefix in evaluated]
    hint = ""
    if validation and not evaluated and figures != ():
        names = "".join(f" val_{name}" for name in figures or ())
        hint = f"; --trainer.evaluate_validation adds the figures of the evaluator{':' if names else ''}{names}"
    return BestModel(*model.best_log(logs, perhaps=unknown, hint=hint))


def check_best_log(context: RunContext, prefix: str) -> None:
    """Check that the log that chooses the best model is among the computed logs.

    The figures of an evaluator have no names before it has run.

    Args:
        context: Where the run stands.
        prefix: How the names of those logs begin.

    Raises:
        ModelDefinitionError: It is not among them.
    """
    log = context.best.log
    if log.startswith(prefix) and log not in context.logs:
        given = ", ".join(name for name in context.logs if name.startswith(prefix))
        raise ModelDefinitionError(
            f"{type(context.training_state.model).__qualname__}._best_logging_settings must name a log that there is, "
            f"got {log!r}; there are {given}"
        )
