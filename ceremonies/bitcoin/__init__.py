"""The engine's door: both roads to every key, address, signature and transaction.

No type of `btclib`, `bip-utils`, `coincurve` or Bitcoin Core appears in a public signature here;
this is the only wing that changes when the engine does.
"""
