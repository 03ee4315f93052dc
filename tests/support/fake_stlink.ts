/**
 * A small probe for the driver's tests: memory, core registers and the commands that reach them, with the
 * firmware's limits checked. It knows no chip; the virtual board in src/sim does. Written from facts/stlink.md.
 */
import type { UsbDevice, UsbPipe } from "../../src/usb/mod.ts";
import { device, ManualClock, usbFault } from "./scripted_pipe.ts";

const OK = 0x80;
const AP_FAULT = 0x11;
const u32 = (x: number): number => x >>> 0;

/** What a bus may do instead of answering. */
export type Trouble = number | undefined;

/** How the probe is built. */
export interface FakeOptions {
  readonly major?: number;
  readonly jtag?: number;
  readonly productId?: number;
  /** lowest address of memory, and its bytes */
  readonly base?: number;
  readonly bytes?: Uint8Array;
  /** words outside of memory, by address; others are refused */
  readonly words?: Map<number, number>;
}

/** The fake. */
export class FakeStlink implements UsbPipe {
  readonly device: UsbDevice;
  readonly base: number;
  readonly bytes: Uint8Array;
  readonly words: Map<number, number>;
  readonly clock = new ManualClock(0.01);
  /** every command, as its first bytes name it */
  readonly log: string[] = [];
  /** longest command seen, by `op` */
  readonly longest = new Map<number, number>();
  mode = 1;
  nrstLow = false;
  closed = false;
  readonly opened = new Set<number>();
  volts: [number, number] = [1500, 2000];
  dpidr = 0x5BA02477;
  /** called for every word access; gives a status to answer with instead */
  onAccess: (kind: "read" | "write", at: number) => Trouble = () => undefined;
  /** called for every command; gives a status to answer with instead */
  onCommand: (op: number, packet: Uint8Array) => Trouble = () => undefined;
  /** called after a word was written */
  onWrite: (at: number, value: number) => void = () => {};
  /** CSW as each memory command asked for it */
  readonly csw: number[] = [];
  registers = Uint32Array.from({ length: 19 }, (_, i) => 0x1000_0000 + i);
  readonly dap = new Map<string, number>([["65535:0", 0x5BA02477], ["0:252", 0x74770001]]);
  #last: [number, number] = [OK, 0];
  #reply: Uint8Array | undefined;
  #data: ((data: Uint8Array) => void) | undefined;
  #misc = new Uint8Array();
  readonly #major: number;
  readonly #jtag: number;
  constructor(options: FakeOptions = {}) {
    this.#major = options.major ?? 2;
    this.#jtag = options.jtag ?? 37;
    this.device = device(options.productId ?? (this.#major === 2 ? 0x374B : 0x374E));
    this.base = options.base ?? 0x2000_0000;
    this.bytes = options.bytes ?? new Uint8Array(65536);
    this.words = options.words ?? new Map();
  }

  send(data: Uint8Array): Promise<void> {
    if (this.#data) {
      const take = this.#data;
      this.#data = undefined;
      take(data.slice());
      return Promise.resolve();
    }
    if (data.length !== 16) throw new Error(`A command of ${data.length} bytes`);
    this.#reply = this.#command(data);
    return Promise.resolve();
  }
  receive(length: number): Promise<Uint8Array> {
    const reply = this.#reply;
    this.#reply = undefined;
    if (!reply) return Promise.reject(usbFault("usb-timeout"));
    if (reply.length > length) return Promise.reject(usbFault("usb-overflow"));
    return Promise.resolve(reply);
  }
  clearHalt(): Promise<void> {
    return Promise.resolve();
  }
  reset(): Promise<void> {
    return Promise.resolve();
  }
  [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  /** One byte of memory, or of a word. */
  peek(at: number): number {
    if (at >= this.base && at < this.base + this.bytes.length) return this.bytes[at - this.base]!;
    const word = this.words.get(at - at % 4) ?? 0;
    return (word >>> (8 * (at % 4))) & 0xFF;
  }
  #has(at: number): boolean {
    return (at >= this.base && at < this.base + this.bytes.length) || this.words.has(at - at % 4);
  }
  #poke(at: number, value: number): void {
    if (at >= this.base && at < this.base + this.bytes.length) {
      this.bytes[at - this.base] = value;
      return;
    }
    const shift = 8 * (at % 4);
    const word = this.words.get(at - at % 4) ?? 0;
    this.words.set(at - at % 4, u32((word & ~(0xFF << shift)) | (value << shift)));
  }
  #access(kind: "read" | "write", at: number, width: number): number {
    const trouble = this.onAccess(kind, at);
    if (trouble !== undefined) return trouble;
    for (let i = 0; i < width; i++) if (!this.#has(at + i)) return AP_FAULT;
    return OK;
  }
  /** A word, with what the bus says of it. */
  read32(at: number): [number, number] {
    const status = this.#access("read", at, 4);
    if (status !== OK) return [status, 0xDEAD_BEEF];
    let value = 0;
    for (let i = 3; i >= 0; i--) value = u32(value * 256 + this.peek(at + i));
    return [OK, value];
  }
  write32(at: number, value: number): number {
    const status = this.#access("write", at, 4);
    if (status !== OK) return status;
    for (let i = 0; i < 4; i++) this.#poke(at + i, (value >>> (8 * i)) & 0xFF);
    this.onWrite(at, value);
    return OK;
  }

  #status(code: number, length = 2, value?: number): Uint8Array {
    const out = new Uint8Array(length);
    out[0] = code;
    if (value !== undefined) new DataView(out.buffer).setUint32(4, value, true);
    return out;
  }

