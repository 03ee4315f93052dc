/** A chip that is memory and a few levers, for tests of the probe alone. */
import { BusError, type Target } from "../../../src/sim/contracts.ts";
import { BoardTime } from "../../../src/sim/timeline.ts";

type Width = 1 | 2 | 4;
/** One bus access as the chip saw it. */
export interface BusAccess {
  readonly kind: "read" | "write";
  readonly at: number;
  readonly width: Width;
  readonly value: number;
  /** ns */
  readonly when: number;
}

export const RAM = 0x2000_0000;
export const RAM_SIZE = 0x1_0000;
export const DCRSR = 0xE000_EDF4;
export const DCRDR = 0xE000_EDF8;

/** See the head of the file. Words outside of RAM are in `words`; what is in neither is refused. */
export class ScriptedTarget implements Target {
  readonly time = new BoardTime();
  volts = 3.3;
  nrstWired = true;
  powerOns = 1;
  debugPortAlive = true;
  nrst: boolean[] = [];
  attached: boolean[] = [];
  readonly ram = new Uint8Array(RAM_SIZE);
  readonly words = new Map<number, number>();
  readonly log: BusAccess[] = [];
  readonly warnings: string[] = [];
  readonly fed: number[] = [];
  /** core registers behind DCRSR and DCRDR */
  readonly core = new Map<number, number>();
  /** ns from when on an access is possible; undefined: at once */
  busy: (at: number, write: boolean) => number | undefined = () => undefined;
  /** after a write was made */
  onWrite: (at: number, value: number) => void = () => {};
  readonly uart: Target["uart"] = {
    feed: (bytes) => this.fed.push(...bytes),
  };

  get nrstLow(): boolean {
    return this.nrst.at(-1) ?? false;
  }
  driveNrst(low: boolean): void {
    this.nrst.push(low);
  }
  debuggerAttached(attached: boolean): void {
    this.attached.push(attached);
  }
  warn(note: string): void {
    this.warnings.push(note);
  }
  readyAt(at: number, write = false): number {
    return Math.max(this.time.now, this.busy(at, write) ?? 0);
  }
  debugRead(at: number, width: Width): number {
    const value = this.#read(at, width);
    this.log.push({ kind: "read", at, width, value, when: this.time.now });
    return value;
  }
  debugWrite(at: number, width: Width, value: number): void {
    this.log.push({ kind: "write", at, width, value, when: this.time.now });
    this.#write(at, width, value);
    this.onWrite(at, value);
  }
  /** the words at an address in RAM */
  view(at: number, length: number): Uint8Array {
    return this.ram.slice(at - RAM, at - RAM + length);
  }

  #inRam(at: number, width: number): boolean {
    return at >= RAM && at + width <= RAM + RAM_SIZE;
  }
  #read(at: number, width: Width): number {
    if (this.#inRam(at, width)) {
      let value = 0;
      for (let i = width - 1; i >= 0; i--) value = value * 256 + this.ram[at - RAM + i]!;
      return value;
    }
    const word = this.words.get((at & ~3) >>> 0);
    if (word === undefined) throw new BusError(at, "nothing is here");
    const shifted = word >>> (8 * (at & 3));
    return width === 4 ? shifted : (shifted & (width === 2 ? 0xFFFF : 0xFF)) >>> 0;
  }
  #write(at: number, width: Width, value: number): void {
    if (this.#inRam(at, width)) {
      for (let i = 0; i < width; i++) this.ram[at - RAM + i] = (value >>> (8 * i)) & 0xFF;
      return;
    }
    if (at === DCRSR) return this.#core(value);
    if (!this.words.has(at)) throw new BusError(at, "nothing is here");
    this.words.set(at, value >>> 0);
  }
  #core(value: number): void {
    const register = value & 0x7F;
    if ((value & 0x1_0000) !== 0) this.core.set(register, this.words.get(DCRDR) ?? 0);
    else this.words.set(DCRDR, this.core.get(register) ?? 0);
  }
}

/** One with the registers that the commands about the core use. */
export function scriptedTarget(): ScriptedTarget {
  const target = new ScriptedTarget();
  for (let i = 0; i < 21; i++) target.core.set(i, 0x1000_0000 + i);
  target.words.set(DCRDR, 0);
  target.words.set(0xE000_EDF0, 0x0003_0003); // DHCSR
  target.words.set(0xE000_ED0C, 0xFA05_0000); // AIRCR
  target.words.set(0xE000_ED00, 0x411F_C270); // CPUID
  return target;
}
