"""Whether a scenario's trainings resume exactly: kills them, resumes them, and compares what they leave."""
