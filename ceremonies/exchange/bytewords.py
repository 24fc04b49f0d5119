"""Bytewords in their minimal style: two letters a byte, and a CRC-32 at the end (BCR-2020-012)."""

from __future__ import annotations

import zlib

from ceremonies.errors import InputError

_WORDS = (
    "able acid also apex aqua arch atom aunt away axis back bald barn belt beta bias "
    "blue body brag brew bulb buzz calm cash cats chef city claw code cola cook cost "
    "crux curl cusp cyan dark data days deli dice diet door down draw drop drum dull "
    "duty each easy echo edge epic even exam exit eyes fact fair fern figs film fish "
    "fizz flap flew flux foxy free frog fuel fund gala game gear gems gift girl glow "
    "good gray grim guru gush gyro half hang hard hawk heat help high hill holy hope "
    "horn huts iced idea idle inch inky into iris iron item jade jazz join jolt jowl "
    "judo jugs jump junk jury keep keno kept keys kick kiln king kite kiwi knob lamb "
    "lava lazy leaf legs liar limp lion list logo loud love luau luck lung main many "
    "math maze memo menu meow mild mint miss monk nail navy need news next noon note "
    "numb obey oboe omit onyx open oval owls paid part peck play plus poem pool pose "
    "puff puma purr quad quiz race ramp real redo rich road rock roof ruby ruin runs "
    "rust safe saga scar sets silk skew slot soap solo song stub surf swan taco task "
    "taxi tent tied time tiny toil tomb toys trip tuna twin ugly undo unit urge user "
    "vast very veto vial vibe view visa void vows wall wand warm wasp wave waxy webs "
    "what when whiz wolf work yank yawn yell yoga yurt zaps zero zest zinc zone zoom"
)
"""One word a byte; its first and last letter tell it."""

_PAIRS = [word[0] + word[-1] for word in _WORDS.split()]
_BYTES = {pair: bytes([value]) for value, pair in enumerate(_PAIRS)}
_CHECKSUM = 4


def encode(data: bytes) -> str:
    """Write bytes and their checksum, in lower case."""
    whole = data + zlib.crc32(data).to_bytes(_CHECKSUM, "big")
    return "".join([_PAIRS[value] for value in whole])


def decode(text: str) -> bytes:
    """Read bytes, in lower, upper or mixed case.

    Raises:
        InputError: a pair is no word, or the checksum is wrong.
    """
    small = text.lower()
    try:
        whole = b"".join([_BYTES[small[at : at + 2]] for at in range(0, len(small), 2)])
    except KeyError:
        raise _damaged("has letters that are no words") from None
    data, checksum = whole[:-_CHECKSUM], whole[-_CHECKSUM:]
    if len(whole) <= _CHECKSUM or zlib.crc32(data) != int.from_bytes(checksum, "big"):
        raise _damaged("has a wrong checksum")
    return data


def _damaged(how: str) -> InputError:
    return InputError(f"the ur {how}", hint="scan or copy it again")
