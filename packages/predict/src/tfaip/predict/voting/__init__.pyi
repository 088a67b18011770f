"""The public names of the package: one line each, for type checkers and for `public_names`."""

from tfaip.predict.voting.confidence import ConfidenceVoter as ConfidenceVoter
from tfaip.predict.voting.confidence import ConfidenceVoterParams as ConfidenceVoterParams
from tfaip.predict.voting.majority import MajorityVoter as MajorityVoter
from tfaip.predict.voting.majority import MajorityVoterParams as MajorityVoterParams
from tfaip.predict.voting.mean import MeanVoter as MeanVoter
from tfaip.predict.voting.mean import MeanVoterParams as MeanVoterParams
from tfaip.predict.voting.params import MultiModelPredictorParams as MultiModelPredictorParams
from tfaip.predict.voting.predictor import MultiModelPredictor as MultiModelPredictor
from tfaip.predict.voting.voter import MultiModelVoter as MultiModelVoter
from tfaip.predict.voting.voter import VoterParams as VoterParams
from tfaip.predict.voting.weighted_mean import WeightedMeanVoter as WeightedMeanVoter
from tfaip.predict.voting.weighted_mean import WeightedMeanVoterParams as WeightedMeanVoterParams
