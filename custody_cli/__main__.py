"""`python -m custody_cli` is `custody`."""

from custody_cli.main import run

run()
