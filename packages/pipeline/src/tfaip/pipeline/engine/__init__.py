"""The engine: does the work of a pipeline, in this process and in workers.

In come a plan and a source of elements; out go portions of processed samples, in order, for any parallelism.
"""
