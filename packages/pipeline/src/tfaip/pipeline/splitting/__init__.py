"""Parts of the samples of one generator, by index.

In: the parameters of a generator, and which part is meant. Out: parameters of a generator of that part.
"""
