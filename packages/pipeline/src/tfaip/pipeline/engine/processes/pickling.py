"""Pickling of plans, with errors that name what a worker could not restore."""

from __future__ import annotations

import io
import pickle
from typing import Any

from tfaip.params.trust.main_module import is_defined_in_main, is_interactive
from tfaip.pipeline.data.processor import processor_class
from tfaip.pipeline.engine.plan import Plan
from tfaip.pipeline.engine.processes.cells import (
    Definitions,
    can_send_cells,
    pickled_with_cells,
    unsendable_global,
)
from tfaip.pipeline.engine.stream.portion import PackedRows, Portion, Samples
from tfaip.pipeline.errors import DefinitionError, PipelineError
from tfaip.pipeline.user_code import in_words

__all__ = ["pickle_plan", "why_not_sent"]


class _Pickler(pickle.Pickler):
    """Finds classes and functions of `__main__`, which would be pickled by name only."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, 5)
        self.in_main: list[str] = []

    def reducer_override(self, obj: Any) -> Any:
        """Called for everything but the simplest builtin types."""
        if is_defined_in_main(obj):
            self.in_main.append(obj.__qualname__)
        return NotImplemented


def why_not_sent(plan: Plan) -> str | None:
    """The reason why workers can't have definitions of `__main__`, and the remedy; None where they can.

    Cells of a notebook are sent by cloudpickle. A script is imported by no worker.

    Raises:
        DefinitionError: A part of the plan can't be pickled.
    """
    return None if can_send_cells() else _words(_pickled(plan)[1])


def pickle_plan(plan: Plan) -> bytes:
    """The plan for the workers, with the definitions it uses from the cells of a notebook.

    Raises:
        DefinitionError: A part of it can't be pickled, or is defined in `__main__` and can't be sent.
    """
    if can_send_cells():
        return _pickled_with_cells(plan)
    data, in_main = _pickled(plan)
    if (reason := _words(in_main)) is not None:
        raise DefinitionError(f"{reason}, or set num_processes=0")
    return data


def _words(in_main: str | None) -> str | None:
    if in_main is None:
        return None
    if is_interactive():
        return (
            f"{in_main} is defined in a notebook or at a prompt, from where cloudpickle sends it to the worker "
            f"processes: pip install 'tfaip-pipeline[notebook]'"
        )
    return (
        f"{in_main} is defined in __main__, which the worker processes don't import: move it into a module of its own"
    )


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


def _pickled_with_cells(plan: Plan) -> bytes:
    found = Definitions()
    try:
        return pickled_with_cells(plan, found=found)
    except Exception as error:
        if (use := unsendable_global(found)) is None:
            _pickled(plan)
            use = f"{type(error).__name__}: {error}"
        raise DefinitionError(
            f"what processors and generators use must be picklable to be sent to worker processes, but {use}: "
            f"make it in their constructors, or set num_processes=0"
        ) from error


def _parts(plan: Plan) -> tuple[list[type[Any]], list[Any]]:
    """The classes that workers make objects of, and the parameters."""
    processors = [params for segment in plan.segments if segment.in_workers for params in segment.processors]
    classes: list[type[Any]] = [processor_class(params) for params in processors]
    if plan.generator_params is not None:
        classes.append(plan.generator_params.cls())
    return classes, [*processors, plan.generator_params, plan.data_params]


def _pickled(plan: Plan) -> tuple[bytes, str | None]:
    """The pickled plan, and the first thing in it that is defined in `__main__`."""
    classes, all_params = _parts(plan)
    in_main = [cls.__qualname__ for cls in classes if is_defined_in_main(cls)]
    # One by one, so that the message can say which of them it is; the data's parameters hold the processors' ones.
    for params in all_params:
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
