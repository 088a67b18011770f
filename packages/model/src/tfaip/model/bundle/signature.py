"""Whether the data gives the inputs that an exported model takes."""

from __future__ import annotations

from collections.abc import Mapping

from tfaip.model.bundle.errors import BundleError
from tfaip.pipeline import ArraySpec

__all__ = ["check_inputs"]


def check_inputs(where: str, taken: Mapping[str, ArraySpec | None], given: Mapping[str, ArraySpec]) -> None:
    """Compare the inputs that an exported model takes with those of the data.

    Args:
        where: The model, for the message.
        taken: Spec, with batch axis, of each input that the model takes; `None` where it takes any shape.
        given: Spec, without batch axis, of each input of the data.

    Raises:
        BundleError: Names, types or shapes differ; a length that varies may be given for one that does only.
    """
    problems = [f"it takes {name!r}, which the data does not have" for name in taken if name not in given]
    problems += [f"the data has {name!r}, which it does not take" for name in given if name not in taken]
    for name, sample in given.items():
        spec, wanted = ArraySpec((None, *sample.shape), sample.dtype), taken.get(name)
        if wanted is not None and not _takes(wanted, spec):
            problems.append(f"it takes {_text(wanted)} for {name!r}, and the data has {_text(spec)}")
    if problems:
        raise BundleError(
            f"{where} does not fit the data: {'; '.join(problems)}. The code of the data has changed since: "
            "use the code of that time, or adapt the bundle"
        )


def _takes(taken: ArraySpec, given: ArraySpec) -> bool:
    return (
        taken.dtype == given.dtype
        and len(taken.shape) == len(given.shape)
        and all(wanted is None or wanted == length for wanted, length in zip(taken.shape, given.shape, strict=True))
    )


def _text(spec: ArraySpec) -> str:
    return f"{'string' if spec.is_text else spec.dtype.name}{list(spec.shape)}"
