"""Computing: the run of a model on batches.

In: batches of input arrays; a bundle, or a graph that is at hand.
Out: the outputs of the model, batch by batch, a few batches ahead of the consumer.
"""
