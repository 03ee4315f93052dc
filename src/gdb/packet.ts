/**
 * RSP framing: `$` payload `#` checksum, acks, Ctrl-C. Bytes in, events out; hostile input costs no more
 * memory than one packet. Source: GDB manual, appendix E.1.
 */

const [DOLLAR, HASH, PLUS, MINUS, ESCAPE, STAR, CTRL_C, FLIP] = [
  0x24,
  0x23,
  0x2B,
  0x2D,
  0x7D,
  0x2A,
  0x03,
  0x20,
] as const;
/** `PacketSize`: what gdb may send at most, without `$`, `#` and checksum */
export const PACKET_SIZE = 0x4000;
/** escapes double the size at most */
const LIMIT = 2 * PACKET_SIZE + 64;

/** What came from gdb. */
export type PacketEvent =
  | { readonly kind: "packet"; readonly payload: Uint8Array }
  | { readonly kind: "bad-checksum" }
  | { readonly kind: "too-long" }
  | { readonly kind: "ack" }
  | { readonly kind: "nak" }
  | { readonly kind: "interrupt" };

const digit = (b: number): number => {
  const n = parseInt(String.fromCharCode(b), 16);
  return Number.isNaN(n) ? -1 : n;
};

/** The sum of the bytes modulo 256. */
export const checksum = (bytes: Uint8Array): number => bytes.reduce((a, b) => (a + b) % 256, 0);

/** Undoes `}` escapes. */
export function unescape(raw: Uint8Array): Uint8Array {
  if (!raw.includes(ESCAPE)) return raw.slice();
  const out: number[] = [];
  for (let i = 0; i < raw.length; i++) {
    const b = raw[i] ?? 0;
    if (b !== ESCAPE) out.push(b);
    else out.push(flip(raw[++i] ?? 0));
  }
  return Uint8Array.from(out);
}

/** byte ^ 0x20, without a bit operator */
const flip = (b: number): number => Math.floor(b / FLIP) % 2 === 1 ? b - FLIP : b + FLIP;

/** Puts a payload between `$` and `#xx`; bytes that would confuse are escaped. */
export function frame(payload: Uint8Array | string): Uint8Array {
  const bytes = typeof payload === "string" ? latin1(payload) : payload;
  const body: number[] = [];
  for (const b of bytes) {
    if (b === HASH || b === DOLLAR || b === ESCAPE || b === STAR) body.push(ESCAPE, flip(b));
    else body.push(b);
  }
  const sum = body.reduce((a, b) => (a + b) % 256, 0).toString(16).padStart(2, "0");
  return Uint8Array.from([DOLLAR, ...body, HASH, sum.charCodeAt(0), sum.charCodeAt(1)]);
}

/** Text as bytes, one each; characters above 0xFF become `?`. */
export const latin1 = (text: string): Uint8Array =>
  Uint8Array.from(text, (c) => {
    const code = c.charCodeAt(0);
    return code > 0xFF ? 0x3F : code;
  });
/** Bytes as text, one character each. */
export const fromLatin1 = (bytes: Uint8Array): string => {
  let out = "";
  for (const b of bytes) out += String.fromCharCode(b);
  return out;
};

/** Takes bytes in whatever pieces they come, gives events. */
export class PacketReader {
  #body: Uint8Array = new Uint8Array(LIMIT);
  #length = 0;
  #state: "idle" | "body" | "sum1" | "sum2" = "idle";
  #overflow = false;
  #sum1 = 0;

  *feed(bytes: Uint8Array): Generator<PacketEvent> {
    for (const b of bytes) {
      const event = this.byte(b);
      if (event) yield event;
    }
  }

  /** One byte; an event when it ends one. */
  byte(b: number): PacketEvent | undefined {
    switch (this.#state) {
      case "idle":
        return this.#idle(b);
      case "body":
        return this.#inBody(b);
      case "sum1":
        this.#sum1 = digit(b);
        this.#state = "sum2";
        return;
      case "sum2":
        this.#state = "idle";
        return this.#end(digit(b));
    }
  }

  #idle(b: number): PacketEvent | undefined {
    if (b === PLUS) return { kind: "ack" };
    if (b === MINUS) return { kind: "nak" };
    if (b === CTRL_C) return { kind: "interrupt" };
    if (b === DOLLAR) this.#start();
  }

  #start(): void {
    this.#state = "body";
    this.#length = 0;
    this.#overflow = false;
  }

  #inBody(b: number): undefined {
    if (b === HASH) this.#state = "sum1";
    else if (b === DOLLAR) this.#start(); // a new packet begins: the old one was cut off
    else if (this.#length >= LIMIT) this.#overflow = true;
    else this.#body[this.#length++] = b;
  }

  #end(sum2: number): PacketEvent {
    if (this.#overflow) return { kind: "too-long" };
    const raw = this.#body.subarray(0, this.#length);
    const good = this.#sum1 >= 0 && sum2 >= 0 && this.#sum1 * 16 + sum2 === checksum(raw);
    return good ? { kind: "packet", payload: unescape(raw) } : { kind: "bad-checksum" };
  }
}
