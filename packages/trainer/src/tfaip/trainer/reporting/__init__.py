"""Reports of a run: on the console, in its log, in notebooks, for other programs.

In: the progress and the logs of a run.
Out: lines, bars and tables, `train.log`, `metrics.jsonl`, `status.json`.
"""
