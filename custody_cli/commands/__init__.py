"""One file a noun; each is imported only when it is called."""
