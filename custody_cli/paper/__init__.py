"""Pages to print: forms that people fill in beside the machine."""