  #command(p: Uint8Array): Uint8Array | undefined {
    const view = new DataView(p.buffer, p.byteOffset, 16);
    const group = p[0]!;
    const op = group === 0xF2 ? p[1]! : group;
    this.log.push(group === 0xF2 ? `F2 ${hex2(op)}` : hex2(group));
    const trouble = this.onCommand(op, p);
    if (trouble !== undefined) return this.#status(trouble, lengthOf(op));
    if (group === 0xF1) {
      const version = this.#major * 4096 + (this.#major === 2 ? this.#jtag * 64 + 26 : 0);
      return Uint8Array.of(version >> 8, version & 255, 0x83, 0x04, 0x4B, 0x37);
    }
    if (group === 0xFB) {
      return Uint8Array.of(this.#major, 0, this.#jtag, 4, 2, 0, 0, 0, 0x83, 0x04, 0x4E, 0x37);
    }
    if (group === 0xF5) return Uint8Array.of(this.mode, 0);
    if (group === 0xF7) {
      const out = new Uint8Array(8);
      new DataView(out.buffer).setUint32(0, this.volts[0], true);
      new DataView(out.buffer).setUint32(4, this.volts[1], true);
      return out;
    }
    if (group === 0xF3 || group === 0xF4) {
      this.mode = 1;
      return undefined;
    }
    if (group !== 0xF2) throw new Error(`Unknown command ${hex2(group)}`);
    return this.#debug(op, p, view);
  }

