"""TensorFlow and Keras as tfaip needs them.

In: the environment of the process; functions and specs of arrays.
Out: a process with the right backend and kernels; compiled functions and specs of tensors.

Only `graph_run` imports Keras at its top.

Internal API between the packages.
"""
