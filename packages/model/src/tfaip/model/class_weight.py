"""Class weights: the weight of a sample in the training, from the class of its target.

Internal API between the packages.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tfaip.model.runtime.libraries import keras
from tfaip.params import UserError
from tfaip.params.suggestions import did_you_mean, nearest
from tfaip.pipeline import ArraySpec

__all__ = ["ClassWeight", "ClassWeightError"]


class ClassWeightError(UserError, ValueError):
    """Class weights don't fit the targets, the classes or the losses."""


class ClassWeight:
    """Weighs samples by their class, as `class_weight` of Keras' `fit` does.

    Args:
        weights: The weight of a class, >= 0, by its index or name; other classes weigh 1.
        specs: Specs of the targets.
        target: The target with the class: an index, shape (1,), or one-hot, shape (classes,); empty: the only one.
        class_names: Name of each class in the order of the indices; none where classes have no names.
        losses: Names of the losses that are weighed; empty: all.

    Raises:
        ClassWeightError: There is no such target or class, or a weight is negative.
    """

    def __init__(
        self,
        weights: Mapping[int | str, float],
        specs: Mapping[str, ArraySpec],
        *,
        target: str = "",
        class_names: Sequence[str] | None = None,
        losses: Collection[str] = (),
    ) -> None:
        self.target = _target(target, specs)
        self.losses = frozenset(losses)
        shape = specs[self.target].shape
        self._is_one_hot = shape != (1,)
        if len(shape) > 1 or None in shape:
            raise ClassWeightError(
                f"class_weight must find one class a sample in the target {self.target!r}, whose shape is {shape}: "
                "an index has the shape (1,), a one-hot vector (classes,); weigh other targets by _sample_weights"
            )
        kind = specs[self.target].dtype.kind
        if kind not in ("iufb" if self._is_one_hot else "iub"):
            raise ClassWeightError(
                f"class_weight must find class indices, integers, in the target {self.target!r}, "
                f"got {specs[self.target].dtype}"
            )
        number = int(shape[0] or 0) if self._is_one_hot else (len(class_names) if class_names else None)
        by_index = {_index(key, class_names, number): _checked(key, value) for key, value in weights.items()}
        if len(by_index) < len(weights):
            raise ClassWeightError(f"class_weight must name each class once, got {dict(weights)}")
        self._table = [by_index.get(index, 1.0) for index in range(max(by_index, default=0) + 1)]

    def weighed(self, names: Collection[str]) -> list[str]:
        """Return the losses among `names` that are weighed.

        Raises:
            ClassWeightError: There is no loss of a name that was given.
        """
        if unknown := sorted(self.losses - set(names)):
            raise ClassWeightError(f"class_weight_losses must name losses of {', '.join(names)}, got {unknown}")
        return [name for name in names if not self.losses or name in self.losses]

    def of(self, targets: Mapping[str, Any]) -> Any:
        """Return the weight of each sample, float32 of shape (batch,).

        Raises:
            ClassWeightError: The target is none of those that losses see.
        """
        if self.target not in targets:
            raise ClassWeightError(
                f"class_weight must find the target {self.target!r} among those of the losses, got {sorted(targets)}"
            )
        classes = targets[self.target]
        classes = keras.ops.argmax(classes, axis=-1) if self._is_one_hot else keras.ops.reshape(classes, (-1,))
        classes = keras.ops.cast(classes, "int32")
        table = keras.ops.convert_to_tensor([*self._table, 1.0], dtype="float32")
        # Classes behind the last weight, and padding below zero, weigh 1.
        known = keras.ops.logical_and(classes >= 0, classes < len(self._table))
        return keras.ops.take(table, keras.ops.where(known, classes, len(self._table)), axis=0)


def _target(name: str, specs: Mapping[str, ArraySpec]) -> str:
    if name and name not in specs:
        raise ClassWeightError(
            f"class_weight_target must be one of the targets {', '.join(sorted(specs))}, got {name!r}"
            f"{_hint(name, specs)}"
        )
    if not name and len(specs) != 1:
        raise ClassWeightError(
            f"class_weight needs the name of the target with the class, since there are {', '.join(sorted(specs))}: "
            "set --trainer.class_weight_target"
        )
    return name or next(iter(specs))


def _hint(name: str, known: Collection[str]) -> str:
    return "".join(f"; {line}" for line in did_you_mean(nearest(name, known)))


def _index(key: int | str, names: Sequence[str] | None, number: int | None) -> int:
    if isinstance(key, str) and names and key in names:
        return list(names).index(key)
    index = int(key) if not isinstance(key, str) or key.isdecimal() else None
    if index is None:
        known = (
            f"the classes are {', '.join(names)}{_hint(str(key), names)}"
            if names
            else ("the model names no classes: use indices, or override _class_names")
        )
        raise ClassWeightError(f"class_weight must name classes by index or name, got {key!r}; {known}")
    if index < 0 or (number is not None and index >= number):
        last = "" if number is None else f" and below {number}"
        raise ClassWeightError(f"class_weight must have class indices from 0 on{last}, got {key!r}")
    return index


def _checked(key: int | str, value: float) -> float:
    if not 0 <= value < float("inf"):
        raise ClassWeightError(f"class_weight must hold finite weights >= 0, got {value} for the class {key!r}")
    return float(value)
