"""The model of the tutorial: what is trained, measured and printed."""

import keras
from keras import ops

from examples.tutorial.min.graph import TutorialGraph
from examples.tutorial.min.params import TutorialModelParams
from tfaip.model import MetricDefinition, ModelBase


class TutorialModel(ModelBase[TutorialModelParams]):
    """Classification by cross entropy; the best model is the most accurate one."""

    def create_graph(self, params):
        """Make the graph."""
        return TutorialGraph(params)

    def _loss(self, inputs, targets, outputs):
        gt = ops.squeeze(targets["gt"], axis=-1)
        return {"cross_entropy": keras.losses.sparse_categorical_crossentropy(gt, outputs["logits"], from_logits=True)}

    def _metric(self):
        return {"acc": MetricDefinition("gt", "pred", keras.metrics.SparseCategoricalAccuracy())}

    def _best_logging_settings(self):
        return "max", "acc"

    def _print_evaluate(self, sample, data, print_fn=print):
        predicted = int(sample.outputs["class"])
        words = f"predicted {predicted} with probability {sample.outputs['pred'][predicted]:.1%}"
        if sample.targets:
            true = int(sample.targets["gt"][0])
            words += ": right" if predicted == true else f": wrong, it is a {true}"
        print_fn(words)
