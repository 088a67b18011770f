"""The parameters of a run in TensorBoard."""

from __future__ import annotations

import json

import tensorflow as tf
from tensorboard.plugins.hparams import api, api_pb2, summary

from tfaip.params import to_dict
from tfaip.trainer.reporting.flat_params import flat_params
from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.run_context import RunContext

__all__ = ["RecordParams"]


class RecordParams(Action):
    """Writes the parameters for TensorBoard's table of hyperparameters, where runs are compared, and as a text.

    They stand in the folder above those of training and validation, which makes these the metrics of the table.
    """

    def open(self, context: RunContext) -> None:
        """Write them, at the beginning of the run only."""
        if context.folder is None or context.step:
            return
        with context.tensorboard.writer(".").as_default():
            api.hparams(flat_params(context.params), trial_id=context.folder.path.name)
            lines = json.dumps(to_dict(context.params), indent=2).splitlines()
            # Four spaces make it code in Markdown.
            tf.summary.text("parameters", "\n".join(f"    {line}" for line in lines), step=0)
        context.tensorboard.flush()

    def after_training(self, context: RunContext) -> None:
        """Say that the run has come to its end."""
        if context.folder:
            done = summary.session_end_pb(api_pb2.STATUS_SUCCESS)
            with context.tensorboard.writer(".").as_default():
                tf.summary.experimental.write_raw_pb(done.SerializeToString(), step=0)
