"""How a run is seen: on the console, in its log, in TensorBoard, by other programs."""
