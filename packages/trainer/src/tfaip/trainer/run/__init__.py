"""A run: epochs of steps, and the actions between them.

In: parameters, a scenario, a folder and a checkpoint. Out: the logs of each epoch, and the files that actions write.
`TrainingRun` makes the epochs; Its actions share a `RunContext`.
"""
