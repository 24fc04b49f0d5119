// Another implementation's answer: `node peer.mjs VERB`, one JSON object in and one out.
import { readFileSync } from "node:fs";
import bcur from "@ngraveio/bc-ur";

// what is made for browsers asks whether it is in one
globalThis.window ??= globalThis;
const { joinQRs, splitQRs } = await import("bbqr");
const { UR, UREncoder, URDecoder } = bcur;
const asked = JSON.parse(readFileSync(0, "utf8"));

const verbs = {
  "ur-encode": ({ type, cbor, longest, count }) => {
    const encoder = new UREncoder(new UR(Buffer.from(cbor, "hex"), type), longest);
    return { parts: Array.from({ length: count }, () => encoder.nextPart()) };
  },
  "ur-decode": ({ parts }) => {
    const decoder = new URDecoder();
    for (const part of parts) if (!decoder.isComplete()) decoder.receivePart(part.toLowerCase());
    const read = decoder.resultUR();
    return { type: read.type, cbor: read.cbor.toString("hex") };
  },
  "bbqr-encode": ({ data, type, encoding, most }) => {
    const options = { encoding, minVersion: 5, maxVersion: most, minSplit: 1, maxSplit: 1295 };
    return { parts: splitQRs(new Uint8Array(Buffer.from(data, "hex")), type, options).parts };
  },
  "bbqr-decode": ({ parts }) => {
    const read = joinQRs(parts);
    return { type: read.fileType, data: Buffer.from(read.raw).toString("hex") };
  },
};

process.stdout.write(JSON.stringify(verbs[process.argv[2]](asked)));
