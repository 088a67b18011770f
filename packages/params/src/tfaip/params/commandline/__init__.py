"""From the words of a command line to params: which arguments exist depends on the classes that the words select."""
