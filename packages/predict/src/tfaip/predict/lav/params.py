"""Parameters of load and validate; those of one model are with the parameters of a prediction, which need no NumPy."""

from __future__ import annotations

from tfaip.params import field, params
from tfaip.predict.params import LAVParams
from tfaip.predict.voting.mean import MeanVoterParams
from tfaip.predict.voting.params import READY_MADE_VOTERS
from tfaip.predict.voting.voter import VoterParams

__all__ = ["MultiLAVParams"]


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
