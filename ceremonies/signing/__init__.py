"""What a PSBT would do, whether it may be signed, signing it, and finishing it."""
