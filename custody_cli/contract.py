"""Every JSON object that scripts rely on, one `TypedDict` each (`docs/commands.md`).

Amounts are satoshi as integers; rates are decimal strings; a field is never dropped when it has no
value, it is `null`.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict, final


class FindingJson(TypedDict):
    """What one rule found."""

    rule: str
    level: str
    where: str
    message: str
    hint: str


class ErrorJson(TypedDict):
    """What went wrong."""

    code: int
    kind: str
    cause: str
    hint: str
    findings: list[FindingJson]


class ErrorAnswer(TypedDict):
    """Any command that fails."""

    error: ErrorJson


class ProbeJson(TypedDict):
    """What one probe of the machine found."""

    name: str
    ok: bool
    message: str
    hint: str


class DoctorAnswer(TypedDict):
    """`custody doctor`."""

    fit: bool
    probes: list[ProbeJson]


class SourceJson(TypedDict):
    """One source of entropy and the bits it is credited with."""

    kind: str
    bits: int


class ShellCheckJson(TypedDict):
    """A line for any shell: it reads the rolls of a key of dice alone, and prints this."""

    command: str
    prints: str


class KeyNewAnswer(TypedDict):
    """`custody key new`: never the phrase.

    `check` is null unless the key is of dice alone, and `commitment` unless there was one.
    """

    words: int
    fingerprint: str
    scheme: str
    sources: list[SourceJson]
    commitment: str | None
    check: ShellCheckJson | None


class KeyRecomputeAnswer(TypedDict):
    """`custody key recompute`; another commitment or fingerprint is an error, exit 5."""

    words: int
    fingerprint: str
    scheme: str
    sources: list[SourceJson]
    commitment: str
    matches: bool


class KeyAccountAnswer(TypedDict):
    """`custody key account`; `notes` says what nothing vouches for.

    `export` is there where another form than `key` and `descriptor` was asked for, `output` where
    a file was written. The last three are there with `--coin` alone; `signable` is then false, and
    `xpub` of a coin without extended keys is its public key in hex.
    """

    fingerprint: str
    path: str
    xpub: str
    key: str
    descriptor: NotRequired[str]
    scheme: str
    agreed_by: list[str]
    notes: list[str]
    export: NotRequired[str]
    output: NotRequired[str]
    coin: NotRequired[str]
    address: NotRequired[str]
    signable: NotRequired[bool]


class KeyCheckAnswer(TypedDict):
    """`custody key check`; a fingerprint that does not match is an error, exit 5."""

    fingerprint: str
    scheme: str
    matches: bool


class KeyLastWordAnswer(TypedDict):
    """`custody key last-word`; there is no fingerprint where nothing was drawn."""

    words: int
    language: str
    possible: int
    fingerprint: str | None


KeyConvertAnswer = TypedDict(
    "KeyConvertAnswer",
    {"from": str, "to": str, "words": int, "fingerprint": str, "notes": list[str]},
)
"""`custody key convert`."""


class KeyChildAnswer(TypedDict):
    """`custody key child`; single keys and bytes have no fingerprint."""

    kind: str
    path: str
    index: int
    parent: str
    fingerprint: str | None
    agreed_by: list[str]
    notes: list[str]


class GroupJson(TypedDict):
    """One group of cards and the files they were written to."""

    needs: int
    of: int
    files: list[str]


class ShareSplitAnswer(TypedDict):
    """`custody share split`."""

    form: str
    set: str
    scheme: str
    fingerprint: str
    groups_needed: int
    groups: list[GroupJson]
    notes: list[str]


class ShareCheckAnswer(TypedDict):
    """`custody share check`; groups and members count from 1, `checks` is what was checked.

    `set`, `member` and `needs` are null for a part of a Seed XOR without its record.
    """

    form: str
    set: str | None
    group: int
    member: int | None
    needs: int | None
    groups_needed: int
    checks: list[str]
    valid: bool
    notes: list[str]


class ShareRecoverAnswer(TypedDict):
    """`custody share recover`; `notes` says what nothing vouches for."""

    fingerprint: str
    scheme: str
    notes: list[str]


class WalletKeyJson(TypedDict):
    """One key of a wallet under its letter; `fingerprint` and `path` are null for a bare key."""

    letter: str
    fingerprint: str | None
    path: str | None
    key: str
    ours: bool


class WalletWayJson(TypedDict):
    """One way to spend, in words; `ours` says that the keys in this room are enough for it."""

    words: str
    ours: bool


class WalletAnswer(TypedDict):
    """`custody wallet create` and `custody wallet show`; `means` is all `ways` in one sentence.

    `policy` is the hash of the policy that the wallet file pins.
    """

    name: str
    network: str
    script: str
    descriptor: str
    checksum: str
    id: str
    threshold: int | None
    signers: list[str]
    shown_as: str | None
    means: str
    ways: list[WalletWayJson]
    keys: list[WalletKeyJson]
    notes: list[str]
    policy: str | None
    last_index: int | None


class DifferenceJson(TypedDict):
    """One difference of two wallets; one that does not `matter` leaves them the same wallet."""

    what: str
    words: str
    matters: bool


class WalletCompareAnswer(TypedDict):
    """`custody wallet compare`: exit 0 when they are the `same` wallet, 5 when not.

    `identical` says that the files are the same byte for byte.
    """

    same: bool
    identical: bool
    sentence: str
    ids: list[str]
    differences: list[DifferenceJson]


class WalletExportAnswer(TypedDict):
    """`custody wallet export`: `content` is what was read back, and is in `output` if named."""

    wallet: str
    id: str
    coordinator: str
    content: str
    output: str | None


class AddressJson(TypedDict):
    """One address of a wallet."""

    index: int
    change: bool
    address: str
    path: str
    agreed_by: list[str]


class WalletAddressAnswer(TypedDict):
    """`custody wallet address`."""

    addresses: list[AddressJson]


class InputJson(TypedDict):
    """One input of a reviewed transaction.

    `proved` says that its value is not the PSBT's word alone: its previous transaction is there,
    or its signature, being taproot's, commits to every value.
    """

    outpoint: str
    value_sat: int | None
    path: str | None
    script: str
    proved: bool


class OutputJson(TypedDict):
    """One output of a reviewed transaction; `kind` is payment, change, self or data."""

    index: int
    address: str | None
    value_sat: int
    kind: str
    path: str | None


class BranchJson(TypedDict):
    """One way to spend: `opens` says when; it is `open` where this transaction waits so long."""

    words: str
    opens: str
    open: bool
    signers: list[str]


class SignaturesJson(TypedDict):
    """How many signatures each input needs, how many every input has, and who can make them.

    `required` is null where the wallet has several ways to spend.
    """

    required: int | None
    present: int
    signers: list[str]


class ApprovalsJson(TypedDict):
    """How many people's approvals the policy needs, and whose were given."""

    needed: int
    by: list[str]


