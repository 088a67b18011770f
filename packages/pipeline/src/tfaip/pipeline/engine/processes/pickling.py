"""Pickling of plans, with errors that name what a worker could not restore."""

from __future__ import annotations

import io
import pickle
from typing import Any

from tfaip.pipeline.data.processor import processor_class
from tfaip.pipeline.engine.plan import Plan
from tfaip.pipeline.engine.stream.portion import PackedRows, Portion, Samples
from tfaip.pipeline.errors import DefinitionError, PipelineError
from tfaip.pipeline.user_code import in_words

__all__ = ["find_in_main", "pickle_plan"]


class _Pickler(pickle.Pickler):
    """Finds classes and functions of `__main__`, which would be pickled by name only."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, 5)
        self.in_main: list[str] = []

    def reducer_override(self, obj: Any) -> Any:
        """Called for everything but the simplest builtin types."""
        if _is_in_main(obj):
            self.in_main.append(obj.__qualname__)
        return NotImplemented


def find_in_main(plan: Plan) -> str | None:
    """The name of something in the plan that is defined in `__main__`, which workers don't import; else None.

    Raises:
        DefinitionError: A part of the plan can't be pickled.
    """
    return _pickled(plan)[1]


def pickle_plan(plan: Plan) -> bytes:
    """The plan for the workers.

    Raises:
        DefinitionError: A part of it can't be pickled, or is defined in `__main__`.
    """
    data, in_main = _pickled(plan)
    if in_main is not None:
        raise DefinitionError(
            f"{in_main} is defined in __main__, which the worker processes don't import: "
            f"move it into a module of its own, or set num_processes=0"
        )
    return data


def first_unpicklable(portion: Portion) -> int:
    """The number of the first element with a sample that can't be pickled; -1 if there is none."""
    contents: list[Any] = []
    elements: list[int] | None = None
    if isinstance(portion, Samples):
        contents, elements = portion.samples, portion.elements
    elif isinstance(portion, PackedRows) and portion.packed is not None:
        contents, elements = portion.packed.meta, portion.elements
    for number, content in enumerate(contents):
        try:
            pickle.dumps(content, 5)
        except BaseException:
            return number if elements is None else elements[number]
    return -1


def not_sent(error: BaseException, what_for: str) -> PipelineError:
    """The error of samples that can't go from one process to another."""
    return PipelineError(
        f"samples must be picklable {what_for} ({in_words(error)}): keep plain data in them, or set num_processes=0"
    )


def _pickled(plan: Plan) -> tuple[bytes, str | None]:
    """The pickled plan, and the first thing in it that is defined in `__main__`."""
    processors = [params for segment in plan.segments if segment.in_workers for params in segment.processors]
    classes: list[type[Any]] = [processor_class(params) for params in processors]
    if plan.generator_params is not None:
        classes.append(plan.generator_params.cls())
    in_main = [cls.__qualname__ for cls in classes if _is_in_main(cls)]
    # One by one, so that the message can say which of them it is; the data's parameters hold the processors' ones.
    for params in (*processors, plan.generator_params, plan.data_params):
        in_main += _pickled_part(type(params).__name__, params)[1]
    data, in_all = _pickled_part("the pipeline", plan)
    return data, next(iter([*in_main, *in_all]), None)


def _pickled_part(name: str, part: Any) -> tuple[bytes, list[str]]:
    file = io.BytesIO()
    pickler = _Pickler(file)
    try:
        pickler.dump(part)
    except Exception as error:
        raise DefinitionError(
            f"{name} must be picklable to be sent to worker processes ({type(error).__name__}: {error}): "
            f"keep plain data in it, or set num_processes=0"
        ) from error
    return file.getvalue(), pickler.in_main


def _is_in_main(thing: Any) -> bool:
    return getattr(thing, "__module__", None) == "__main__" and hasattr(thing, "__qualname__")
