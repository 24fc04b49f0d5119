"""The test vectors of BIP-93, as its text gives them."""

_LEET = (
    *("qtum9pgv99ycma", "pj82dp34u6lqtd", "zsrs4pnh7jmpj5", "rfcpap2w8dqezy", "y5tdvphn6znrf0"),
    *("9dsuypw2ragmel", "x05xupvgp4v6qx", "8k0h5p43c2hzsk", "gum7hplmjtr8ks", "f9q0lpxzt5clxq"),
    *("28y48pyqfuu7le", "t7ly0paesr8x0f", "vrvg7pqydv5uyz", "d6hekpea5n0y5j", "wcnrwpmlkmt9dt"),
    "0pgjxpzx0ysaam",
)

SEEDS = {
    "ms10testsxxxxxxxxxxxxxxxxxxxxxxxxxx4nzvca9cmczlw": "318c6318c6318c6318c6318c6318c631",
    "MS12NAMES6XQGUZTTXKEQNJSJZV4JV3NZ5K3KWGSPHUH6EVW": "d1808e096b35b209ca12132b264662a5",
    **dict.fromkeys(
        (
            "ms13cashsllhdmn9m42vcsamx24zrxgs3qqjzqud4m0d6nln",
            "ms13cashsllhdmn9m42vcsamx24zrxgs3qpte35dvzkjpt0r",
            "ms13cashsllhdmn9m42vcsamx24zrxgs3qzfatvdwq5692k6",
            "ms13cashsllhdmn9m42vcsamx24zrxgs3qrsx6ydhed97jx2",
        ),
        "ffeeddccbbaa99887766554433221100",
    ),
    **{
        f"ms10leetsllhdmn9m42vcsamx24zrxgs3qrl7ahwvhw4fnzrhve25gvezzyq{ending}": (
            "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"
        )
        for ending in _LEET
    },
    "MS100C8VSM32ZXFGUHPCHTLUPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZYGSFJD6AN074RXVCEMLH8WU3TK925ACDEFGHJ"
    "KLMNPQRSTUVWXY06FHPV80UNDVARHRAK": (
        "dc5423251cb87175ff8110c8531d0952d8d73e1194e95b5f19d6f9df7c01111104c9baecdfea8cccc677fb9ddc8a"
        "ec5553b86e528bcadfdcc201c17c638c47e9"
    ),
}
"""Strings of seeds, and the seeds in hexadecimal."""

MASTERS = {
    "ms10testsxxxxxxxxxxxxxxxxxxxxxxxxxx4nzvca9cmczlw": (
        "xprv9s21ZrQH143K3taPNekMd9oV5K6szJ8ND7vVh6fxicRUMDcChr3bFFzuxY8qP3xFFBL6DWc2uEYCfBFZ2nFWbAqKPh"
        "tCLRjgv78EZJDEfpL"
    ),
}

SETS = [
    (
        [
            "MS12NAMEA320ZYXWVUTSRQPNMLKJHGFEDCAXRPP870HKKQRM",
            "MS12NAMECACDEFGHJKLMNPQRSTUVWXYZ023FTR2GDZMPY6PN",
            "MS12NAMEDLL4F8JLH4E5VDVULDLFXU2JHDNLSM97XVENRXEG",
        ],
        "MS12NAMES6XQGUZTTXKEQNJSJZV4JV3NZ5K3KWGSPHUH6EVW",
    ),
    (
        [
            "ms13casha320zyxwvutsrqpnmlkjhgfedca2a8d0zehn8a0t",
            "ms13cashcacdefghjklmnpqrstuvwxyz023949xq35my48dr",
            "ms13cashd0wsedstcdcts64cd7wvy4m90lm28w4ffupqs7rm",
            "ms13casheekgpemxzshcrmqhaydlp6yhms3ws7320xyxsar9",
            "ms13cashf8jh6sdrkpyrsp5ut94pj8ktehhw2hfvyrj48704",
        ],
        "ms13cashsllhdmn9m42vcsamx24zrxgs3qqjzqud4m0d6nln",
    ),
]
"""Sets, all their shares, and the string of the seed that any quorum recovers."""

INVALID = [
    f"{head}{'x' * count}{tail}"
    for head, count, tail in (
        # a wrong checksum
        ("ms10fauxs", 26, "ve740yyge2ghq"),
        ("ms10fauxs", 26, "ve740yyge2ghp"),
        # the checksum of the other length
        ("ms10fauxs", 26, "csyppjkd8lz4hx3"),
        ("ms10fauxs", 72, "u6hwvl5p0l9xf3c"),
        ("ms10fauxs", 73, "wqey9rfs6smenxa"),
        ("ms10fauxs", 74, "v70wkzrjr4ntqet"),
        ("ms10fauxs", 75, "3hmlrmpa4zl0v"),
        ("ms10fauxs", 76, "rfggf88znkaup"),
        ("ms10fauxs", 77, "pt7l4aycv9qzj"),
        ("ms10fauxs", 103, "us27z9xtyxyw3"),
        ("ms10fauxs", 105, "cwm4re8fs78vn"),
        # a length that no seed has
        ("ms10fauxs", 25, "k4pavy5n46nea"),
        ("ms10fauxs", 27, "9lrwar5zwng4w"),
        ("ms10fauxs", 73, "r335l5tv88js3"),
        ("ms10fauxs", 75, "vu7q9nz8p7dj68v"),
        ("ms10fauxs", 102, "pq6k542scdxndq3"),
        ("ms12fauxx", 24, "zhddxw99w7xws"),
        ("ms12fauxx", 26, "42cux6um92rz"),
        ("ms12fauxx", 27, "arja5kqukdhy9"),
        ("ms12fauxx", 73, "ky0ua3ha84qk8"),
        ("ms12fauxx", 75, "9eheesxadh2n2n9"),
        ("ms12fauxx", 104, "02ev7caq6n9fgkf"),
        # a threshold that is no digit
        ("ms1fauxx", 27, "da3kr3s0s2swg"),
        # without its prefix
        ("0fauxs", 26, "uqxkk05lyf3x2"),
        ("10fauxs", 26, "uqxkk05lyf3x2"),
        ("ms0fauxs", 26, "uqxkk05lyf3x2"),
        ("m10fauxs", 26, "uqxkk05lyf3x2"),
        ("s10fauxs", 26, "uqxkk05lyf3x2"),
        # capital and small letters
        ("Ms10fauxs", 26, "uqxkk05lyf3x2"),
        ("mS10fauxs", 26, "uqxkk05lyf3x2"),
        ("ms10FAUXs", 26, "uqxkk05lyf3x2"),
        ("ms10fauxS", 26, "uqxkk05lyf3x2"),
        ("ms10fauxs", 26, "UQXKK05LYF3X2"),
    )
]
"""Strings that must be refused."""
