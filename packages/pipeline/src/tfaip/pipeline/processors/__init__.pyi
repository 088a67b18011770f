"""The public names of the package: one line each, for type checkers and for `public_names`."""

from tfaip.pipeline.processors.ctc_targets import CTCTargets as CTCTargets
from tfaip.pipeline.processors.ctc_targets import ctc_frames_needed as ctc_frames_needed
from tfaip.pipeline.processors.ctc_targets_params import CTCTargetsParams as CTCTargetsParams
from tfaip.pipeline.processors.normalize import Normalize as Normalize
from tfaip.pipeline.processors.normalize_params import NormalizeParams as NormalizeParams
