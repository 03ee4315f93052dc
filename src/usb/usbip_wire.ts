/** USB/IP 1.1.1 as a client speaks it: records and transfers over one connection. facts/usbip.md part A */
import type { Clock } from "../base/mod.ts";

/** A TCP connection; `read` gives null when the other side has closed it. */
export interface UsbipConnection {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

const VERSION = 0x0111;
export const REQUEST = { devlist: 0x8005, import: 0x8003 } as const;
const ANSWER_TO = 0x8000;
const COMMAND = { submit: 1, unlink: 2, submitted: 3, unlinked: 4 } as const;
const HEADER = 48;
const BUSID = { at: 256, size: 32 } as const;
/** of a device in a list or after an import */
export const DEVICE_RECORD = 312;
/** Linux errno: the transfer was taken back; the device or the server has gone. */
const UNLINKED = -104;
export const GONE = -108;
/** more came than was asked for */
const OVERFLOWED = -75;
/** more than any probe sends at once: what claims more is no USB/IP */
const MOST_BYTES = 0x100_0000;

/** The other side has closed the connection. */
export class Closed extends Error {
  override readonly name = "Closed";
}
/** The other side sent what the protocol does not have. */
export class Nonsense extends Error {
  override readonly name = "Nonsense";
}

/** What a server says of a device. */
export interface RemoteDevice {
  readonly busid: string;
  readonly vendorId: number;
  readonly productId: number;
  readonly interfaces: number;
  /** names it in the header of each transfer */
  readonly id: number;
}

const text = (b: Uint8Array): string => new TextDecoder().decode(b).replace(/\0.*$/s, "");
const view = (b: Uint8Array): DataView => new DataView(b.buffer, b.byteOffset, b.byteLength);

/** A request for the list, or for the device with this bus id. */
export function request(op: number, busid?: string): Uint8Array {
  const out = new Uint8Array(busid === undefined ? 8 : 8 + BUSID.size);
  view(out).setUint16(0, VERSION);
  view(out).setUint16(2, op);
  if (busid !== undefined) new TextEncoder().encodeInto(busid, out.subarray(8));
  return out;
}
/** The record of a device. */
export function remoteDevice(record: Uint8Array): RemoteDevice {
  const v = view(record);
  return {
    busid: text(record.subarray(BUSID.at, BUSID.at + BUSID.size)),
    vendorId: v.getUint16(300),
    productId: v.getUint16(302),
    interfaces: v.getUint8(311),
    id: v.getUint32(288) * 0x1_0000 + v.getUint32(292),
  };
}

/** One transfer. */
export interface Transfer {
  /** without the direction bit */
  readonly endpoint: number;
  readonly in: boolean;
  readonly length: number;
  readonly setup?: Uint8Array;
  readonly data?: Uint8Array;
}
/** Its end: 0 or a negative Linux errno. */
export interface TransferEnd {
  readonly status: number;
  readonly data: Uint8Array;
  readonly actual: number;
}

interface Pending {
  readonly in: boolean;
  readonly length: number;
  readonly end: (end: TransferEnd) => void;
}
const NOTHING = new Uint8Array(0);

/** One connection: first questions and answers, then transfers. */
export class UsbipLink {
  #buffer = new Uint8Array(0);
  #writing: Promise<unknown> = Promise.resolve();
  #sequence = 0;
  /** sequence number → its transfer; of an unlink → its victim */
  readonly #pending = new Map<number, Pending>();
  readonly #unlinks = new Map<number, number>();
  #listening: Promise<void> | undefined;
  #closed = false;
  constructor(readonly connection: UsbipConnection, readonly clock: Clock) {}

