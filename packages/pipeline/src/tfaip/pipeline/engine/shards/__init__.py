"""The reading of shards: the worker of each shard, and the order of the records.

In come a layout and requests for chunks of a lane; out come samples, the same ones whatever the number of processes.
"""
