"""The public side: descriptor wallets, their addresses and their files."""
