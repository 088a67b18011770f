"""The declared arguments of a command: params roots, plain and built-in arguments.

In: calls of `add_root` and `add_argument`.
Out: plain declarations, which reading and help take.
"""
