"""The work of a run beside its steps.

In: the `RunContext` of the run. Out: logs that are added to it, decisions (best model, end of the training), files.
"""
