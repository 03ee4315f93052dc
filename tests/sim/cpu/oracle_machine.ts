/** The virtual core with two pieces of memory and nothing else: what the second witness is compared with. */
import { CpuFault, CpuState, type CpuSystem } from "../../../src/sim/cpu/state.ts";
import { FastMemory } from "../../../src/sim/cpu/fast_memory.ts";
import { DecodeCache } from "../../../src/sim/cpu/decode.ts";
import { runInstructions, stepOne } from "../../../src/sim/cpu/run.ts";
import type { Registers } from "../../support/unicorn.ts";

export const CODE = 0x0800_0000;
export const CODE_SIZE = 0x1_0000;
export const RAM = 0x2000_0000;
export const RAM_SIZE = 0x4000;

/** Memory by its bytes only, without any fast path: the slow half of every load and store. */
export class PlainSystem implements CpuSystem {
  trapDivideByZero = false;
  /** what was asked of the system, for tests */
  readonly calls: string[] = [];
  /** As Unicorn's monitor: the same address, and the value still there. */
  exclusive: { readonly at: number; readonly width: number; readonly value: number } | undefined;
  /** a STREX of another width than the LDREX: UNPREDICTABLE, §A3.4.5 */
  mismatch = false;
  fpuOff = false;
  special = new Map<number, number>();
  constructor(readonly state: CpuState, readonly code: Uint8Array, readonly ram: Uint8Array) {}

  #at(at: number, width: number, fault: "PRECISERR" | "IBUSERR"): [Uint8Array, number] {
    if (at >= CODE && at + width <= CODE + this.code.length) return [this.code, at - CODE];
    if (at >= RAM && at + width <= RAM + this.ram.length) return [this.ram, at - RAM];
    throw new CpuFault(fault, at);
  }
  #load(at: number, width: number): number {
    const [bytes, from] = this.#at(at, width, "PRECISERR");
    let x = 0;
    for (let i = 0; i < width; i++) x += bytes[from + i]! * 2 ** (8 * i);
    return x;
  }
  #store(at: number, width: number, value: number): void {
    if (at < RAM) throw new CpuFault("PRECISERR", at);
    const [bytes, from] = this.#at(at, width, "PRECISERR");
    for (let i = 0; i < width; i++) bytes[from + i] = value >>> (8 * i);
  }
  load8 = (at: number): number => this.#load(at, 1);
  load16 = (at: number): number => this.#load(at, 2);
  load32 = (at: number): number => this.#load(at, 4);
  store8 = (at: number, value: number): void => this.#store(at, 1, value);
  store16 = (at: number, value: number): void => this.#store(at, 2, value);
  store32 = (at: number, value: number): void => this.#store(at, 4, value);
  load32Aligned(at: number): number {
    if (at % 4 !== 0) throw new CpuFault("UNALIGNED", at);
    return this.#load(at, 4);
  }
  store32Aligned(at: number, value: number): void {
    if (at % 4 !== 0) throw new CpuFault("UNALIGNED", at);
    this.#store(at, 4, value);
  }
  fetch16(at: number): number {
    const [bytes, from] = this.#at(at, 2, "IBUSERR");
    return bytes[from]! | (bytes[from + 1]! << 8);
  }
  setExclusive(at: number, width: 1 | 2 | 4): void {
    this.exclusive = { at, width, value: this.#load(at, width) };
  }
  takeExclusive(at: number, width: 1 | 2 | 4): boolean {
    const mine = this.exclusive?.at === at &&
      this.exclusive.value === this.#load(at, width);
    this.mismatch ||= this.exclusive !== undefined && this.exclusive.width !== width;
    this.exclusive = undefined;
    return mine;
  }
  clearExclusive(): void {
    this.calls.push("clearExclusive");
    this.exclusive = undefined;
  }
  supervisorCall(immediate: number): void {
    this.calls.push(`supervisorCall ${immediate}`);
  }
  breakpoint(immediate: number): void {
    this.calls.push(`breakpoint ${immediate}`);
    this.state.attention |= 1;
  }
  waitForInterrupt(): void {
    this.calls.push("waitForInterrupt");
  }
  waitForEvent(): void {
    this.calls.push("waitForEvent");
  }
  sendEvent(): void {
    this.calls.push("sendEvent");
  }
  exceptionReturn(value: number): void {
    this.calls.push(`exceptionReturn ${value.toString(16)}`);
    this.state.r[15] = CODE + 0x100;
    this.state.it = 0;
  }
  readSpecial(sysm: number): number {
    return this.special.get(sysm) ?? 0;
  }
  writeSpecial(sysm: number, mask: number, value: number): void {
    this.calls.push(`writeSpecial ${sysm} ${mask}`);
    this.special.set(sysm, value);
  }
  changeProcessorState(disable: boolean, i: boolean, f: boolean): void {
    this.calls.push(`CPS${disable ? "ID" : "IE"} ${i ? "i" : ""}${f ? "f" : ""}`);
  }
  useFpu(): void {
    if (this.fpuOff) throw new CpuFault("NOCP");
  }
}

/** Core, memory, and both ways to run. */
export class Machine {
  readonly code = new Uint8Array(CODE_SIZE);
  readonly ram = new Uint8Array(RAM_SIZE);
  readonly state = new CpuState();
  readonly cache: DecodeCache;
  readonly system: PlainSystem;

  constructor() {
    const memory = new FastMemory([
      { at: CODE, bytes: this.code, writable: false, executable: true, open: true },
      { at: RAM, bytes: this.ram, writable: true, executable: true, open: true },
    ]);
    this.state.mem = memory;
    this.cache = new DecodeCache(memory);
    this.system = new PlainSystem(this.state, this.code, this.ram);
  }
  /** true: loads and stores go past the system; false: all of them through it */
  set fast(on: boolean) {
    this.state.mem.enabled = on;
    this.state.mem.refresh();
  }
  put(at: number, halves: readonly number[]): void {
    halves.forEach((h, i) => {
      this.code[at - CODE + 2 * i] = h & 255;
      this.code[at - CODE + 2 * i + 1] = h >> 8;
    });
    this.cache.invalidate(at, 2 * halves.length);
  }
  set(from: Registers): void {
    const s = this.state;
    s.r.set(from.r);
    s.s.set(from.s);
    s.n = from.apsr >>> 31;
    s.z = (from.apsr >>> 30) & 1;
    s.c = (from.apsr >>> 29) & 1;
    s.v = (from.apsr >>> 28) & 1;
    s.q = (from.apsr >>> 27) & 1;
    s.ge = (from.apsr >>> 16) & 15;
    s.it = from.it;
    s.fpscr = from.fpscr;
    s.t = 1;
    s.attention = 0;
  }
  get(to: Registers): void {
    const s = this.state;
    to.r.set(s.r);
    to.s.set(s.s);
    to.apsr =
      ((s.n << 31) | (s.z << 30) | (s.c << 29) | (s.v << 28) | (s.q << 27) | (s.ge << 16)) >>>
      0;
    to.it = s.it;
    to.fpscr = s.fpscr | 0;
  }
  /** One instruction. Gives the fault's name, if any. */
  step(): string | undefined {
    return this.#caught(() => stepOne(this.state, this.system, this.cache));
  }
  /** At most `cycles`. */
  run(cycles: number): string | undefined {
    return this.#caught(() => runInstructions(this.state, this.system, this.cache, cycles));
  }
  #caught(act: () => void): string | undefined {
    try {
      act();
      return undefined;
    } catch (error) {
      if (error instanceof CpuFault) return error.kind;
      throw error;
    }
  }
}
