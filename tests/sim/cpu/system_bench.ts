/** A core with flash, RAM and nothing else, for tests of the system half. */
import {
  BusError,
  type CoreHost,
  type Master,
  type SystemBus,
  type Window,
} from "../../../src/sim/contracts.ts";
import { type CortexM7, type CortexM7Options, createCortexM7 } from "../../../src/sim/cpu/mod.ts";

export const FLASH = 0x0800_0000;
export const RAM = 0x2000_0000;
/** a register of the bench that remembers writes and can be read */
export const DEVICE = 0x4000_0000;
const SIZE = 0x1_0000;

export const DHCSR = 0xE000_EDF0;
export const DCRSR = 0xE000_EDF4;
export const DCRDR = 0xE000_EDF8;
export const DEMCR = 0xE000_EDFC;
export const DFSR = 0xE000_ED30;
export const AIRCR = 0xE000_ED0C;
export const ICSR = 0xE000_ED04;
export const CFSR = 0xE000_ED28;
export const HFSR = 0xE000_ED2C;
export const MMFAR = 0xE000_ED34;
export const BFAR = 0xE000_ED38;
export const SHCSR = 0xE000_ED24;
export const CCR = 0xE000_ED14;
export const SCR = 0xE000_ED10;
export const VTOR = 0xE000_ED08;
export const CPACR = 0xE000_ED88;
export const FPCCR = 0xE000_EF34;

export const S_HALT = 1 << 17;
export const S_SLEEP = 1 << 18;
export const S_LOCKUP = 1 << 19;
export const S_RETIRE_ST = 1 << 24;
export const S_RESET_ST = 1 << 25;
export const KEY = 0xA05F_0000;

/** Flash, RAM, one device register, and a place where every access is an error. */
export class BenchBus implements SystemBus {
  readonly flash = new Uint8Array(SIZE).fill(0xFF);
  readonly ram = new Uint8Array(SIZE);
  readonly accesses: string[] = [];
  device = 0;
  windows: Window[] = [
    { at: FLASH, bytes: this.flash, writable: false, executable: true, open: true },
    { at: RAM, bytes: this.ram, writable: true, executable: true, open: true },
  ];
  read(at: number, width: 1 | 2 | 4, master: Master): number {
    this.accesses.push(`read ${at.toString(16)} ${width} ${master}`);
    if (at === DEVICE) return this.device;
    throw new BusError(at, "nobody answers");
  }
  write(at: number, width: 1 | 2 | 4, value: number, master: Master): void {
    this.accesses.push(`write ${at.toString(16)} ${width} ${master}`);
    if (at !== DEVICE) throw new BusError(at, "nobody answers");
    this.device = value;
  }
}

/** What a bench may be given. */
export interface BenchOptions extends CortexM7Options {
  readonly semihosting?: (text: string) => void;
}

/** A powered core. Code is put with `code`, words with `word`. */
export class Bench implements CoreHost {
  readonly warnings: string[] = [];
  readonly core: CortexM7;
  readonly semihosting?: (text: string) => void;
  resets = 0;
  onResetRequest: () => void = () => {};

  constructor(options: BenchOptions = {}, readonly bus: BenchBus = new BenchBus()) {
    const { semihosting, ...rest } = options;
    if (semihosting !== undefined) this.semihosting = semihosting;
    this.core = createCortexM7(this, rest);
    this.core.bootAddress = FLASH;
  }
  requestSystemReset(): void {
    this.resets++;
    this.onResetRequest();
  }
  warn(note: string): void {
    this.warnings.push(note);
  }

