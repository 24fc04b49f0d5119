"""What a Bitcoin cold-storage ceremony is, with no terminal, clock or network of its own.

Everything here takes values and returns values. Reading a terminal, printing, exiting and the
choice of clock and random device belong to whoever calls (`docs/architecture.md`).
"""
