"""Whether the data gives the inputs that a SavedModel takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfaip.model.bundle.errors import BundleError
from tfaip.model.runtime.tracing import tensor_specs
from tfaip.pipeline import ArraySpec

__all__ = ["check_inputs"]


def check_inputs(where: str, taken: Mapping[str, Any], given: Mapping[str, ArraySpec]) -> None:
    """Compare the inputs of a signature with those of the data.

    Args:
        where: The SavedModel, for the message.
        taken: Tensor spec, with batch axis, of each input that the signature takes.
        given: Spec, without batch axis, of each input of the data.

    Raises:
        BundleError: Names, types or shapes differ; a length that varies may be given for one that does only.
    """
    specs = tensor_specs(given)
    problems = [f"it takes {name!r}, which the data does not have" for name in taken if name not in specs]
    problems += [f"the data has {name!r}, which it does not take" for name in specs if name not in taken]
    for name, spec in specs.items():
        if name in taken and not _takes(taken[name], spec):
            problems.append(f"it takes {_text(taken[name])} for {name!r}, and the data has {_text(spec)}")
    if problems:
        raise BundleError(
            f"{where} does not fit the data: {'; '.join(problems)}. The code of the data has changed since: "
            "use the code of that time, or adapt the bundle"
        )


def _takes(taken: Any, given: Any) -> bool:
    if taken.dtype != given.dtype:
        return False
    if taken.shape.rank is None:
        return True
    return taken.shape.rank == given.shape.rank and all(
        wanted is None or wanted == length for wanted, length in zip(taken.shape, given.shape, strict=True)
    )


def _text(spec: Any) -> str:
    return f"{spec.dtype.name}{list(spec.shape) if spec.shape.rank is not None else '[...]'}"
