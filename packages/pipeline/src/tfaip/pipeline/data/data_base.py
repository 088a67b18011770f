"""`DataBase`: the description of a scenario's data, and the pipelines that produce it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Generic

import numpy as np

import tfaip.pipeline
from tfaip.pipeline.batching.layout import BatchLayout
from tfaip.pipeline.data.array_spec import ArraySpec, as_array_specs
from tfaip.pipeline.data.data_base_params import DataBaseParams, TDataParams
from tfaip.pipeline.data.generator import DataGeneratorParams
from tfaip.pipeline.data.pipeline_params import DataPipelineParams, PipelineMode
from tfaip.pipeline.data.resources import export_resources
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.hooks import Hooked, hook, returned

__all__ = ["DataBase"]


class DataBase(Hooked, Generic[TDataParams]):
    """The specs of inputs and targets, and how samples are padded and measured. Subclasses override the hooks.

    Args:
        params: The parameters.
    """

    _made_by = DataBaseParams

    def __init__(self, params: TDataParams) -> None:
        self.params = params
        self._pipelines: dict[PipelineMode, tfaip.pipeline.DataPipeline] = {}

    @hook
    def _input_layer_specs(self) -> Mapping[str, Any]:
        """Hook: the spec of each input, without batch axis."""
        raise NotImplementedError(f"{type(self).__name__} must override _input_layer_specs()")

    @hook
    def _target_layer_specs(self) -> Mapping[str, Any]:
        """Hook: the spec of each target, without batch axis."""
        raise NotImplementedError(f"{type(self).__name__} must override _target_layer_specs()")

    @hook
    def _meta_layer_specs(self) -> Mapping[str, Any]:
        """Hook: the spec of the meta beside the batch; by default one text, the meta as JSON."""
        return {"meta": ArraySpec((1,), str)}

    @hook
    def _padding_values(self) -> Mapping[str, Any]:
        """Hook: by key, the value that fills up arrays shorter than others of their batch (0 where it is missing)."""
        return {}

    @hook
    def element_length_fn(self) -> Callable[[Sample], int]:
        """Hook: the length of a sample for bucketing; by default that of the longest varying axis."""
        specs = self.input_layer_specs()
        varying = {key: spec.shape.index(None) for key, spec in specs.items() if None in spec.shape}

        def longest(sample: Sample) -> int:
            return max((np.shape(sample.inputs[key])[axis] for key, axis in varying.items()), default=0)

        return longest

    @hook
    def data_pipeline_cls(self) -> type[tfaip.pipeline.DataPipeline]:
        """Hook: the class of the pipelines."""
        # By its public name, which loads it now: the engine below it imports the parameters of data.
        return tfaip.pipeline.DataPipeline

    def input_layer_specs(self) -> dict[str, ArraySpec]:
        """The spec of each input, without batch axis."""
        return dict(self._specs[0])

    def target_layer_specs(self) -> dict[str, ArraySpec]:
        """The spec of each target, without batch axis."""
        return dict(self._specs[1])

    def meta_layer_specs(self) -> dict[str, ArraySpec]:
        """The spec of each part of the meta, without batch axis."""
        return dict(self._specs[2])

    def padding_values(self) -> dict[str, Any]:
        """By key, the value that fills up arrays shorter than others of their batch."""
        values = self._padding_values()
        return dict(returned(self, "_padding_values", values, Mapping, "a dict of values by key"))

    def batch_layout(self, mode: PipelineMode) -> BatchLayout:
        """The arrays of a batch in a mode."""
        return BatchLayout.of_mode(mode, self._specs[0], self._specs[1], self.padding_values())

    def create_pipeline(
        self,
        mode: PipelineMode,
        pipeline_params: DataPipelineParams,
        generator_params: DataGeneratorParams,
        *,
        seed: int = 0,
    ) -> tfaip.pipeline.DataPipeline:
        """A pipeline from a generator through the processors to batches.

        Raises:
            DefinitionError: It can't work as it is put together.
        """
        cls = returned(self, "data_pipeline_cls", self.data_pipeline_cls(), callable, "a class")
        return cls(self, mode, pipeline_params, generator_params, seed=seed)

    def get_or_create_pipeline(
        self,
        mode: PipelineMode,
        pipeline_params: DataPipelineParams,
        generator_params: DataGeneratorParams,
        *,
        seed: int = 0,
    ) -> tfaip.pipeline.DataPipeline:
        """The pipeline of a mode, made on the first call."""
        if mode not in self._pipelines:
            self._pipelines[mode] = self.create_pipeline(mode, pipeline_params, generator_params, seed=seed)
        return self._pipelines[mode]

    def pipeline_by_mode(self, mode: PipelineMode) -> tfaip.pipeline.DataPipeline:
        """The pipeline that `get_or_create_pipeline` made for a mode.

        Raises:
            KeyError: There is none.
        """
        try:
            return self._pipelines[mode]
        except KeyError:
            made = ", ".join(self._pipelines) or "none"
            raise KeyError(f"no pipeline was created for the mode {mode} (there are: {made})") from None

    def dump_resources(self, folder: str | Path) -> TDataParams:
        """Copy all resources of the parameters into `folder/resources`, see `export_resources`.

        Returns:
            A copy of the parameters with paths relative to the folder. Who loads them sets `resource_base_path`.
        """
        exported: TDataParams = export_resources(self.params, Path(folder), base=self.params.resource_base_path)
        exported.resource_base_path = None
        return exported

    def preload(self, mode: PipelineMode) -> tfaip.pipeline.DataPipeline:
        """Replace the pipeline of a mode (see `pipeline_by_mode`) by a preloaded one."""
        self._pipelines[mode] = self.pipeline_by_mode(mode).as_preloaded()
        return self._pipelines[mode]

    @cached_property
    def _specs(self) -> tuple[dict[str, ArraySpec], dict[str, ArraySpec], dict[str, ArraySpec]]:
        name = type(self).__name__
        return (
            as_array_specs(self._input_layer_specs(), f"{name}._input_layer_specs()"),
            as_array_specs(self._target_layer_specs(), f"{name}._target_layer_specs()"),
            as_array_specs(self._meta_layer_specs(), f"{name}._meta_layer_specs()"),
        )
