"""A workbook of runs, scheduled over devices, with the results written back into the workbook."""

from tfaip.params.public_names import public_names

__getattr__, __dir__, __all__ = public_names(__name__)
