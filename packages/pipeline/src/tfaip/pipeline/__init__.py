"""Sample processors in pure Python, run in parallel processes, and batched for deep learning.

Parameters load at once; what computes, and NumPy with it, when it is first asked for: help does without.
"""

import tfaip.params  # noqa: F401 - first: it puts the current folder last, which `python -m` has put first

# isort: split
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tfaip.pipeline.data_base_params import DataBaseParams
from tfaip.pipeline.data_generator_params import DataGeneratorParams
from tfaip.pipeline.data_pipeline_params import DataPipelineParams
from tfaip.pipeline.data_processor_params import DataProcessorParams
from tfaip.pipeline.errors import DataError
from tfaip.pipeline.mode import GENERAL, INPUT_PROCESSOR, TARGETS_PROCESSOR, PipelineMode
from tfaip.pipeline.processor_pipeline_params import (
    ComposedProcessorPipelineParams,
    DataProcessorPipelineParams,
    SequentialProcessorPipelineParams,
)
from tfaip.pipeline.resources import resource

if TYPE_CHECKING:
    from tfaip.pipeline.array_spec import ArraySpec
    from tfaip.pipeline.batch import Batch
    from tfaip.pipeline.batch_iterator import BatchIterator
    from tfaip.pipeline.data_base import DataBase
    from tfaip.pipeline.data_generator import DataGenerator
    from tfaip.pipeline.data_pipeline import DataPipeline
    from tfaip.pipeline.data_processor import DataProcessor, GeneratingDataProcessor, MappingDataProcessor
    from tfaip.pipeline.sample import Sample
    from tfaip.pipeline.tf_dataset import InputDataset as InputDataset

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

_MODULES = {
    "ArraySpec": "array_spec",
    "Batch": "batch",
    "BatchIterator": "batch_iterator",
    "DataBase": "data_base",
    "DataGenerator": "data_generator",
    "DataPipeline": "data_pipeline",
    "DataProcessor": "data_processor",
    "GeneratingDataProcessor": "data_processor",
    "InputDataset": "tf_dataset",
    "MappingDataProcessor": "data_processor",
    "Sample": "sample",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
