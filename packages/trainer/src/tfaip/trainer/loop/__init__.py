"""Many steps in one call of a compiled function.

In: a step, and an iterator over the batches of the training data. Out: a `LoopCall` with the counts of the steps made.
`create_training_loop` chooses the loop; `TrainingData` is the iterator and its place in the data.
"""
