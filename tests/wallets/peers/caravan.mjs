// What Caravan's own library makes of a wallet: `node caravan.mjs VERB`, one JSON object in and one out.
import { readFileSync } from "node:fs";
import * as caravan from "@caravan/bitcoin";

const asked = JSON.parse(readFileSync(0, "utf8"));

const verbs = {
  // the addresses of a wallet file, of the branch at the first indices
  addresses: ({ config, branch, count }) => {
    const keys = config.extendedPublicKeys.map(({ bip32Path, xpub, xfp }) => {
      caravan.validateExtendedPublicKeyForNetwork(xpub, config.network);
      const key = caravan.ExtendedPublicKey.fromBase58(xpub);
      key.path = bip32Path;
      key.rootFingerprint = xfp;
      return key;
    });
    const { network, addressType, quorum } = config;
    const braid = caravan.generateBraid(network, addressType, keys, quorum.requiredSigners, branch);
    const each = Array.from({ length: count }, (_, index) => index);
    const made = each.map((index) => caravan.deriveMultisigByIndex(braid, index));
    return { addresses: made.map((multisig) => caravan.multisigAddress(multisig)) };
  },
  // the library's own example of a wallet, and the addresses it tells of each type
  example: () => {
    const [braid] = caravan.TEST_FIXTURES.braids;
    const { multisigs } = caravan.TEST_FIXTURES;
    return {
      network: braid.network,
      required: braid.requiredSigners,
      keys: braid.extendedPublicKeys.map((key) => [key.path, key.base58String, key.rootFingerprint]),
      addresses: multisigs.map((one) => [one.type, one.network, one.bip32Path, one.address]),
    };
  },
};

process.stdout.write(JSON.stringify(verbs[process.argv[2]](asked)));
