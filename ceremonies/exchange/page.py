"""A series as one HTML page that plays it: nothing is fetched, nothing but the page is needed."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable
from itertools import chain

from ceremonies.exchange.drawing import QUIET, Code

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<title>@TITLE@</title>
<style>
body { margin: 0; background: #fff; color: #000; font: 18px sans-serif; text-align: center }
canvas { display: block; margin: 0 auto; image-rendering: pixelated }
button { font: inherit; margin: 4px }
</style></head><body>
<canvas id="code"></canvas>
<p id="which"></p>
<p><button id="slower">slower</button><button id="pause">pause</button><button
 id="next">next</button><button id="faster">faster</button></p>
<script>
"use strict";
const side = @SIDE@, quiet = @QUIET@, codes = @CODES@;
let fps = @FPS@, at = 0, paused = false;
const canvas = document.getElementById("code"), pen = canvas.getContext("2d");
function draw() {
  const whole = side + 2 * quiet;
  const room = Math.min(innerWidth, innerHeight - 130) * devicePixelRatio;
  const scale = Math.max(1, Math.floor(room / whole));
  canvas.width = canvas.height = whole * scale;
  canvas.style.width = whole * scale / devicePixelRatio + "px";
  pen.fillStyle = "#fff"; pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#000";
  const bits = atob(codes[at]);
  for (let i = 0; i < side * side; i++)
    if (bits.charCodeAt(i >> 3) >> (7 - i % 8) & 1) {
      const x = quiet + i % side, y = quiet + Math.floor(i / side);
      pen.fillRect(x * scale, y * scale, scale, scale);
    }
  document.getElementById("which").textContent =
    codes.length > 1 ? `code ${at + 1} of ${codes.length}, ${fps} a second` : "";
}
function next() { at = (at + 1) % codes.length; draw(); }
function play() { if (!paused) next(); setTimeout(play, 1000 / fps); }
function on(name, act) { document.getElementById(name).onclick = act; }
on("slower", () => { fps = Math.max(1, fps - 1); draw(); });
on("faster", () => { fps = Math.min(15, fps + 1); draw(); });
on("pause", () => { paused = !paused; });
on("next", () => { paused = true; next(); });
onresize = draw;
draw();
if (codes.length > 1) setTimeout(play, 1000 / fps);
</script></body></html>
"""


def write(codes: Iterable[Code], *, fps: float, title: str) -> bytes:
    """Write a page that plays codes, all of one version, in a loop."""
    drawn = list(codes)
    filled = {
        "@TITLE@": html.escape(title),
        "@SIDE@": str(drawn[0].side),
        "@QUIET@": str(QUIET),
        "@CODES@": json.dumps([_packed(code) for code in drawn]),
        "@FPS@": f"{fps:g}",
    }
    page = _PAGE
    for name, value in filled.items():
        page = page.replace(name, value)
    return page.encode()


def _packed(code: Code) -> str:
    """Pack modules into bits, row after row, in Base64."""
    bits = "".join("1" if module else "0" for module in chain.from_iterable(code.rows))
    whole = bits.ljust(-(-len(bits) // 8) * 8, "0")
    return base64.b64encode(int(whole, 2).to_bytes(len(whole) // 8, "big")).decode()
