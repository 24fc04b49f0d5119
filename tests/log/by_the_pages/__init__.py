"""A verifier of logs that was written from docs/log-format.md and docs/log-records.md alone.

It shares nothing with the program: Python's standard library, and ssh-keygen as a process. The
tables of the pages are read by it, and not written again.
"""
