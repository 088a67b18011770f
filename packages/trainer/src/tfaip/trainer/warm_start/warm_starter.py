"""Loading weights into a new network."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic

import numpy as np
from keras.backend import standardize_dtype
from rich.table import Table
from rich.text import Text

from tfaip.model import ScenarioBaseParams
from tfaip.params.shown_text import one_line
from tfaip.pipeline.hooks import Hooked, hook
from tfaip.trainer.errors import WarmStartError
from tfaip.trainer.reporting.plain_table import SIMPLE, as_text
from tfaip.trainer.warm_start.names import matched_names, names_by_layer, selected
from tfaip.trainer.warm_start.params import TWarmstartParams
from tfaip.trainer.warm_start.stored_params import read_stored_params
from tfaip.trainer.warm_start.stored_weights import MIN_LIMIT, StoredWeights, read_stored_weights

if TYPE_CHECKING:
    from tfaip.trainer.trainer import Trainer

__all__ = ["WarmStarter"]

logger = logging.getLogger(__name__)

# Narrow enough for any terminal.
TABLE_WIDTH = 80
# A file may hold another head, or a larger vocabulary, but hardly a network of another size.
GRAPH_FACTOR = 4

LOADED, TRANSFORMED, SHAPE, MISSING, EXCLUDED = "loaded", "transformed", "other shape", "not stored", "not selected"


@dataclass(frozen=True)
class _Row:
    """The fate of a weight of the new graph."""

    name: str
    stored: str | None
    shape: tuple[int, ...]
    stored_shape: tuple[int, ...] | None
    result: str


class WarmStarter(Hooked, Generic[TWarmstartParams]):
    """Matches stored weights with the weights of a graph, by their names, and assigns them.

    A trainer may replace it by a subclass that transforms weights, see `Trainer.create_warm_starter`.

    Args:
        params: Where the weights are, and how names are matched.

    Attributes:
        trainer: The trainer that starts; `None` where there is none.
        limit: Number of bytes that the stored weights may take in memory; `None` before the graph is known.
    """

    def __init__(self, params: TWarmstartParams) -> None:
        self.params = params
        self.limit: int | None = None
        self.trainer: Trainer | None = None
        self._path: Path | None = params.model

    @hook
    def transform_weight(self, name: str, stored: np.ndarray, variable: Any) -> np.ndarray | None:
        """Return the array to load in place of a stored weight.

        It is called for every weight that is loaded, also where the shape has not changed. Override it to resize a
        layer, or to give rows their new places: of a character set, for instance. `stored_params` and `new_params` say
        what has changed.

        Args:
            name: Path of the variable.
            stored: The stored weight.
            variable: The variable, whose value is its random start.

        Returns:
            An array of the variable's shape; or `None` to load the stored weight as it is, which is an error where the
            shapes differ, unless `allow_partial` is set.
        """
        return None

    @hook
    def read(self) -> StoredWeights:
        """Return the stored weights, no more than `limit`. Override it to read another format.

        Raises:
            WarmStartError: They can't be read, or the parameters name none.
        """
        if self.params.model is None:
            raise WarmStartError("warmstart.model must name the weights to start from, got None")
        return read_stored_weights(Path(self.params.model), limit=self.limit)

    @property
    def new_params(self) -> ScenarioBaseParams[Any, Any] | None:
        """Parameters of the scenario in training. `None` without a trainer."""
        return self.trainer.params.scenario if self.trainer else None

    @cached_property
    def stored_params(self) -> ScenarioBaseParams[Any, Any] | None:
        """Parameters of the scenario that has trained the stored weights. `None` if none are stored.

        They come from the bundle or the run of the weights. A file of Keras has none.

        Raises:
            BundleError, ParamsError: The parameters can't be read.
        """
        new = self.new_params
        trust = [] if new is None else [type(new).__module__.partition(".")[0]]
        return None if self._path is None else read_stored_params(Path(self._path), trust=trust)

    def load(self, graph: Any) -> None:
        """Load the stored weights into a built graph, and log a table of the fate of each.

        Raises:
            WarmStartError: Weights can't be read or matched, or none could be loaded. Or some are missing or have
                another shape, and `allow_partial` is off. The graph is as it was then.
        """
        params = self.params
        self.limit = max(GRAPH_FACTOR * sum(_bytes_of(weight) for weight in graph.weights), MIN_LIMIT)
        stored = self.read()
        self._path = stored.path
        trim = params.trim_graph_name and not stored.by_layer
        variables = names_by_layer(graph) if stored.by_layer else {weight.path: weight for weight in graph.weights}
        targets = matched_names(variables, params, rules=params.rename_targets, trim=trim)
        sources = matched_names(stored.weights, params, rules=params.rename, suffix=params.add_suffix, trim=trim)
        chosen = selected(targets, params)

        rows, values = [], []
        for matched, target in targets.items():
            source = sources.get(matched) if matched in chosen else None
            array = stored.weights[source] if source is not None else None
            variable = variables[target]
            result = EXCLUDED if matched not in chosen else MISSING
            if array is not None:
                result, value = self._fitted(variable, array)
                if value is not None:
                    values.append((variable, value))
            rows.append(
                _Row(variable.path, source, tuple(variable.shape), None if array is None else array.shape, result)
            )
        used = {row.stored for row in rows}
        left = [name for name in stored.weights if name not in used]
        self._require_whole(stored, rows, left)
        for variable, value in values:
            variable.assign(value)
        logger.info("Warm start from %s\n%s", stored.path, as_text(_table(rows, left, stored), TABLE_WIDTH))

    def _fitted(self, variable: Any, array: np.ndarray) -> tuple[str, np.ndarray | None]:
        shape = tuple(variable.shape)
        transformed = self.transform_weight(variable.path, array, variable)
        if transformed is None:
            return (LOADED, array) if array.shape == shape else (SHAPE, None)
        if np.shape(transformed) != shape:
            raise WarmStartError(
                f"{type(self).__qualname__}.transform_weight must return an array of shape {shape} for "
                f"{variable.path}, got {np.shape(transformed)}"
            )
        return LOADED if transformed is array else TRANSFORMED, transformed

    def _require_whole(self, stored: StoredWeights, rows: list[_Row], left: list[str]) -> None:
        missing = [row for row in rows if row.result in (MISSING, SHAPE)]
        loaded = any(row.result in (LOADED, TRANSFORMED) for row in rows)
        if loaded and (self.params.allow_partial or not missing):
            return
        lines = [f"  {row.name} {row.shape}: {_why(row)}" for row in missing]
        unused = f"\nStored, but not used: {', '.join(left)}" if left else ""
        what = "some are missing" if loaded else "no weight could be loaded"
        raise WarmStartError(
            f"{stored.path} must hold all weights of the network, but {what}:\n" + "\n".join(lines) + unused + "\n"
            "Match names by warmstart.rename and its sisters, or leave these as they are by warmstart.allow_partial"
        )


def _bytes_of(weight: Any) -> int:
    return math.prod(weight.shape) * np.dtype(standardize_dtype(weight.dtype)).itemsize


def _why(row: _Row) -> str:
    return f"{row.stored} has the shape {row.stored_shape}" if row.result == SHAPE else row.result


def _table(rows: list[_Row], left: list[str], stored: StoredWeights) -> Table:
    table = Table("weight", "stored as", "shape", "", box=SIMPLE, pad_edge=False)
    for row in rows:
        source = "" if row.stored is None else "(same)" if row.stored == row.name else row.stored
        shape = f"{row.stored_shape} -> {row.shape}" if row.stored_shape not in (None, row.shape) else str(row.shape)
        table.add_row(Text(one_line(row.name)), Text(one_line(source)), shape, row.result)
    for name in left:
        table.add_row("", Text(one_line(name)), str(stored.weights[name].shape), "not used")
    return table
