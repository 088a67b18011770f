"""The commands of tfaip-trainer; none of them loads TensorFlow before computing starts.

In: the words of a command line: a scenario, a run's folder, or a file of parameters, and its arguments.
Out: a training, or the time of its data pipeline.

Internal API between the packages.
"""
