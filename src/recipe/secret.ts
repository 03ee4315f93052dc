/**
 * Secrets: values that go to a chip and nowhere else. Taint follows them: by place (flash that holds their
 * bytes) and by value (texts in which they turn up), so that nothing that is shown, kept or sent has them.
 */
import { hexBytes } from "../base/mod.ts";
import type { Range } from "../plan/mod.ts";

/** What stands where a secret would. */
export const MASK = "▒▒";
/** longest secret that is read: a key or a certificate, not an image */
export const MOST_SECRET = 64 * 1024;
/** shorter ones are masked by place only: by value they would be found in half of all numbers */
const LEAST_BY_VALUE = 6;

/** How a secret looks in plans and records. */
export interface ShownSecret {
  readonly secret: typeof MASK;
  /** where it came from: `@device.key` or `env:DEVICE_KEY` */
  readonly from: string;
  /** keyed: says whether two are the same, and nothing else to whoever has not the station's key */
  readonly digest: string;
}

/** A secret value. Only {@link reveal} gives its bytes; as text, JSON or in a console it is masked. */
export class Secret {
  readonly #bytes: Uint8Array;
  /** see {@link ShownSecret}; set by the run that it belongs to */
  digest = "";
  constructor(bytes: Uint8Array, readonly from: string = "") {
    this.#bytes = bytes.slice();
  }
  get length(): number {
    return this.#bytes.length;
  }
  /** The bytes, as a copy: for what is on its way to the chip. */
  reveal(): Uint8Array {
    return this.#bytes.slice();
  }
  get shown(): ShownSecret {
    return { secret: MASK, from: this.from, digest: this.digest };
  }
  toString(): string {
    return MASK;
  }
  toJSON(): ShownSecret {
    return this.shown;
  }
  [Symbol.for("Deno.customInspect")](): string {
    return `Secret(${MASK})`;
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\\/-]/g, "\\$&");

/** The characters of base64 that only these bytes decide, wherever in a longer text they begin. */
function base64Cores(bytes: Uint8Array): readonly string[] {
  return [0, 1, 2].map((shift) => {
    const shifted = new Uint8Array(shift + bytes.length);
    shifted.set(bytes, shift);
    const text = btoa(Array.from(shifted, (b) => String.fromCharCode(b)).join(""));
    const from = Math.ceil(shift * 8 / 6);
    return text.slice(from, Math.floor((shift + bytes.length) * 8 / 6));
  });
}

const utf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

/** What a secret may be on its way: as it came, without the line's end, and the bytes that its digits write. */
function formsOf(bytes: Uint8Array): readonly Uint8Array[] {
  const text = utf8(bytes)?.trim();
  if (text === undefined || text === "") return [bytes];
  const trimmed = new TextEncoder().encode(text);
  const digits = text.replace(/^0x/i, "");
  const written = /^(?:[0-9a-f]{2})+$/i.test(digits)
    ? [Uint8Array.from(digits.match(/../g) ?? [], (d) => parseInt(d, 16))]
    : [];
  return [bytes, ...(trimmed.length < bytes.length ? [trimmed] : []), ...written];
}

/** All the ways in which the bytes may be written in a text. */
function patternsOf(bytes: Uint8Array): readonly RegExp[] {
  const each = (one: (b: number) => string, between: string) =>
    Array.from(bytes, one).join(between);
  const hex = each((b) => b.toString(16).padStart(2, "0"), "[\\s,:;_-]*(?:0x)?");
  const decimal = each((b) => `0*${b}`, "[\\s,;]+");
  const base64 = base64Cores(bytes).flatMap((
    t,
  ) => [t, t.replaceAll("+", "-").replaceAll("/", "_")]);
  const text = utf8(bytes);
  const latin = Array.from(bytes, (b) => String.fromCharCode(b)).join("");
  return [
    new RegExp(`(?:0x)?${hex}`, "gi"),
    new RegExp(`(?<![0-9])${decimal}(?![0-9])`, "g"),
    new RegExp([...new Set(base64)].map(escaped).join("|"), "g"),
    ...(text === undefined ? [] : [new RegExp(escaped(text), "g")]),
    ...(latin === text ? [] : [new RegExp(escaped(latin), "g")]),
  ];
}

/** Where `part` begins in `bytes`, each time. */
function* placesOf(bytes: Uint8Array | number[], part: Uint8Array): Generator<number> {
  const first = part[0];
  if (first === undefined) return;
  for (let i = bytes.indexOf(first); i >= 0; i = bytes.indexOf(first, i + 1)) {
    if (part.every((b, k) => bytes[i + k] === b)) yield i;
  }
}

