"""The commands of tfaip; none of them loads TensorFlow before computing starts."""
