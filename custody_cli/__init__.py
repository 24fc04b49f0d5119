"""The operator's face: commands that parse, call the library and show what it said."""
