"""The commands of tfaip-model; none of them loads TensorFlow before computing starts.

In: the words of a command line: a bundle and arguments.
Out: another bundle.

Internal API between the packages.
"""
