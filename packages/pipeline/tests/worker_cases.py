"""Processors that tell what a worker process is like."""

from __future__ import annotations

import os
import random
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from tfaip.params import params
from tfaip.pipeline import DataProcessorParams, MappingDataProcessor, Sample


@params
class TellSurroundingsParams(DataProcessorParams):
    def cls(self) -> type[MappingDataProcessor[Any]]:
        return TellSurroundings


class TellSurroundings(MappingDataProcessor[TellSurroundingsParams]):
    def apply(self, sample: Sample) -> Sample:
        mask = os.umask(0)
        os.umask(mask)
        told = [
            str(Path.cwd()),
            os.environ.get("LAB"),
            os.environ.get("HOME"),
            mask,
            resource.getrlimit(resource.RLIMIT_CORE)[0],
            len(os.sched_getaffinity(0)),
            os.getpriority(os.PRIO_PROCESS, 0),
        ]
        return sample.new_meta({"surroundings": told})


@params
class PrintParams(DataProcessorParams):
    def cls(self) -> type[MappingDataProcessor[Any]]:
        return Print


class Print(MappingDataProcessor[PrintParams]):
    def apply(self, sample: Sample) -> Sample:
        print("to stdout")
        print("to stderr", file=sys.stderr)
        return sample


@params
class DrawParams(DataProcessorParams):
    """Draws from the random numbers of the process, as users should not."""

    def cls(self) -> type[MappingDataProcessor[Any]]:
        return Draw


class Draw(MappingDataProcessor[DrawParams]):
    def apply(self, sample: Sample) -> Sample:
        drawn = {"numpy": np.random.random(), "python": random.random(), "pid": os.getpid()}
        return sample.new_meta({**sample.meta, **drawn})


@params
class TouchParams(DataProcessorParams):
    """Writes to the pipe of the sample in a folder, then takes a minute."""

    folder: str = ""

    def cls(self) -> type[MappingDataProcessor[Any]]:
        return Touch


class Touch(MappingDataProcessor[TouchParams]):
    def apply(self, sample: Sample) -> Sample:
        (Path(self.params.folder) / str(sample.meta["index"])).write_text("begun")
        time.sleep(60)
        return sample
