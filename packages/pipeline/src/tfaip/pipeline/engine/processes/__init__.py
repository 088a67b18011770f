"""The worker processes.

In come portions and the number of a segment; out comes what a worker made of them, through shared memory.
"""
