"""The command line's commands, one file a family; each is loaded when it is called."""
