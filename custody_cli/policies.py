"""Policies as commands name them, and whose approvals count under them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ceremonies import disk
from ceremonies.errors import InputError, IntegrityError
from ceremonies.frozen import replace
from ceremonies.network import REGTEST, Network
from ceremonies.signing.policy import Policy

if TYPE_CHECKING:
    from ceremonies.log.signers import Signers
    from ceremonies.signing.approval import Approval


def policy_for(path: Path | None, *, must_be_pinned: bool) -> Policy:
    """Read the policy that a review applies: the defaults where no file is named.

    Raises:
        InputError: there is none, or it is not one.
    """
    return replace(read_policy(path) or Policy(), must_be_pinned=must_be_pinned)


def read_policy(path: Path | None) -> Policy | None:
    """Read a policy file, and whom it names, to the last key; None where there is no name.

    Raises:
        InputError: there is none, or it is not one.
    """
    if path is None:
        return None
    from ceremonies.signing import policy_file

    policy = policy_file.read(disk.read(path, limit=policy_file.MAX_SIZE, what="the policy"))
    if policy.approvals is not None and policy.approvals.signers:
        _approvers(policy, None)
    return policy


def approvals_from(
    files: Iterable[Path] | None,
    *,
    intent: bytes,
    policy: Policy,
    signers: Path | None,
    network: Network,
    of_several: bool = False,
) -> tuple[Approval, ...]:
    """Verify people's signatures over one intent, each by somebody who may approve it.

    Where they are `of_several` intents, those that do not hold for this one are passed over.

    Raises:
        InputError: a file is no signature, or of nobody who may approve.
        IntegrityError: a signature does not hold for this intent under this policy.
    """
    given = list(files or ())
    if not given:
        return ()
    from ceremonies.log import sshsig
    from ceremonies.signing.approval import NAMESPACE, Approval, text_of

    people, message = _approvers(policy, signers, network=network), text_of(intent, policy.sha256)
    found = []
    for position, path in enumerate(given, start=1):
        armored = disk.read(path, limit=sshsig.MAX_SIZE, what=f"approval {position}")
        name = people.name_of(sshsig.key_in(armored))
        if name is None:
            raise InputError(
                f"approval {position} is by nobody who may approve",
                hint="whoever approves is in the policy, or in its list of signers",
            )
        try:
            people.insist(name, armored, message, namespace=NAMESPACE)
        except IntegrityError as error:
            if of_several:
                continue
            raise IntegrityError(
                f"the approval of {name}: {error.cause}",
                hint="have it made for this very intent, under this very policy",
            ) from None
        found.append(Approval(name, intent, policy.sha256))
    return tuple(found)


def signers_file(policy: Policy, given: Path | None) -> bytes | None:
    """Return the list of signers: the policy's own lines, else the file that was given."""
    from ceremonies.log import signers

    if policy.approvals is not None and policy.approvals.signers:
        return "".join(f"{line}\n" for line in policy.approvals.signers).encode()
    if given is None:
        return None
    return disk.read(given, limit=signers.MAX_SIZE, what="the list of signers")


def _approvers(policy: Policy, given: Path | None, *, network: Network | None = None) -> Signers:
    from ceremonies.conduct import practice
    from ceremonies.log import signers

    asked, data = policy.approvals, signers_file(policy, given)
    if data is None:
        raise InputError(
            "nobody says whose approvals count", hint="give the list of signers with --signers FILE"
        )
    if asked is not None and asked.signers_sha256 not in (None, hashlib.sha256(data).hexdigest()):
        raise IntegrityError(
            "the list of signers is not the one that the policy names",
            hint="give the list with the SHA-256 that `custody policy check` tells",
        )
    known = signers.read(data)
    if network not in (None, REGTEST):
        practice.insist_earnest(known)
    missing = set(asked.people if asked is not None else ()) - set(known.names)
    if missing:
        raise InputError(
            f"the policy wants the approval of {min(missing)}, who is not in the list of signers",
            hint="correct the policy or the list",
        )
    return known