  #view(at: number): [DataView, number] {
    const [bytes, from] = at >= RAM ? [this.bus.ram, RAM] : [this.bus.flash, FLASH];
    return [new DataView(bytes.buffer), at - from];
  }
  /** Stores words. */
  word(at: number, ...values: number[]): this {
    values.forEach((v, i) => {
      const [view, offset] = this.#view(at + 4 * i);
      view.setUint32(offset, v, true);
    });
    this.core.invalidate(at, 4 * values.length);
    return this;
  }
  /** Stores halfwords: instructions. */
  code(at: number, ...halves: number[]): this {
    halves.forEach((v, i) => {
      const [view, offset] = this.#view(at + 2 * i);
      view.setUint16(offset, v, true);
    });
    this.core.invalidate(at, 2 * halves.length);
    return this;
  }
  at(address: number): number {
    const [view, offset] = this.#view(address);
    return view.getUint32(offset, true);
  }

  peek16(address: number): number {
    const [view, offset] = this.#view(address);
    return view.getUint16(offset, true);
  }

  /** Vector table with 16 + `irqs` handlers at FLASH + 0x1000 + 0x40 * n, each `b .`; main at FLASH + 0x400. */
  vectors(irqs = 16): this {
    this.word(FLASH, RAM + 0x8000, MAIN | 1);
    for (let n = 2; n < 16 + irqs; n++) {
      this.word(FLASH + 4 * n, handler(n) | 1);
      this.code(handler(n), 0xE7FE);
    }
    this.code(MAIN, 0xE7FE);
    return this;
  }
  /** Power-on, and out of reset. */
  start(): this {
    this.core.powerOnReset();
    this.core.held = false;
    return this;
  }
  run(cycles = 1000): number {
    return this.core.run(cycles);
  }

  /** As the debugger. */
  peek(at: number, width: 1 | 2 | 4 = 4): number {
    return this.core.readPpb(at, width, "debug");
  }
  poke(at: number, value: number, width: 1 | 2 | 4 = 4): void {
    this.core.writePpb(at, width, value >>> 0, "debug");
  }
  /** As code does. */
  set(at: number, value: number, width: 1 | 2 | 4 = 4): void {
    this.core.writePpb(at, width, value >>> 0, "core");
  }
  halt(): void {
    this.poke(DHCSR, KEY | 3);
  }
  resume(): void {
    this.poke(DHCSR, KEY | 1);
  }
  step(maskInterrupts = false): void {
    this.poke(DHCSR, KEY | 5 | (maskInterrupts ? 8 : 0));
    this.run(1000);
  }
  register(n: number): number {
    this.poke(DCRSR, n);
    return this.peek(DCRDR);
  }
  setRegister(n: number, value: number): void {
    this.poke(DCRDR, value);
    this.poke(DCRSR, 0x1_0000 | n);
  }
  /** CONTROL, as MSR would set it in Thread mode on MSP. */
  setControl(value: number): void {
    const pc = this.pc;
    const r0 = this.core.state.r[0]!;
    this.code(RAM + 0xFF00, ...msr(20, 0));
    this.core.state.r[0] = value;
    this.core.state.r[15] = RAM + 0xFF00;
    this.run(1);
    this.core.state.r[0] = r0;
    this.core.state.r[15] = pc;
  }
  get pc(): number {
    return this.core.pc;
  }
  get ipsr(): number {
    return this.core.state.ipsr;
  }
  get sp(): number {
    return this.core.state.r[13]! >>> 0;
  }
}

export const MAIN = FLASH + 0x400;
/** where the handler of exception `n` begins */
export const handler = (n: number): number => FLASH + 0x1000 + 0x40 * n;

// instructions by name, so that tests read
export const NOP = 0xBF00;
export const B_SELF = 0xE7FE;
export const BX_LR = 0x4770;
export const WFI = 0xBF30;
export const WFE = 0xBF20;
export const SEV = 0xBF40;
export const CPSID_I = 0xB672;
export const CPSIE_I = 0xB662;
export const CPSID_F = 0xB671;
export const svc = (n: number): number => 0xDF00 | n;
export const bkpt = (n: number): number => 0xBE00 | n;
export const movs = (d: number, value: number): number => 0x2000 | (d << 8) | value;
export const adds = (d: number, value: number): number => 0x3000 | (d << 8) | value;
/** LDR Rt, [Rn, #offset] */
export const ldr = (t: number, n: number, offset = 0): number =>
  0x6800 | ((offset >> 2) << 6) | (n << 3) | t;
export const str = (t: number, n: number, offset = 0): number =>
  0x6000 | ((offset >> 2) << 6) | (n << 3) | t;
/** MOVW and MOVT */
function movImm16(top: boolean, d: number, v: number): [number, number] {
  return [
    (top ? 0xF2C0 : 0xF240) | ((v >> 12) & 15) | (((v >> 11) & 1) << 10),
    (((v >> 8) & 7) << 12) | (d << 8) | (v & 0xFF),
  ];
}
/** any 32-bit value into a register: four halfwords */
export const load = (d: number, value: number): number[] => [
  ...movImm16(false, d, value & 0xFFFF),
  ...movImm16(true, d, value >>> 16),
];
/** MSR special, Rn; mask 2 */
export const msr = (sysm: number, n: number): number[] => [0xF380 | n, 0x8800 | sysm];
export const mrs = (d: number, sysm: number): number[] => [0xF3EF, 0x8000 | (d << 8) | sysm];
