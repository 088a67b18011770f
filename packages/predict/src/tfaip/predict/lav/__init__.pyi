"""The public names of the package: one line each, for type checkers and for `public_names`."""

from tfaip.predict.lav.callback import LAVCallback as LAVCallback
from tfaip.predict.lav.lav import LAV as LAV
from tfaip.predict.lav.multi_lav import MultiLAV as MultiLAV
from tfaip.predict.lav.params import MultiLAVParams as MultiLAVParams
from tfaip.predict.lav.result import LAVResult as LAVResult
from tfaip.predict.params import LAVParams as LAVParams
