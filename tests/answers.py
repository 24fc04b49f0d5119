"""Which contract each command answers by."""

from __future__ import annotations

from typing import Any

from custody_cli import contract

ANSWERS: dict[str, Any] = {
    "doctor": contract.DoctorAnswer,
    "key new": contract.KeyNewAnswer,
    "key recompute": contract.KeyRecomputeAnswer,
    "key account": contract.KeyAccountAnswer,
    "key check": contract.KeyCheckAnswer,
    "key last-word": contract.KeyLastWordAnswer,
    "key convert": contract.KeyConvertAnswer,
    "key child": contract.KeyChildAnswer,
    "share split": contract.ShareSplitAnswer,
    "share check": contract.ShareCheckAnswer,
    "share recover": contract.ShareRecoverAnswer,
    "wallet create": contract.WalletAnswer,
    "wallet show": contract.WalletAnswer,
    "wallet address": contract.WalletAddressAnswer,
    "wallet compare": contract.WalletCompareAnswer,
    "wallet export": contract.WalletExportAnswer,
    "psbt show": contract.PsbtShowAnswer,
    "psbt sign": contract.PsbtSignAnswer,
    "psbt combine": contract.PsbtCombineAnswer,
    "psbt convert": contract.PsbtConvertAnswer,
    "psbt finalize": contract.PsbtFinalizeAnswer,
    "policy check": contract.PolicyCheckAnswer,
    "qr show": contract.QrShowAnswer,
    "qr read": contract.QrReadAnswer,
    "message challenge": contract.MessageChallengeAnswer,
    "message sign": contract.MessageSignAnswer,
    "message verify": contract.MessageVerifyAnswer,
    "ceremony list": contract.CeremonyListAnswer,
    "ceremony show": contract.CeremonyShowAnswer,
    "ceremony check": contract.CeremonyCheckAnswer,
    "ceremony print": contract.CeremonyPrintAnswer,
    "ceremony run": contract.CeremonyRunAnswer,
    "ceremony resume": contract.CeremonyRunAnswer,
    "ceremony abort": contract.CeremonyRunAnswer,
    "ceremony status": contract.CeremonyStatusAnswer,
    "log show": contract.LogShowAnswer,
    "log seal": contract.LogSealAnswer,
    "log attest": contract.LogAttestAnswer,
    "log register": contract.LogRegisterAnswer,
    "log verify": contract.LogVerifyAnswer,
}
