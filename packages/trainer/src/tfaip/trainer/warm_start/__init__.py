"""Starting a training from weights that were trained before."""

from tfaip.trainer.warm_start.params import WarmstartParams

__all__ = ["WarmstartParams"]
