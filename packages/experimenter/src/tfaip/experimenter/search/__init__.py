"""Searches: rows of the workbook that become several runs, whose values Optuna samples.

In: the distributions of a row, and the logs of the runs that it has become.
Out: the next run, runs to be stopped early, and the importance of each parameter.
"""