class QrShowAnswer(TypedDict):
    """`custody qr show`: `parts` codes are needed, `codes` are in the loop."""

    kind: str
    format: str
    version: int
    parts: int
    codes: int
    bytes: int
    output: str | None


class QrReadAnswer(TypedDict):
    """`custody qr read`; `bytes` is how many the payload has."""

    kind: str
    format: str
    frames_read: int
    frames_used: int
    bytes: int
    output: str | None


class PastPaymentJson(TypedDict):
    """Where an earlier transaction paid, null where its script has no address, and how much."""

    address: str | None
    value_sat: int


class SignedBeforeJson(TypedDict):
    """An earlier transaction that spends inputs of this one too, by their numbers.

    `payments` and `fee_sat` are null where its log does not open them.
    """

    log: str
    txid: str
    inputs: list[int]
    payments: list[PastPaymentJson] | None
    fee_sat: int | None


class PsbtShowAnswer(TypedDict):
    """`custody psbt show`: exit 0 when `verdict` is `sign`, 4 when `refuse`.

    There is no intent for a refused PSBT. `policy` is the SHA-256 of the policy's file,
    `policy_pinned` says whether the wallet file pins one, `signed_before` is what the history knows
    of the same coins, and `fields_kept` counts records that nothing here reads, by their names.
    """

    intent: str | None
    policy: str | None
    policy_pinned: bool
    approvals: ApprovalsJson
    txid: str
    network: str
    wallet: str
    inputs: list[InputJson]
    outputs: list[OutputJson]
    fee_sat: int | None
    fee_rate_sat_vb: str | None
    vsize: int | None
    locktime: int
    signatures: SignaturesJson
    branches: list[BranchJson]
    fields_kept: dict[str, int]
    signed_before: list[SignedBeforeJson]
    findings: list[FindingJson]
    verdict: str


