"""Predictions as files that other programs read.

In: predicted samples, one after the other.
Out: a CSV or JSON file, or PNG pictures; the ending of the path chooses the format.
"""

from tfaip.predict.prediction_files.by_ending import PredictionFile, prediction_file
from tfaip.predict.prediction_files.formats import CSVFile, JSONFile, JSONLinesFile, PNGFiles

__all__ = ["CSVFile", "JSONFile", "JSONLinesFile", "PNGFiles", "PredictionFile", "prediction_file"]
