"""Training on several devices or machines: the same batches and weights as on one.

In: the parameters of `--device`, and the addresses of the workers.
Out: a strategy of TensorFlow, a share of each batch, and an error where a worker is lost.
"""
