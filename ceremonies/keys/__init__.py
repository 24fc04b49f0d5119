"""The secret side: entropy, phrases, shares and the accounts derived from them."""
