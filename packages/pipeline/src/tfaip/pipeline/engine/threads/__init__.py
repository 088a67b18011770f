"""The threads: workers in this process, for work that releases the interpreter lock.

In come tasks; out come their results, whose arrays nobody copies.
"""
