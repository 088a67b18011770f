"""Checking that several bundles can share the samples that go into their models."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tfaip.model import ScenarioBaseParams
from tfaip.params import to_dict
from tfaip.pipeline import DataBaseParams, PipelineMode, SequentialProcessorPipelineParams
from tfaip.pipeline.data.resources import find_resources
from tfaip.predict.errors import PredictionError

__all__ = ["require_same_pre_processing"]

logger = logging.getLogger(__name__)

_NOT_BESIDE = ("__cls__", "pre_proc", "post_proc", "resource_base_path")


def require_same_pre_processing(
    paths: Sequence[Path], scenario_params: Sequence[ScenarioBaseParams[Any, Any]], mode: PipelineMode
) -> None:
    """Refuse bundles whose models take different inputs, or whose samples go through different pre-processing.

    Only processors that run in the mode are compared, not where they run. Resources are compared by name and content.
    Other parameters of the data may differ, with a warning: only a processor knows whether it reads them.

    Args:
        paths: The bundles.
        scenario_params: The parameters of each bundle.
        mode: Mode of the prediction.

    Raises:
        PredictionError: With all differences, the place and both values of each.
    """
    first, beside = _compared(scenario_params[0].data, mode), _beside(scenario_params[0].data)
    for path, params in zip(paths[1:], scenario_params[1:], strict=True):
        if found := list(_differences("$.data", first, _compared(params.data, mode))):
            raise PredictionError(
                f"bundles that vote must have the same pre-processing, but {paths[0]} and {path} differ:\n"
                f"{_lines(found)}"
            )
        if found := list(_differences("$.data", beside, _beside(params.data))):
            logger.warning(
                "Samples are pre-processed with the parameters of %s, also for %s, whose data has others:\n%s",
                paths[0],
                path,
                _lines(found),
            )


def _lines(found: Sequence[tuple[str, str, str]]) -> str:
    return "\n".join(f"  {where}: {one} against {other}" for where, one, other in found)


def _beside(params: DataBaseParams) -> dict[str, Any]:
    """The parameters of the data beside its processors."""
    fields = {name: value for name, value in to_dict(params).items() if name not in _NOT_BESIDE}
    for found in find_resources(params):
        if found.owner is params:
            fields[found.name] = _fingerprint(Path(params.resource_path(found.path)))
    return fields


def _compared(params: DataBaseParams, mode: PipelineMode) -> dict[str, Any]:
    data = params.create()
    running = [processor for processor in params.pre_proc.flatten() if mode in processor.modes]
    processors = to_dict(SequentialProcessorPipelineParams(processors=running))["processors"]
    for processor in processors:
        del processor["modes"]
    return {
        "class": f"{type(data).__module__}:{type(data).__qualname__}",
        "inputs": {name: str(spec) for name, spec in data.input_layer_specs().items()},
        "padding_values": {
            name: value for name, value in data.padding_values().items() if name in data.input_layer_specs()
        },
        "pre_proc": {"processors": processors},
        "resources of pre_proc": {
            found.where: _fingerprint(Path(params.resource_path(found.path)))
            for found in find_resources(running, "processors")
        },
    }


def _fingerprint(path: Path) -> str:
    """The content of a file or folder in a few letters."""
    digest = hashlib.sha256()
    for file in [path] if path.is_file() else sorted(path.rglob("*")):
        if file.is_file():
            digest.update(str(file.relative_to(path)).encode() + b"\0" + file.read_bytes())
    return f"content {digest.hexdigest()[:12]}"


def _differences(where: str, one: Any, other: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(key for key in other if key not in one)]:
            if key not in one or key not in other:
                left, right = (repr(side[key]) if key in side else "nothing" for side in (one, other))
                yield f"{where}.{key}", left, right
            else:
                yield from _differences(f"{where}.{key}", one[key], other[key])
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _differences(f"{where}[{number}]", left, right)
    elif one != other:
        yield where, _short(one), _short(other)


def _short(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(item["__cls__"] if isinstance(item, dict) else repr(item) for item in value) + "]"
    return repr(value)
