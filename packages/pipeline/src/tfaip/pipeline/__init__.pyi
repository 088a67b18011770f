"""The public names of the package: one line each, for type checkers and for `public_names`."""

from tfaip.pipeline.batching.batch import Batch as Batch
from tfaip.pipeline.data.array_spec import ArraySpec as ArraySpec
from tfaip.pipeline.data.data_base import DataBase as DataBase
from tfaip.pipeline.data.data_base_params import ComposedProcessorPipelineParams as ComposedProcessorPipelineParams
from tfaip.pipeline.data.data_base_params import DataBaseParams as DataBaseParams
from tfaip.pipeline.data.data_base_params import DataProcessorPipelineParams as DataProcessorPipelineParams
from tfaip.pipeline.data.data_base_params import SequentialProcessorPipelineParams as SequentialProcessorPipelineParams
from tfaip.pipeline.data.generator import DataGenerator as DataGenerator
from tfaip.pipeline.data.generator import DataGeneratorParams as DataGeneratorParams
from tfaip.pipeline.data.pipeline_params import GENERAL as GENERAL
from tfaip.pipeline.data.pipeline_params import INPUT_PROCESSOR as INPUT_PROCESSOR
from tfaip.pipeline.data.pipeline_params import TARGETS_PROCESSOR as TARGETS_PROCESSOR
from tfaip.pipeline.data.pipeline_params import DataPipelineParams as DataPipelineParams
from tfaip.pipeline.data.pipeline_params import PipelineMode as PipelineMode
from tfaip.pipeline.data.processor import DataProcessor as DataProcessor
from tfaip.pipeline.data.processor import DataProcessorParams as DataProcessorParams
from tfaip.pipeline.data.processor import GeneratingDataProcessor as GeneratingDataProcessor
from tfaip.pipeline.data.processor import MappingDataProcessor as MappingDataProcessor
from tfaip.pipeline.data.resources import resource as resource
from tfaip.pipeline.data.sample import Sample as Sample
from tfaip.pipeline.errors import DataError as DataError
from tfaip.pipeline.running.batch_iterator import BatchIterator as BatchIterator
from tfaip.pipeline.running.data_pipeline import DataPipeline as DataPipeline
from tfaip.pipeline.tf_dataset import InputDataset as InputDataset
