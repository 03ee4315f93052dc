/** Semihosting: what a program asks of its debugger by BKPT 0xAB. Source: Arm 2003 "Semihosting for AArch32". */
import { Fault, hex, u16le, u32le, wordsToBytes } from "../base/mod.ts";
import type { GdbTarget } from "./target.ts";

const BKPT_AB = 0xBEAB;
const MOST = 0x1_0000;
const TT_STDIN = 3;
const FAILED = 0xFFFF_FFFF;
const EXIT_OK = 0x2_0026; // ADP_Stopped_ApplicationExit

const OP = {
  OPEN: 0x01,
  CLOSE: 0x02,
  WRITEC: 0x03,
  WRITE0: 0x04,
  WRITE: 0x05,
  READ: 0x06,
  READC: 0x07,
  ISERROR: 0x08,
  ISTTY: 0x09,
  SEEK: 0x0A,
  FLEN: 0x0C,
  REMOVE: 0x0E,
  RENAME: 0x0F,
  CLOCK: 0x10,
  TIME: 0x11,
  ERRNO: 0x13,
  GET_CMDLINE: 0x15,
  HEAPINFO: 0x16,
  EXIT: 0x18,
  EXIT_EXTENDED: 0x20,
} as const;

/** Words of the parameter block of those that have one. No more are read: it may end where RAM does. */
const BLOCK: Readonly<Record<number, number>> = {
  [OP.OPEN]: 3,
  [OP.CLOSE]: 1,
  [OP.WRITE]: 3,
  [OP.READ]: 3,
  [OP.ISERROR]: 1,
  [OP.ISTTY]: 1,
  [OP.SEEK]: 2,
  [OP.FLEN]: 1,
  [OP.REMOVE]: 2,
  [OP.RENAME]: 4,
  [OP.GET_CMDLINE]: 2,
  [OP.HEAPINFO]: 1,
};

/** Files that a program may have; confined by whoever implements it. Numbers as the specification wants. */
export interface SemihostFiles {
  /** Gives a handle of at least 3, or -1. `mode` 0 … 11. */
  open(path: string, mode: number): number;
  close(handle: number): number;
  /** Gives how many bytes were not written. */
  write(handle: number, bytes: Uint8Array): number;
  /** Gives the bytes read, at most `length`; empty at the end. */
  read(handle: number, length: number): Uint8Array;
  seek(handle: number, at: number): number;
  length(handle: number): number;
  remove(path: string): number;
  rename(from: string, to: string): number;
}
/** No files: every open fails. */
export const noFiles: SemihostFiles = {
  open: () => -1,
  close: () => -1,
  write: (_h, bytes) => bytes.length,
  read: () => new Uint8Array(),
  seek: () => -1,
  length: () => -1,
  remove: () => -1,
  rename: () => -1,
};

/** Serves semihosting calls once it is switched on. */
export class Semihosting {
  enabled = false;
  /** exit code of the program, once it has ended */
  exitCode: number | undefined;
  readonly #text = new TextDecoder();
  constructor(readonly print: (text: string) => void, readonly files: SemihostFiles = noFiles) {}

  /**
   * Looks whether the core stands at BKPT 0xAB, does what is asked, and moves PC past it.
   * `ended`: the program said it is done; the core stays halted.
   */
  async serve(target: GdbTarget): Promise<"served" | "ended" | "not-semihosting"> {
    if (!this.enabled) return "not-semihosting";
    if ((await target.stopReason()).why !== "breakpoint") return "not-semihosting";
    const [pc = 0, op = 0, parameter = 0] = await target.readRegisters(["pc", "r0", "r1"]);
    const code = await target.readMemory(pc, 2).catch(() => undefined);
    if (!code || u16le(code) !== BKPT_AB) return "not-semihosting";
    const ended = op === OP.EXIT || op === OP.EXIT_EXTENDED;
    const result = ended
      ? await this.#exit(target, op, parameter)
      : await this.#tried(target, op, parameter);
    await target.writeRegisters({ r0: result % 0x1_0000_0000, pc: pc + 2 });
    return ended ? "ended" : "served";
  }

