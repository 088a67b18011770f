"""Parameters of a warm start."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from tfaip.params import field, params
from tfaip.trainer.errors import WarmStartError

if TYPE_CHECKING:
    from typing_extensions import TypeVar as TypeVarWithDefault

__all__ = ["TWarmstartParams", "WarmstartParams", "require_stored_weights"]


def _rules(instance: Any, attribute: attrs.Attribute[Any], value: list[str]) -> None:
    for rule in value:
        if "->" not in rule:
            raise ValueError(f"'{attribute.name}' must hold rules FROM->TO, got {rule!r}")
        _regex(instance, attribute, rule.partition("->")[0])


def _regex(instance: Any, attribute: attrs.Attribute[Any], value: str | None) -> None:
    try:
        re.compile(value or "")
    except re.error as error:
        raise ValueError(f"'{attribute.name}' must be a regular expression, got {value!r}: {error}") from None


@params(former_tags=["tfaip.trainer.warmstart.warmstart_params:WarmStartParams"])
class WarmstartParams:
    """Weights that a new training starts from, matched by their names."""

    model: Path | None = field(
        basic=True,
        default=None,
        help="Source: a bundle, the folder of a run or of a checkpoint, or a file of Keras "
        "(.weights.h5, .keras); default: from random weights",
    )
    allow_partial: bool = field(
        default=False,
        help="Keep the initial values of weights that are not stored or have another shape; off: an error",
    )
    trim_graph_name: bool = field(
        default=True, help="Compare names without their first part, which is the name of the graph"
    )
    rename: list[str] = field(
        factory=list,
        validator=_rules,
        help="FROM->TO: replace what the regular expression FROM finds in the stored names, rule after rule",
    )
    rename_targets: list[str] = field(
        factory=list, validator=_rules, help="FROM->TO: the same for the names of the new graph's weights"
    )
    add_suffix: str = field(default="", help="Suffix of each stored name, after renaming")
    include: str | None = field(
        default=None,
        validator=_regex,
        help="Load only weights whose name matches this regular expression as a whole; there must be one",
    )
    exclude: str | None = field(
        default=None,
        validator=_regex,
        help="Don't load weights whose name matches this regular expression as a whole; there must be one",
    )
    auto_remove_numbers_for: list[str] = field(
        factory=list,
        help="Layers whose names are compared without the number that Keras appends: lstm_cell for lstm_cell_3",
    )

    def require_model(self) -> None:
        """Refuse a missing model. Commands call this before they load TensorFlow.

        Raises:
            WarmStartError: It is missing.
        """
        if self.model is not None:
            require_stored_weights(self.model)


if TYPE_CHECKING:  # as `TScenarioParams`
    TWarmstartParams = TypeVarWithDefault(
        "TWarmstartParams", bound=WarmstartParams, default=WarmstartParams, covariant=True
    )
else:
    TWarmstartParams = TypeVar("TWarmstartParams", bound=WarmstartParams, covariant=True)
    """The parameters of a `WarmStarter`."""


def require_stored_weights(path: Path) -> None:
    """Refuse a path at which there is nothing.

    Raises:
        WarmStartError: There is no such folder or file.
    """
    if not path.exists():
        raise WarmStartError(f"warmstart.model must be a folder or a file, but {path} is not there")
