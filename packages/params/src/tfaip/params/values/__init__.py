"""What a field can hold: each kind of value knows how it is read from the command line and how it is shown."""
