"""Sample processors in pure Python, run in parallel processes, and batched for deep learning.

Parameters load at once; what computes, and NumPy with it, when it is first asked for: help does without.
"""

import tfaip.params  # noqa: F401 - first: it puts the current folder last, which `python -m` has put first

# isort: split
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tfaip.pipeline.data.data_base_params import (
    ComposedProcessorPipelineParams,
    DataBaseParams,
    DataProcessorPipelineParams,
    SequentialProcessorPipelineParams,
)
from tfaip.pipeline.data.generator import DataGeneratorParams
from tfaip.pipeline.data.pipeline_params import (
    GENERAL,
    INPUT_PROCESSOR,
    TARGETS_PROCESSOR,
    DataPipelineParams,
    PipelineMode,
)
from tfaip.pipeline.data.processor import DataProcessorParams
from tfaip.pipeline.data.resources import resource
from tfaip.pipeline.errors import DataError

if TYPE_CHECKING:
    from tfaip.pipeline.batching.batch import Batch
    from tfaip.pipeline.data.array_spec import ArraySpec
    from tfaip.pipeline.data.data_base import DataBase
    from tfaip.pipeline.data.generator import DataGenerator
    from tfaip.pipeline.data.processor import DataProcessor, GeneratingDataProcessor, MappingDataProcessor
    from tfaip.pipeline.data.sample import Sample
    from tfaip.pipeline.running.batch_iterator import BatchIterator
    from tfaip.pipeline.running.data_pipeline import DataPipeline
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
    "ArraySpec": "data.array_spec",
    "Batch": "batching.batch",
    "BatchIterator": "running.batch_iterator",
    "DataBase": "data.data_base",
    "DataGenerator": "data.generator",
    "DataPipeline": "running.data_pipeline",
    "DataProcessor": "data.processor",
    "GeneratingDataProcessor": "data.processor",
    "InputDataset": "tf_dataset",
    "MappingDataProcessor": "data.processor",
    "Sample": "data.sample",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
