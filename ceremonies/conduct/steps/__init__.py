"""Every action a script may name, one file for each thing they do."""

from __future__ import annotations

from typing import Any

from ceremonies.conduct.actions import Action
from ceremonies.conduct.steps import (
    account,
    block,
    chance,
    closing,
    collect,
    hand_out,
    inventory,
    machine,
    payload,
    phrase,
    program,
    recover,
    review,
    roll_call,
    sign,
    spoken_to,
    wallet,
)

ACTIONS: dict[str, Action[Any]] = {
    action.name: action
    for action in (
        machine.CHECK_MACHINE,
        roll_call.ROLL_CALL,
        chance.COLLECT_ENTROPY,
        phrase.MAKE_SEED,
        phrase.SHOW_PHRASE,
        phrase.CONFIRM_PHRASE,
        hand_out.SPLIT_SHARES,
        hand_out.HAND_OUT_SHARES,
        collect.COLLECT_SHARES,
        recover.RECOVER_SEED,
        recover.CONFIRM_FINGERPRINT,
        account.EXPORT_ACCOUNT,
        wallet.REGISTER_WALLET,
        wallet.READ_WALLET,
        payload.READ_PAYLOAD,
        review.REVIEW_PSBT,
        review.APPROVE_INTENT,
        sign.SIGN_PSBT,
        payload.SEND_PAYLOAD,
        program.CHECK_PROGRAM,
        block.BIND_TIME,
        inventory.INVENTORY,
        spoken_to.ACKNOWLEDGE,
        spoken_to.EXCEPTION,
        closing.WIPE,
        closing.SEAL_LOG,
        closing.CLOSE,
    )
}
