"""One step of the training.

In: a batch of inputs and targets. Out: changed variables (weights, optimizer, averages, metrics), and whether all was
finite. `TrainingState` builds what a step needs; `TrainStep` makes the step.
"""
