/**
 * Records of a station as a chain: each holds the digest of the one before it and is signed with the
 * station's key, so that a record that was changed, taken out or put in shows. A chain shows what happened
 * after its last record only to somebody who knows that record's hash. Pure but for WebCrypto.
 */
import { canonical, sha256 } from "./document.ts";
import { fault } from "./faults.ts";
import type { RunRecord } from "./record.ts";

/** Version of the chain: a newer major one is another. */
export const CHAIN_VERSION = "1.0";
const ALGORITHM = "Ed25519";

/** What a record has beside what it says. */
export interface Link {
  readonly journal: string;
  /** 1 for the first */
  readonly seq: number;
  /** hash of the record before; of the first, empty */
  readonly prev: string;
  readonly kind: "outcome";
  readonly station: string;
}
/** A record in its chain. */
export type ChainedRecord = RunRecord & Link & {
  /** `sha256:` over all else of it */
  readonly hash: string;
  /** `ed25519:` over the hash; absent when the station had no key */
  readonly sig?: string;
};

const base64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** A new key of a station: base64 of PKCS#8 and of SubjectPublicKeyInfo. */
export async function newStationKey(): Promise<{ readonly secret: string; readonly open: string }> {
  const pair = await crypto.subtle.generateKey(ALGORITHM, true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const out = async (format: "pkcs8" | "spki", key: CryptoKey) =>
    base64(new Uint8Array(await crypto.subtle.exportKey(format, key)));
  return { secret: await out("pkcs8", pair.privateKey), open: await out("spki", pair.publicKey) };
}

/** Fault: station-key-unusable. */
async function keyOf(which: "secret" | "public", text: string): Promise<CryptoKey> {
  const [format, use, file] = which === "secret"
    ? ["pkcs8", "sign", "station.key"] as const
    : ["spki", "verify", "station.pub"] as const;
  try {
    return await crypto.subtle.importKey(format, fromBase64(text), ALGORITHM, false, [use]);
  } catch {
    throw fault("station-key-unusable", { which, file });
  }
}

const hashOf = async (body: object): Promise<string> => `sha256:${await sha256(canonical(body))}`;

/**
 * Puts a record at the end of a chain. `secret`: the station's key, as {@link newStationKey} gave it.
 * Fault: station-key-unusable.
 */
export async function chainRecord(
  record: RunRecord,
  station: string,
  last: Pick<ChainedRecord, "seq" | "hash"> | undefined,
  secret: string,
): Promise<ChainedRecord> {
  const link: Link = {
    journal: CHAIN_VERSION,
    seq: (last?.seq ?? 0) + 1,
    prev: last?.hash ?? "",
    kind: "outcome",
    station,
  };
  const body = { ...link, ...record };
  const hash = await hashOf(body);
  const key = await keyOf("secret", secret);
  const signed = await crypto.subtle.sign(ALGORITHM, key, new TextEncoder().encode(hash));
  return { ...body, hash, sig: `ed25519:${base64(new Uint8Array(signed))}` };
}

/** What is wrong with a chain, and at which line. */
export interface ChainProblem {
  /** 1 for the first */
  readonly line: number;
  readonly why: string;
}

async function signed(entry: ChainedRecord, key: CryptoKey): Promise<boolean> {
  const [kind, text = ""] = (entry.sig ?? "").split(":");
  if (kind !== "ed25519") return false;
  try {
    const data = new TextEncoder().encode(entry.hash);
    return await crypto.subtle.verify(ALGORITHM, key, fromBase64(text), data);
  } catch {
    return false; // what is no base64 is no signature
  }
}

async function problemOf(
  line: string,
  last: ChainedRecord | undefined,
  key: CryptoKey,
): Promise<string | ChainedRecord> {
  let entry: ChainedRecord;
  try {
    entry = JSON.parse(line);
  } catch {
    return "it is no record: it was cut short or changed";
  }
  if (entry === null || typeof entry !== "object" || typeof entry.hash !== "string") {
    return "it is no record";
  }
  const { hash, sig: _sig, ...body } = entry;
  if (await hashOf(body) !== hash) return "its content is not what its hash says";
  if (!await signed(entry, key)) return "it is not signed with this station's key";
  const seq = (last?.seq ?? 0) + 1;
  if (entry.seq !== seq) return `its number is ${entry.seq}, where ${seq} belongs`;
  if (entry.prev !== (last?.hash ?? "")) return "it does not follow the record before it";
  return entry;
}

/** Checks all lines of a chain with the station's public key. Fault: station-key-unusable. */
export async function verifyChain(
  lines: readonly string[],
  open: string,
): Promise<{ readonly last?: ChainedRecord; readonly problems: readonly ChainProblem[] }> {
  const key = await keyOf("public", open);
  const problems: ChainProblem[] = [];
  let last: ChainedRecord | undefined;
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const found = await problemOf(line, last, key);
    if (typeof found === "string") problems.push({ line: i + 1, why: found });
    else last = found;
  }
  return { ...(last ? { last } : {}), problems };
}