const NUMBER = /0x[0-9a-f_]+/gi;

/** The secrets of one run, and what is tainted by them. Without any it changes nothing. */
export class Vault {
  readonly #secrets: Secret[] = [];
  readonly #ranges: Range[] = [];
  readonly #patterns: RegExp[] = [];
  /** byte strings that are looked for */
  readonly #forms: Uint8Array[] = [];
  #key: Promise<CryptoKey> | undefined;
  /** `key` gives what digests are keyed with; without it they can be compared within this run only */
  constructor(readonly key?: () => Promise<Uint8Array>) {}

  /** Whether there is anything to hide. */
  get any(): boolean {
    return this.#secrets.length > 0;
  }
  /** Places of flash that hold secret bytes. */
  get ranges(): readonly Range[] {
    return this.#ranges;
  }

  async add(secret: Secret): Promise<void> {
    if (this.#secrets.includes(secret)) return;
    const bytes = secret.reveal();
    secret.digest = await this.digest(bytes);
    this.#secrets.push(secret);
    for (const form of formsOf(bytes)) {
      if (form.length < LEAST_BY_VALUE) continue;
      this.#forms.push(form);
      this.#patterns.push(...patternsOf(form));
    }
  }

  /** From here on, what these places hold is not told. */
  taint(ranges: readonly Range[]): void {
    this.#ranges.push(...ranges.filter((r) => r.length > 0));
  }

  /** Whether any of these bytes is secret. */
  hides(at: number, length = 1): boolean {
    return this.#ranges.some((r) => at < r.at + r.length && r.at < at + length);
  }

  /** HMAC-SHA-256 with the station's key: `hmac-sha256:` and 64 digits. */
  async digest(bytes: Uint8Array): Promise<string> {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    this.#key ??= (async () => {
      const raw = await this.key?.() ?? crypto.getRandomValues(new Uint8Array(32));
      return await crypto.subtle.importKey("raw", raw.slice(), algorithm, false, ["sign"]);
    })();
    const sum = await crypto.subtle.sign("HMAC", await this.#key, bytes.slice());
    return `hmac-sha256:${hexBytes(new Uint8Array(sum)).toLowerCase()}`;
  }

  /** The bytes with `fill` where they are secret: by place when `at` says where they stand, and by value. */
  bytes(data: Uint8Array, fill: number, at?: number): Uint8Array {
    if (!this.any) return data;
    const out = data.slice();
    for (const r of at === undefined ? [] : this.#ranges) {
      const from = Math.max(0, r.at - (at ?? 0));
      const to = Math.min(out.length, r.at + r.length - (at ?? 0));
      if (from < to) out.fill(fill, from, to);
    }
    for (const part of this.#forms) {
      for (const i of placesOf(data, part)) out.fill(fill, i, i + part.length);
    }
    return out;
  }

  /** The text without secrets, and without the bytes of a place that holds one. */
  text(text: string): string {
    if (!this.any) return text;
    const out = this.#patterns.reduce((t, p) => t.replace(p, MASK), text);
    const place = (out.match(NUMBER) ?? []).find((n) => this.hides(Number(n.replaceAll("_", ""))));
    if (place === undefined) return out;
    let told = false;
    return out.replace(NUMBER, (n) => {
      if (n !== place || told) return MASK;
      told = true;
      return n;
    });
  }

  /** Plain data without secrets; evidence of a place that holds one has no value. */
  data<T>(value: T): T {
    return this.any ? this.#data(value) as T : value;
  }

  #list(values: readonly unknown[]): readonly unknown[] {
    const out = values.map((v) => this.#data(v));
    if (!values.every((v) => typeof v === "number")) return out;
    for (const part of this.#forms) {
      for (const i of placesOf([...values], part)) out.fill(MASK, i, i + part.length);
    }
    return out;
  }

  #data(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (value instanceof Secret) return value.shown;
    if (Array.isArray(value)) return this.#list(value);
    if (value instanceof Uint8Array) return this.bytes(value, 0xFF);
    if (value === null || typeof value !== "object") return value;
    const { addr } = value as { addr?: unknown };
    const hidden = typeof addr === "string" && this.hides(Number(addr));
    return Object.fromEntries(
      Object.entries(value).map(([k, v]) => {
        if (hidden && k === "value") return [k, MASK];
        return [this.text(k), this.#data(v)];
      }),
    );
  }
}