  #debug(op: number, p: Uint8Array, view: DataView): Uint8Array | undefined {
    const word = (at: number) => view.getUint32(at, true);
    switch (op) {
      case 0x21:
        this.mode = 1;
        this.nrstLow = false;
        this.opened.clear();
        return undefined;
      case 0x30:
        this.mode = 2;
        return this.#status(OK);
      case 0x31:
        return this.#status(OK, 12, this.dpidr);
      case 0x3A: {
        const out = this.#status(OK, 88);
        this.registers.forEach((v, i) => new DataView(out.buffer).setUint32(4 + 4 * i, v, true));
        return out;
      }
      case 0x3C:
        this.nrstLow = p[2] === 0;
        return this.#status(OK);
      case 0x3E:
        return this.#status(this.#last[0], 12, this.#last[1]);
      case 0x41:
      case 0x43:
        return this.#status(OK);
      case 0x61:
        return this.#status(OK, 8, word(4));
      case 0x62: {
        const out = this.#status(OK, 52);
        out[8] = 7;
        [24000, 8000, 3300, 1000, 200, 50, 5].forEach((khz, i) =>
          new DataView(out.buffer).setUint32(12 + 4 * i, khz, true)
        );
        return out;
      }
      case 0x4B:
        this.opened.add(p[2]!);
        return this.#status(OK);
      case 0x35:
        return this.#status(this.write32(word(2), word(6)));
      case 0x36: {
        const [status, value] = this.read32(word(2));
        return this.#status(status, 8, value);
      }
      case 0x45:
      case 0x46:
        return this.#dapAccess(op, view);
      case 0x51:
        this.#data = (data) => this.#runMisc(word(2), data);
        return undefined;
      case 0x52:
        return this.#misc;
      default:
        return this.#memory(op, p, view);
    }
  }

  #dapAccess(op: number, view: DataView): Uint8Array {
    const port = view.getUint16(2, true);
    const register = view.getUint16(4, true);
    const key = `${port}:${register}`;
    const tar = this.dap.get(`${port}:4`) ?? 0;
    const size = 1 << ((this.dap.get(`${port}:0`) ?? 0) & 7);
    const isData = port !== 0xFFFF && register === 0x0C;
    const next = () => this.dap.set(`${port}:4`, u32(tar - tar % 1024 + (tar + size) % 1024));
    if (op === 0x45) {
      if (!isData) return this.#status(OK, 8, this.dap.get(key) ?? 0);
      const status = this.#access("read", tar, size);
      if (status !== OK) return this.#status(status, 8, 0);
      let value = 0;
      for (let i = 0; i < size; i++) value |= this.peek(tar + i) << (8 * ((tar + i) % 4));
      next();
      return this.#status(OK, 8, u32(value));
    }
    const value = view.getUint32(6, true);
    if (!isData) {
      if (key !== "65535:0") this.dap.set(key, value);
      return this.#status(OK);
    }
    const status = this.#access("write", tar, size);
    if (status !== OK) return this.#status(status);
    for (let i = 0; i < size; i++) this.#poke(tar + i, (value >>> (8 * ((tar + i) % 4))) & 0xFF);
    if (size === 4) this.onWrite(tar, value);
    next();
    return this.#status(OK);
  }

  #runMisc(count: number, data: Uint8Array): void {
    const padded = count + (4 - count % 4) % 4;
    if (data.length !== padded + 4 * count) throw new Error(`RW_MISC data of ${data.length} bytes`);
    if (count > (this.#major === 2 ? 64 : 1227)) throw new Error(`RW_MISC of ${count} items`);
    if (data[0] !== 5) throw new Error("RW_MISC does not begin with the access port");
    const view = new DataView(data.buffer);
    const out = new DataView(new ArrayBuffer(8 * count));
    let address = 0;
    for (let i = 0; i < count; i++) {
      const value = view.getUint32(padded + 4 * i, true);
      let status = OK;
      if (data[i] === 1) address = value;
      else if (data[i] === 2) status = this.write32(address, value);
      else if (data[i] === 3) {
        const [s, word] = this.read32(value);
        status = s;
        out.setUint32(4 * i, word, true);
      }
      out.setUint32(4 * (count + i), status, true);
    }
    this.#misc = new Uint8Array(out.buffer);
  }

  #memory(op: number, p: Uint8Array, view: DataView): Uint8Array | undefined {
    const widths: Record<number, number> = { 0x0C: 1, 0x0D: 1, 0x47: 2, 0x48: 2, 0x07: 4, 0x08: 4 };
    const width = widths[op];
    if (!width) throw new Error(`Unknown command F2 ${hex2(op)}`);
    const at = view.getUint32(2, true);
    const length = view.getUint16(6, true);
    if (length === 0) throw new Error("A memory command of no bytes");
    if (at % width || length % width) {
      throw new Error(`Not aligned: ${at.toString(16)} + ${length}`);
    }
    this.csw.push(u32((p[9]! << 8) | (p[10]! << 16) | (p[11]! << 24)));
    this.longest.set(op, Math.max(length, this.longest.get(op) ?? 0));
    this.#last = [OK, 0];
    if (op === 0x0C || op === 0x47 || op === 0x07) return this.#readMemory(at, length, width);
    this.#data = (data) => {
      if (data.length !== length) {
        throw new Error(`${data.length} bytes where ${length} were named`);
      }
      for (let i = 0; i < length; i += width) {
        const status = this.#access("write", at + i, width);
        if (status !== OK) {
          this.#last = [status, at + i];
          return;
        }
        for (let b = 0; b < width; b++) this.#poke(at + i + b, data[i + b]!);
      }
    };
    return undefined;
  }

  #readMemory(at: number, length: number, width: number): Uint8Array {
    const out = new Uint8Array(Math.max(2, length));
    for (let i = 0; i < length; i += width) {
      const status = this.#access("read", at + i, width);
      if (status !== OK) {
        this.#last = [status, at + i];
        return out.fill(0xEE);
      }
      for (let b = 0; b < width; b++) out[i + b] = this.peek(at + i + b);
    }
    return out;
  }
}

const hex2 = (x: number): string => x.toString(16).toUpperCase().padStart(2, "0");
const lengthOf = (op: number): number =>
  ({ 0x31: 12, 0x36: 8, 0x45: 8, 0x3E: 12, 0x61: 8, 0x62: 52, 0x3A: 88 })[op] ?? 2;
