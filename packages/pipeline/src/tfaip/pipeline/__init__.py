"""Sample processors in pure Python, run in parallel processes, and batched for deep learning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .array_spec import ArraySpec
from .batch import Batch
from .batch_iterator import BatchIterator
from .data_base import DataBase
from .data_base_params import DataBaseParams
from .data_generator import DataGenerator
from .data_generator_params import DataGeneratorParams
from .data_pipeline import DataPipeline
from .data_pipeline_params import DataPipelineParams
from .data_processor import DataProcessor, GeneratingDataProcessor, MappingDataProcessor
from .data_processor_params import DataProcessorParams
from .errors import DataError
from .mode import GENERAL, INPUT_PROCESSOR, TARGETS_PROCESSOR, PipelineMode
from .processor_pipeline_params import (
    ComposedProcessorPipelineParams,
    DataProcessorPipelineParams,
    SequentialProcessorPipelineParams,
)
from .resources import resource
from .sample import Sample

if TYPE_CHECKING:
    from .tf_dataset import InputDataset as InputDataset

# Without InputDataset, which `import *` would import TensorFlow for.
__all__ = [
    "GENERAL",
    "INPUT_PROCESSOR",
    "TARGETS_PROCESSOR",
    "ArraySpec",
    "Batch",
    "BatchIterator",
    "ComposedProcessorPipelineParams",
    "DataBase",
    "DataBaseParams",
    "DataError",
    "DataGenerator",
    "DataGeneratorParams",
    "DataPipeline",
    "DataPipelineParams",
    "DataProcessor",
    "DataProcessorParams",
    "DataProcessorPipelineParams",
    "GeneratingDataProcessor",
    "MappingDataProcessor",
    "PipelineMode",
    "Sample",
    "SequentialProcessorPipelineParams",
    "resource",
]


def __getattr__(name: str) -> Any:
    # What needs TensorFlow is imported when it is asked for.
    if name == "InputDataset":
        from .tf_dataset import InputDataset

        return InputDataset
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
