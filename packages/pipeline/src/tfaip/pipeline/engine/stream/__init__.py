"""The stream of portions within the process of the consumer.

In comes a generator; out go its portions, pass after pass, from any state on, each taken through the segments.
"""