class PsbtSignAnswer(PsbtShowAnswer):
    """`custody psbt sign`."""

    signed_by: str
    signatures_added: int
    complete: bool
    output: str


@final
class PsbtSignedItem(PsbtSignAnswer):
    """One PSBT of a folder that was signed."""

    psbt: str


@final
class PsbtFailedItem(ErrorAnswer):
    """One PSBT of a folder that was not signed, and why."""

    psbt: str


PsbtBatchItem = PsbtSignedItem | PsbtFailedItem
"""What `custody psbt sign --jsonl` prints for each PSBT of a folder."""


class PsbtBatch(TypedDict):
    """`custody psbt sign` of a folder; `left` counts those that were not tried after a failure."""

    signed: int
    failed: int
    left: int
    psbts: list[PsbtSignedItem | PsbtFailedItem]


class PolicyCheckAnswer(TypedDict):
    """`custody policy check`."""

    sha256: str
    network: str
    wallet: str | None
    words: list[str]


class PsbtCombineAnswer(TypedDict):
    """`custody psbt combine`."""

    txid: str
    combined: int
    output: str


class PsbtConvertAnswer(TypedDict):
    """`custody psbt convert`."""

    txid: str
    version: int
    encoding: str
    output: str


class PsbtFinalizeAnswer(TypedDict):
    """`custody psbt finalize`."""

    txid: str
    vsize: int
    fee_sat: int
    hex: str
    verified_by: list[str]
    output: str


class ChallengeJson(TypedDict):
    """What a message is that asks for a proof of reserves; see `docs/messages.md`."""

    purpose: str
    network: str
    block: str
    height: int
    nonce: str


class MessageChallengeAnswer(ChallengeJson):
    """`custody message challenge`."""

    message: str
    sha256: str
    output: str


class FundJson(TypedDict):
    """A coin that a signature proves control of; whether it is unspent only a node knows.

    `proved` says that its value is not the prover's word: its previous transaction is there.
    """

    outpoint: str
    value_sat: int
    address: str | None
    proved: bool


class SignedThingJson(TypedDict):
    """What is signed, and how it is written: simple, full, proof-of-funds or legacy."""

    address: str
    network: str
    path: str | None
    message_sha256: str
    message_bytes: int
    challenge: ChallengeJson | None
    format: str
    funds: list[FundJson]
    funds_sat: int


class MessageSignAnswer(SignedThingJson):
    """`custody message sign`; `signature` is null where other signers are needed."""

    intent: str
    wallet: str | None
    findings: list[FindingJson]
    signed_by: str
    signatures_added: int
    complete: bool
    signature: str | None
    verified_by: list[str]
    output: str


class MessageVerifyAnswer(SignedThingJson):
    """`custody message verify`; a signature that does not hold is an error, exit 5.

    `path` is where the address lies in the wallet, if one was given. The signature holds from
    `locktime` on, and for a coin as old as `sequence` says.
    """

    valid: bool
    locktime: int
    sequence: int
    verified_by: list[str]


class CeremonyRoleJson(TypedDict):
    """A role of a script; `most` is null for any number."""

    role: str
    least: int
    most: int | None
    independent: bool


class CeremonyJson(TypedDict):
    """One built-in ceremony: how many of each role, how many steps, and its script's hash."""

    id: str
    title: str
    roles: list[CeremonyRoleJson]
    steps: int
    sha256: str


class CeremonyListAnswer(TypedDict):
    """`custody ceremony list`."""

    ceremonies: list[CeremonyJson]


class CeremonyAskJson(TypedDict):
    """One thing a step will ask; `sometimes` is empty where it always does."""

    field: str
    kind: str
    role: str
    sometimes: str


CeremonyStepJson = TypedDict(
    "CeremonyStepJson",
    {
        "id": str,
        "do": str,
        "class": str,
        "role": str,
        "say": str,
        "parameters": dict[str, object],
        "needs": list[str],
        "gives": list[str],
        "asks": list[CeremonyAskJson],
        "attest": list[str],
        "outputs": list[str],
        "maps": list[str],
        "on_fail": str,
    },
)
"""One step of a script, as its action declares itself."""


