"""The commands of tfaip-predict; none of them loads TensorFlow before computing starts."""