  /** The next `n` bytes. Throws Closed. */
  async take(n: number): Promise<Uint8Array> {
    const out = new Uint8Array(n);
    for (let at = 0; at < n;) {
      if (this.#buffer.length === 0) {
        const part = new Uint8Array(16384);
        const got = await this.connection.read(part).catch(() => null);
        if (got === null) throw new Closed("the server closed the connection");
        this.#buffer = part.subarray(0, got);
      }
      const now = this.#buffer.subarray(0, n - at);
      out.set(now, at);
      at += now.length;
      this.#buffer = this.#buffer.subarray(now.length);
    }
    return out;
  }
  /** The head of an answer to `op`: its status. Throws Closed, Nonsense. */
  async status(op: number): Promise<number> {
    const v = view(await this.take(8));
    const said = `${v.getUint16(0).toString(16)} ${v.getUint16(2).toString(16)}`;
    if (said !== `${VERSION.toString(16)} ${(op - ANSWER_TO).toString(16)}`) {
      throw new Nonsense(`it begins with ${said}`);
    }
    return v.getUint32(4);
  }
  /** Sends bytes after those that were given before. */
  put(bytes: Uint8Array): void {
    this.#writing = this.#writing.then(async () => {
      for (let at = 0; at < bytes.length;) {
        at += await this.connection.write(bytes.subarray(at));
      }
    }).catch(() => this.close());
  }

  // ── transfers, after an import ──

  /** Starts one; `end` never rejects. */
  submit(device: number, t: Transfer): { sequence: number; end: Promise<TransferEnd> } {
    const sequence = ++this.#sequence;
    if (this.#closed) {
      return { sequence, end: Promise.resolve({ status: GONE, data: NOTHING, actual: 0 }) };
    }
    const data = t.data ?? NOTHING;
    const out = new Uint8Array(HEADER + data.length);
    const head = [COMMAND.submit, sequence, device, t.in ? 1 : 0, t.endpoint, 0, t.length];
    head.forEach((word, i) => view(out).setUint32(4 * i, word));
    out.set(t.setup ?? NOTHING, 40);
    out.set(data, HEADER);
    const end = new Promise<TransferEnd>((resolve) =>
      this.#pending.set(sequence, { in: t.in, length: t.length, end: resolve })
    );
    this.put(out);
    this.#listening ??= this.#listen();
    return { sequence, end };
  }
  /** Asks for a transfer back; it ends with -104, or as it had ended before. */
  unlink(device: number, victim: number): void {
    const sequence = ++this.#sequence;
    this.#unlinks.set(sequence, victim);
    const out = new Uint8Array(HEADER);
    [COMMAND.unlink, sequence, device, 0, 0, victim].forEach((word, i) =>
      view(out).setUint32(4 * i, word)
    );
    this.put(out);
  }

  /** Reads answers until the connection ends; then nothing is pending any more. */
  async #listen(): Promise<void> {
    try {
      for (;;) await this.#answer(view(await this.take(HEADER)));
    } catch (e) {
      if (!(e instanceof Closed || e instanceof Nonsense)) throw e;
    } finally {
      this.close();
    }
  }
  async #answer(head: DataView): Promise<void> {
    const sequence = head.getUint32(4);
    const status = head.getInt32(20);
    const command = head.getUint32(0);
    if (command === COMMAND.unlinked) {
      const victim = this.#unlinks.get(sequence) ?? 0;
      this.#unlinks.delete(sequence);
      // status 0: it had ended, its own answer came before this one
      this.#end(victim, { status: UNLINKED, data: NOTHING, actual: 0 });
      return;
    }
    const pending = this.#pending.get(sequence);
    if (command !== COMMAND.submitted || pending === undefined) {
      throw new Nonsense(`an answer ${command} to ${sequence}`);
    }
    const actual = head.getUint32(24);
    if (actual > MOST_BYTES) throw new Nonsense(`${actual} bytes at once`);
    const data = pending.in ? await this.take(actual) : NOTHING;
    const over = data.length > pending.length;
    this.#end(
      sequence,
      over ? { status: OVERFLOWED, data: NOTHING, actual: 0 } : { status, data, actual },
    );
  }
  #end(sequence: number, end: TransferEnd): void {
    this.#pending.get(sequence)?.end(end);
    this.#pending.delete(sequence);
  }

  /** Closes it; what is pending ends with -108. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.connection.close();
    for (const sequence of [...this.#pending.keys()]) {
      this.#end(sequence, { status: GONE, data: NOTHING, actual: 0 });
    }
  }
  /** Resolves when nothing reads or writes any more. */
  async ended(): Promise<void> {
    await this.#listening;
    await this.#writing;
  }
}