class SeedSpecJson(TypedDict):
    """The key that a script makes or recovers."""

    scheme: str
    words: int


class SharesSpecJson(TypedDict):
    """The cards that a script deals."""

    groups: list[str]
    groups_needed: int
    sites: list[str]
    no_site_reaches_threshold: bool


class MaterialJson(TypedDict):
    """What lies ready, and whether each piece has a serial number."""

    name: str
    count: int
    serial: bool


class CeremonyShowAnswer(TypedDict):
    """`custody ceremony show`: exactly what would happen, in order."""

    id: str
    title: str
    sha256: str
    network: str | None
    quorum: int
    conflicts: list[list[str]]
    roles: list[CeremonyRoleJson]
    seed: SeedSpecJson | None
    entropy: list[SourceJson]
    shares: SharesSpecJson | None
    policy: str | None
    sites: dict[str, str]
    materials: list[MaterialJson]
    room: list[str]
    steps: list[CeremonyStepJson]


class CeremonyPrintAnswer(TypedDict):
    """`custody ceremony print`: `sha256` is the script's, as it stands on the form."""

    id: str
    sha256: str
    output: str


class CeremonyCheckAnswer(TypedDict):
    """`custody ceremony check`; exit 3 where there are findings."""

    id: str
    sha256: str
    sound: bool
    findings: list[FindingJson]


class KeptFileJson(TypedDict):
    """A public file in a ceremony's folder."""

    name: str
    kind: str
    sha256: str


class CeremonyRunAnswer(TypedDict):
    """`custody ceremony run`, `resume` and `abort`; `seal` is the closing seal's SHA-256."""

    log: str
    mode: str
    state: str
    folder: str
    records: int
    seal: str
    signers: list[str]
    files: list[KeptFileJson]


class StepStateJson(TypedDict):
    """A step and its state: pending, begun, failed, excused, verified or attested."""

    id: str
    state: str


class CeremonyStatusAnswer(TypedDict):
    """`custody ceremony status`; `key` is the one being made, null where there is none."""

    log: str
    mode: str
    state: str
    records: int
    next: str | None
    key: str | None
    steps: list[StepStateJson]


class LogShowAnswer(TypedDict):
    """`custody log show`: each record has `seq`, `type`, and the fields of its type."""

    log: str
    records: list[dict[str, object]]


class PeerSealJson(TypedDict):
    """A seal of another machine's log that a record names.

    `held` is whether that log has it, and null where that log was not verified in the same call.
    """

    record: int
    log: str
    size: int
    seal: str
    held: bool | None


class LogVerdictJson(TypedDict):
    """What was found of one log.

    `size`, `root` and `signers` are those of the last seal that holds and is signed; `log` is empty
    where it cannot be read. `seal` is the SHA-256 of the closing seal, null where none holds.
    """

    folder: str
    log: str
    records: int
    size: int
    root: str | None
    state: str
    signers: list[str]
    quorum: int
    seal: str | None
    peers: list[PeerSealJson]
    problems: list[str]


class LogVerifyAnswer(TypedDict):
    """`custody log verify`: exit 5 if one is tampered, else 3 if one is unreadable, else 4."""

    logs: list[LogVerdictJson]


class LogSealAnswer(TypedDict):
    """`custody log seal`: `seal`, and `words`, are the SHA-256 of the seven lines in `file`."""

    log: str
    size: int
    seal: str
    words: str
    file: str


class LogAttestAnswer(TypedDict):
    """`custody log attest`: `command` is run on the person's own machine, beside a copy of `file`.

    `signed` is whether a signature of `name` on this seal is in the folder and holds. A key that
    was `key_exposed` made none that counts. `signers` are all whose signatures do.
    """

    log: str
    size: int
    seal: str
    words: str
    file: str
    name: str
    command: str
    signed: bool
    key_exposed: bool
    signers: list[str]
    quorum: int


class LogRegisterAnswer(TypedDict):
    """`custody log register`: `number` is the place of the `seal` in the registry, from 0."""

    log: str
    size: int
    seal: str
    number: int
