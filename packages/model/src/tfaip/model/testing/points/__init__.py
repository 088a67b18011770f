"""A scenario that trains in a second: which of three directions a noisy point lies in.

In: random points.
Out: the direction of each.

It has what makes trainings hard to repeat and bundles hard to carry, so that tests stand on it: augmentation from the
samples' random generators, dropout, a metric, and a post-processor.
"""
