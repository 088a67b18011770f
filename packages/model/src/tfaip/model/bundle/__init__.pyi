"""The public names of the package: one line each, for type checkers and for `public_names`."""

from tfaip.model.bundle.errors import BundleError as BundleError
from tfaip.model.bundle.layout import Bundle as Bundle
from tfaip.model.bundle.load import load_prediction_function as load_prediction_function
from tfaip.model.bundle.load import load_weights as load_weights
from tfaip.model.stored.params import load_scenario_params as load_scenario_params
