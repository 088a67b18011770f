"""Parameters of load and validate."""

from __future__ import annotations

from tfaip.params import field, params
from tfaip.predict.params import InferenceParams
from tfaip.predict.voting.mean import MeanVoterParams
from tfaip.predict.voting.params import READY_MADE_VOTERS
from tfaip.predict.voting.voter import VoterParams

__all__ = ["LAVParams", "MultiLAVParams"]


@params(former_tags=["tfaip.lav.params:LAVParams"])
class LAVParams(InferenceParams):
    """How a model is validated."""

    with_training_graph: bool = field(
        default=False,
        aliases=("--predict.with_training_graph",),
        help="Compute losses and metrics on the training graph of the scenario's code, with the weights of the bundle",
    )
    print_limit: int = field(
        basic=True, default=0, help="Number of samples of each data set to print in words; -1: all, 0: none"
    )


@params
class MultiLAVParams(LAVParams):
    """How the vote of several models is validated."""

    voter: VoterParams = field(
        basic=True,
        factory=MeanVoterParams,
        mode="flat",
        choices=READY_MADE_VOTERS,
        help="Method that makes one output of all models' outputs",
    )
