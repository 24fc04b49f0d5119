"""A key, a wallet, a review and a signature with no terminal: `python docs/library_example.py`."""

from ceremonies.bitcoin import practice, psbt
from ceremonies.keys import account, entropy, seed
from ceremonies.network import REGTEST
from ceremonies.signing import review, sign, signer
from ceremonies.wallets import wallet

key = seed.draw_seed(entropy.draw([entropy.system()]), words=24).bip32_seed()
path = account.account_path("wpkh", 0, REGTEST)
descriptor = account.derive(key, path, REGTEST).descriptor("wpkh")
vault = wallet.register("vault", [descriptor], REGTEST)
payment = psbt.parse(practice.practice_psbt(vault.branches))
reviewed = review.review(payment, vault, signer=signer.Signer(key, REGTEST))
assert reviewed.intent, [found.message for found in reviewed.findings]
signed = sign.sign(reviewed, approved=reviewed.intent)
print(signed.signed_by, signed.signatures_added, f"{reviewed.facts.fee_sat} sat")
print(signed.data.hex())
