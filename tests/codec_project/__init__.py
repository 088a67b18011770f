"""A project as a user lays it out: its data holds a codec, whose size decides on the last layer."""
