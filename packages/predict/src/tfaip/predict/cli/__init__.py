"""The commands of tfaip-predict. None of them loads TensorFlow before it computes.

In: the words of the command line.
Out: predictions in a dump, results on the console, and an exit code.
"""
