"""ONNX: the graph of a bundle for onnxruntime.

In: a compiled function of TensorFlow with its specs; batches of inputs.
Out: the file `model.onnx`, verified against the function; from it again a prediction function without TensorFlow.

Only `conversion` and `converter_gaps` need TensorFlow and tf2onnx.

Internal API between the packages.
"""