  async #exit(target: GdbTarget, op: number, parameter: number): Promise<number> {
    const [reason = 0, code = 0] = op === OP.EXIT_EXTENDED
      ? await words(target, parameter, 2)
      : [parameter];
    this.exitCode = reason === EXIT_OK ? code : 1;
    this.print(`the program has ended with exit code ${this.exitCode}\n`);
    return 0;
  }

  /** A call whose addresses are none fails, and is told; the program goes on. */
  async #tried(target: GdbTarget, op: number, at: number): Promise<number> {
    try {
      return await this.#call(target, op, at);
    } catch (e) {
      if (!(e instanceof Fault) || e.slug !== "bus-refused") throw e;
      this.print(`semihosting operation ${hex(op, 2)} with R1 ${hex(at)} fails: ${e.message}\n`);
      return FAILED;
    }
  }

  async #call(target: GdbTarget, op: number, at: number): Promise<number> {
    switch (op) {
      case OP.WRITEC:
        this.#say(await target.readMemory(at, 1));
        return 0;
      case OP.WRITE0:
        this.#say(await untilNul(target, at));
        return 0;
      case OP.READC:
        return FAILED;
      case OP.CLOCK:
        return Math.floor(target.clock.now() / 10);
      case OP.TIME:
        return Math.floor(Date.now() / 1000);
      case OP.ERRNO:
        return 0;
      default:
        return await this.#fileCall(target, op, at);
    }
  }

  async #fileCall(target: GdbTarget, op: number, at: number): Promise<number> {
    const [a = 0, b = 0, c = 0, d = 0] = await words(target, at, BLOCK[op] ?? 0);
    const positive = (n: number) => n < 0 ? FAILED : n;
    switch (op) {
      case OP.OPEN: {
        const path = await text(target, a, c);
        if (path === ":tt") return b <= TT_STDIN ? 0 : b <= 7 ? 1 : 2;
        return positive(this.files.open(path, b));
      }
      case OP.CLOSE:
        return a < 3 ? 0 : positive(this.files.close(a));
      case OP.WRITE: {
        const bytes = await target.readMemory(b, Math.min(c, MOST));
        if (a >= 3) return this.files.write(a, bytes) + c - bytes.length;
        this.#say(bytes);
        return c - bytes.length;
      }
      case OP.READ: {
        const bytes = a < 3 ? new Uint8Array() : this.files.read(a, Math.min(c, MOST));
        if (bytes.length) await target.writeMemory(b, bytes);
        return c - bytes.length;
      }
      case OP.ISERROR:
        return a >= 0x8000_0000 ? 1 : 0;
      case OP.ISTTY:
        return a < 3 ? 1 : 0;
      case OP.SEEK:
        return positive(this.files.seek(a, b));
      case OP.FLEN:
        return positive(this.files.length(a));
      case OP.REMOVE:
        return positive(this.files.remove(await text(target, a, b)));
      case OP.RENAME:
        return positive(this.files.rename(await text(target, a, b), await text(target, c, d)));
      case OP.GET_CMDLINE:
        if (b > 0) await target.writeMemory(a, new Uint8Array(1));
        await target.writeMemory(at + 4, wordsToBytes([0]));
        return 0;
      case OP.HEAPINFO:
        await target.writeMemory(a, new Uint8Array(16)); // zeros: the program uses its own
        return 0;
    }
    this.print(`semihosting operation 0x${op.toString(16)} is not served\n`);
    return FAILED;
  }

  #say(bytes: Uint8Array): void {
    this.print(this.#text.decode(bytes, { stream: true }));
  }
}

async function words(target: GdbTarget, at: number, count: number): Promise<number[]> {
  if (count === 0) return [];
  const bytes = await target.readMemory(at, 4 * count);
  return Array.from({ length: count }, (_, i) => u32le(bytes, 4 * i));
}
const text = async (target: GdbTarget, at: number, length: number): Promise<string> =>
  new TextDecoder().decode(await target.readMemory(at, Math.min(length, MOST)));

async function untilNul(target: GdbTarget, at: number): Promise<Uint8Array> {
  const out: number[] = [];
  while (out.length < MOST) {
    // up to the next boundary of 64, so that nothing past the string's own memory is touched
    const part = await target.readMemory(at + out.length, 64 - (at + out.length) % 64);
    const nul = part.indexOf(0);
    out.push(...(nul < 0 ? part : part.subarray(0, nul)));
    if (nul >= 0) break;
  }
  return Uint8Array.from(out.slice(0, MOST));
}
