"""Values of the library drawn for people."""
