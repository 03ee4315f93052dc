/**
 * A small FLASH controller behind a core, for tests of flash/ alone: it notes every illegal sequence, and
 * can be made to misbehave. Numbers are written out here, not taken from chip/.
 */
import { type Access, type Clock, Fault, type Memory, type Width } from "../../../src/base/mod.ts";
import type { Core, ResetReport } from "../../../src/cortex/mod.ts";
import { probeFault } from "../../../src/probe/mod.ts";

const FLASH = 0x0800_0000;
const R = {
  ACR: 0x4002_3C00,
  KEYR: 0x4002_3C04,
  OPTKEYR: 0x4002_3C08,
  SR: 0x4002_3C0C,
  CR: 0x4002_3C10,
  OPTCR: 0x4002_3C14,
  OPTCR1: 0x4002_3C18,
  OPTCR2: 0x4002_3C1C,
} as const;
const BSY = 1 << 16;
const ERRORS = 0x1F2;
const LOCK = 0x8000_0000;

/** How the fake is made. */
export interface FakeWish {
  readonly part?: "f72" | "f74" | "f76";
  readonly flashKiB?: number;
  readonly volts?: number;
  readonly optcr?: number;
  readonly optcr1?: number;
  readonly optcr2?: number;
  /** flash contents from 0x08000000 on; erased when absent */
  readonly flash?: Uint8Array;
  /** ACR and SCB CCR as firmware left them */
  readonly acr?: number;
  readonly ccr?: number;
  readonly rcc?: number;
  readonly running?: boolean;
}

const IDS = { f72: 0x1000_0452, f74: 0x1001_6449, f76: 0x1001_0451 };
const KIB = 1024;
const SECTORS = {
  f72: [16, 16, 16, 16, 64, 128, 128, 128],
  f74: [32, 32, 32, 32, 128, 256, 256, 256],
  f76: [32, 32, 32, 32, 128, 256, 256, 256, 256, 256, 256, 256],
};
const DUAL = [16, 16, 16, 16, 64, 128, 128, 128, 128, 128, 128, 128];

/** Virtual time, ms. */
export class FakeClock implements Clock {
  ms = 0;
  slept = 0;
  now(): number {
    return this.ms;
  }
  sleep(ms: number): Promise<void> {
    this.ms += ms;
    this.slept += ms;
    return Promise.resolve();
  }
}

/** See the module. It is Core and Memory in one. */
export class FakeBoard implements Core {
  readonly clock = new FakeClock();
  readonly cpuid = 0x410F_C271;
  readonly name = "Cortex-M7 r0p1";
  readonly flash: Uint8Array;
  /** sequences no driver may use */
  readonly illegal: string[] = [];
  /** what was done, one word each: `erase 4`, `mass`, `options` */
  readonly log: string[] = [];
  /** register writes in order: `CR=00000201` */
  readonly writes: string[] = [];
  /** resets by us (`ours`) and others */
  readonly resets: string[] = [];
  exchanges = 0;
  readonly part: "f72" | "f74" | "f76";
  readonly volts: number;
  sr = 0;
  cr = LOCK;
  acr: number;
  ccr: number;
  csr: number;
  optcr: number;
  optcr1: number;
  optcr2: number;
  /** option words in flash, taken up by a reset */
  stored: { optcr: number; optcr1: number; optcr2: number };
  dead = false;
  halted: boolean;
  /** cache and accelerator maintenance seen */
  icache = 0;
  dcacheLines = 0;
  art: string[] = [];
  /** called before each unit is programmed; may reset the chip or raise an error bit */
  onProgram: (at: number) => void = () => {};
  /** called when an erase starts */
  onErase: (what: string) => void = () => {};
  /** how many extra ms an operation takes; Infinity: it never ends */
  slow = 0;
  /** bits that stay 1 when programmed */
  weakAt: number | undefined;
  rdpLocksFlash = true;
  readonly #size: number;
  #keys = 0;
  #keysDead = false;
  #optionKeys = 0;
  #optionsDead = false;
  #until = 0;
  #finish: () => void = () => {};
  #resetSeen = false;

  constructor(wish: FakeWish = {}) {
    this.part = wish.part ?? "f74";
    const kib = wish.flashKiB ?? { f72: 512, f74: 1024, f76: 2048 }[this.part];
    this.#size = kib * KIB;
    this.volts = wish.volts ?? 3.3;
    this.flash = new Uint8Array(this.#size).fill(0xFF);
    if (wish.flash) this.flash.set(wish.flash);
    const optcr = wish.optcr ?? (this.part === "f76" ? 0xFFFF_AAFD : 0xC0FF_AAFD);
    this.stored = { optcr, optcr1: wish.optcr1 ?? 0x0040_0080, optcr2: wish.optcr2 ?? 0 };
    this.optcr = optcr;
    this.optcr1 = this.stored.optcr1;
    this.optcr2 = this.stored.optcr2;
    this.acr = wish.acr ?? 0;
    this.ccr = wish.ccr ?? 0;
    this.csr = wish.rcc ?? 0x0E00_0000;
    this.halted = !(wish.running ?? false);
  }

  get memory(): Memory {
    return this;
  }
  get uncached(): Memory {
    return this;
  }
  get locked(): boolean {
    return (this.cr & LOCK) !== 0 && (this.optcr & 1) !== 0;
  }
  get level(): 0 | 1 | 2 {
    const rdp = this.optcr >>> 8 & 0xFF;
    return rdp === 0xAA ? 0 : rdp === 0xCC ? 2 : 1;
  }
  get dual(): boolean {
    return this.part === "f76" && (this.optcr >>> 29 & 1) === 0;
  }

  /** Sectors as [address, size, SNB, nWRP bit]. */
  sectors(): [number, number, number, number][] {
    const sizes = this.dual ? DUAL : SECTORS[this.part];
    const out: [number, number, number, number][] = [];
    const banks = this.dual ? 2 : 1;
    for (let bank = 0; bank < banks; bank++) {
      let at = FLASH + bank * this.#size / 2;
      for (const [i, kib] of sizes.entries()) {
        if (at + kib * KIB > FLASH + (bank + 1) * this.#size / banks) break;
        const index = bank * sizes.length + i;
        out.push([at, kib * KIB, bank * 16 + i, this.dual ? index >> 1 : index]);
        at += kib * KIB;
      }
    }
    return out;
  }

  /** A reset that nobody asked for, as by a watchdog. */
  resetItself(flag = 30): void {
    this.resets.push("by itself");
    this.csr = (this.csr | (1 << flag)) >>> 0;
    this.#reset();
    this.halted = false;
  }
  #reset(): void {
    Object.assign(this, { optcr: (this.stored.optcr | 1) >>> 0 });
    this.optcr1 = this.stored.optcr1;
    this.optcr2 = this.stored.optcr2;
    this.cr = LOCK;
    this.sr = 0;
    this.acr = 0;
    this.ccr = 0;
    this.#keys = this.#optionKeys = this.#until = 0;
    this.#keysDead = this.#optionsDead = false;
    this.#finish = () => {};
    this.#resetSeen = true;
  }
  /** What firmware does that writes a wrong key. */
  spoilKeys(): void {
    this.#keysDead = true;
    this.cr = LOCK;
  }
  spoilOptionKeys(): void {
    this.#optionsDead = true;
    this.optcr = (this.optcr | 1) >>> 0;
  }

  // --- Core, as far as flash/ uses it
  resetAndHalt(): Promise<ResetReport> {
    this.resets.push("ours");
    this.#reset();
    this.halted = true;
    return Promise.resolve({ by: "sysresetreq" });
  }
  state(): Promise<"halted" | "running"> {
    return Promise.resolve(this.halted ? "halted" : "running");
  }
  halt(): Promise<void> {
    this.halted = true;
    return Promise.resolve();
  }
  #no(): never {
    throw new Error("the fake core cannot do that");
  }
  resume = (): Promise<void> => this.#no();
  step = (): ReturnType<Core["step"]> => this.#no();
  reset = (): Promise<ResetReport> => this.#no();
  readRegisters = (): Promise<number[]> => this.#no();
  writeRegisters = (): Promise<void> => this.#no();
  breakpoint = (): Promise<void> => this.#no();
  watchpoint = (): Promise<void> => this.#no();
  stopReason = (): Promise<{ why: "unknown" }> => this.#no();

  // --- Memory
  #cost(n: number): void {
    if (this.dead) {
      throw probeFault("link-lost", { command: "test", means: "test", status: "0x10" });
    }
    this.exchanges += n;
    this.clock.ms += 0.25 * n;
    this.#settle();
  }
  #settle(): void {
    if ((this.sr & BSY) !== 0 && this.clock.ms >= this.#until) {
      this.sr &= ~BSY;
      const finish = this.#finish;
      this.#finish = () => {};
      finish();
    }
  }
  #stall(): void {
    if ((this.sr & BSY) === 0) return;
    this.clock.ms = Math.max(this.clock.ms, this.#until);
    this.#settle();
  }
  #refuse(access: "read" | "write", at: number): never {
    throw probeFault("bus-refused", { access, where: `0x${at.toString(16)}` });
  }
  #inFlash(at: number): boolean {
    return at >= FLASH && at < FLASH + this.#size;
  }

  // deno-lint-ignore require-await
  async read(at: number, length: number, _width?: Width): Promise<Uint8Array> {
    this.#cost(Math.ceil(length / 6144) * 2);
    const alias = at >= 0x0020_0000 && at < 0x0020_0000 + this.#size;
    const where = alias ? at - 0x0020_0000 + FLASH : at;
    if (this.#inFlash(where)) {
      if (length > 0 && !this.#inFlash(where + length - 1)) this.#refuse("read", at);
      if ((this.sr & BSY) !== 0) {
        this.illegal.push(`flash read at ${at.toString(16)} while BSY`);
        this.#stall();
      }
      if (this.level > 0 && this.rdpLocksFlash) this.#refuse("read", at);
      return this.flash.slice(where - FLASH, where - FLASH + length);
    }
    const out = new Uint8Array(length);
    const view = new DataView(out.buffer);
    const info = this.part === "f72" ? 0x1FF0_7A00 : 0x1FF0_F400;
    const sizeAt = info + (this.part === "f72" ? 0x22 : 0x42);
    if (at === sizeAt) view.setUint16(0, this.#size / KIB, true);
    else if (at === (this.part === "f72" ? 0x1FF0_7A10 : 0x1FF0_F420)) {
      [0x0034_0035, 0x3130_5110, 0x3233_3831].forEach((w, i) => view.setUint32(4 * i, w, true));
    } else {
      for (let i = 0; i < length; i += 4) view.setUint32(i, this.#load(at + i), true);
    }
    return out;
  }

  // deno-lint-ignore require-await
  async write(at: number, data: Uint8Array, width: Width = 4): Promise<void> {
    const chunk = width === 1 ? 64 : 6144;
    for (let from = 0; from < data.length; from += chunk) {
      this.#cost(2);
      const end = Math.min(data.length, from + chunk);
      for (let i = from; i < end; i += width) {
        if (this.#inFlash(at + i)) this.#program(at + i, data.subarray(i, i + width), width);
        else this.#store(at + i, new DataView(data.buffer, data.byteOffset + i).getUint32(0, true));
      }
    }
  }

  // deno-lint-ignore require-await
  async batch(steps: readonly Access[]): Promise<Uint32Array> {
    const out: number[] = [];
    const pokes = steps.filter((s) => !("poll" in s)).length;
    this.#cost(pokes >= 3 ? 2 * Math.ceil(pokes / 31) : pokes);
    for (const s of steps) {
      if ("read" in s) out.push(this.#load(s.read));
      else if ("write" in s) this.#store(s.write, s.value);
      else out.push(this.#poll(s));
    }
    return Uint32Array.from(out);
  }
  #poll(s: Extract<Access, { poll: number }>): number {
    const end = this.clock.ms + s.withinMs;
    for (;;) {
      this.#cost(1);
      const value = this.#load(s.poll);
      if ((value & s.mask) >>> 0 === s.want) return value;
      if (this.clock.ms >= end) {
        throw probeFault("register-never-changed", {
          where: `0x${s.poll.toString(16)}`,
          last: value,
          want: s.want,
          mask: s.mask,
          ms: s.withinMs,
        });
      }
      this.clock.ms += s.everyMs ?? 0;
    }
  }

  #load(at: number): number {
    this.#settle();
    switch (at) {
      case 0xE000_ED00:
        return this.cpuid;
      case 0xE004_2000:
        return IDS[this.part];
      case 0xE000_EDF0: {
        const word = (this.halted ? 0x0003_0003 : 0x0001_0001) | (this.#resetSeen ? 1 << 25 : 0);
        this.#resetSeen = false;
        return word >>> 0;
      }
      case 0xE000_ED14:
        return this.ccr;
      case 0xE000_ED80:
        return 0xF003_E019; // 4 KiB, 4 ways, 32 sets of 32 bytes
      case 0x4002_3874:
        return this.csr;
      case R.ACR:
        return this.acr;
      case R.SR:
        return this.sr >>> 0;
      case R.CR:
        return this.cr >>> 0;
      case R.OPTCR:
        return this.optcr >>> 0;
      case R.OPTCR1:
        return this.optcr1;
      case R.OPTCR2:
        if (this.part !== "f72") this.illegal.push("OPTCR2 read on a part without it");
        return this.optcr2;
      default:
        return this.#refuse("read", at);
    }
  }

  #store(at: number, value: number): void {
    this.#settle();
    const name = Object.entries(R).find(([, a]) => a === at)?.[0];
    if (name) this.writes.push(`${name}=${value.toString(16).padStart(8, "0")}`);
    switch (at) {
      case R.KEYR:
        return this.#key(value);
      case R.OPTKEYR:
        return this.#optionKey(value);
      case R.SR:
        this.sr &= ~(value & (ERRORS | 1));
        return;
      case R.CR:
        return this.#control(value);
      case R.OPTCR:
        return this.#optionControl(value);
      case R.OPTCR1:
        if (this.optcr & 1) return void this.illegal.push("OPTCR1 written while OPTLOCK");
        this.optcr1 = value;
        return;
      case R.OPTCR2:
        if (this.part !== "f72") this.illegal.push("OPTCR2 written on a part without it");
        if (this.optcr & 1) return void this.illegal.push("OPTCR2 written while OPTLOCK");
        this.optcr2 = value;
        return;
      case R.ACR:
        if ((value & 1 << 11) && (value & 1 << 9)) this.illegal.push("ARTRST while ARTEN");
        this.art.push(value.toString(16));
        this.acr = value;
        return;
      case 0xE000_EF50:
        this.icache++;
        return;
      case 0xE000_EF74:
        this.dcacheLines++;
        return;
      case 0xE000_ED84:
        return;
      default:
        this.#refuse("write", at);
    }
  }

  #key(value: number): void {
    if (this.#keysDead) this.#refuse("write", R.KEYR);
    if (!(this.cr & LOCK)) this.illegal.push("key written while unlocked");
    const want = [0x4567_0123, 0xCDEF_89AB][this.#keys];
    if (value !== want) {
      this.illegal.push("wrong key");
      this.#keysDead = true;
      this.#refuse("write", R.KEYR);
    }
    this.#keys++;
    if (this.#keys === 2) {
      this.cr = (this.cr & ~LOCK) >>> 0;
      this.#keys = 0;
    }
  }
  #optionKey(value: number): void {
    if (this.#optionsDead) this.#refuse("write", R.OPTKEYR);
    if (!(this.optcr & 1)) this.illegal.push("option key written while unlocked");
    const want = [0x0819_2A3B, 0x4C5D_6E7F][this.#optionKeys];
    if (value !== want) {
      this.illegal.push("wrong option key");
      this.#optionsDead = true;
      this.#refuse("write", R.OPTKEYR);
    }
    this.#optionKeys++;
    if (this.#optionKeys === 2) {
      this.optcr = (this.optcr & ~1) >>> 0;
      this.#optionKeys = 0;
    }
  }

  #busy(ms: number, finish: () => void): void {
    this.sr |= BSY;
    this.#until = this.clock.ms + ms + this.slow;
    this.#finish = finish;
  }

  #control(value: number): void {
    if (this.sr & BSY) this.illegal.push("CR written while BSY");
    this.#stall();
    if (this.cr & LOCK) return; // ignored in silence, as silicon does
    this.cr = (value & ~(1 << 16)) >>> 0;
    if (!(value & 1 << 16)) return;
    if (this.sr & ERRORS) this.illegal.push("STRT with an old error in SR");
    if (!this.halted) this.illegal.push("STRT with the core running");
    const psize = value >>> 8 & 3;
    this.#checkPsize(psize);
    if (value & (1 << 2 | 1 << 15)) return this.#massErase(value);
    if (!(value & 2)) return void this.illegal.push("STRT without SER or MER");
    if (value & 1) this.illegal.push("PG and SER together");
    const snb = value >>> 3 & 31;
    const sector = this.sectors().find((s) => s[2] === snb);
    if (!sector) {
      this.illegal.push(`sector ${snb} does not exist`);
      this.sr |= 1 << 7;
      return;
    }
    this.onErase(`sector ${snb}`);
    if (this.cr & LOCK) return; // cut off
    if ((this.optcr >>> 16 & 1 << sector[3]) === 0) {
      this.sr |= 1 << 4;
      return;
    }
    this.log.push(`erase ${snb} x${8 << psize}`);
    const [at, size] = sector;
    this.#busy(
      [400, 250, 200][psize] ?? 400,
      () => void this.flash.fill(0xFF, at - FLASH, at - FLASH + size),
    );
  }
  #checkPsize(psize: number): void {
    const needs = [1.7, 2.1, 2.7, 99][psize] ?? 99;
    if (this.volts < needs) this.illegal.push(`PSIZE ${psize} at ${this.volts} V`);
  }
  #massErase(value: number): void {
    if (this.dual !== ((value & 1 << 15) !== 0)) {
      this.illegal.push("MER2 does not fit the bank mode");
    }
    this.onErase("mass");
    const all = this.part === "f76" ? 0xFFF : 0xFF;
    if ((this.optcr >>> 16 & all) !== all) {
      this.sr |= 1 << 4;
      return;
    }
    this.log.push("mass");
    this.#busy(4000, () => void this.flash.fill(0xFF));
  }

  #program(at: number, data: Uint8Array, width: Width): void {
    this.#stall();
    this.onProgram(at);
    if (this.level > 0 && this.rdpLocksFlash) this.#refuse("write", at);
    if (this.cr & LOCK || !(this.cr & 1)) {
      this.sr |= 1 << 7; // PG is not set
      return;
    }
    const psize = this.cr >>> 8 & 3;
    this.#checkPsize(psize);
    if (8 * width !== 8 << psize) {
      this.sr |= 1 << 6;
      return;
    }
    const sector = this.sectors().find((s) => at >= s[0] && at < s[0] + s[1]);
    if (sector && (this.optcr >>> 16 & 1 << sector[3]) === 0) {
      this.sr |= 1 << 4;
      return;
    }
    if (this.sr & ERRORS) return; // nothing is programmed while an error stands
    for (let i = 0; i < width; i++) {
      const old = this.flash[at - FLASH + i] ?? 0;
      const now = data[i] ?? 0;
      if (old !== 0xFF) this.illegal.push(`${(at + i).toString(16)} programmed twice`);
      this.flash[at - FLASH + i] = at + i === this.weakAt ? old & (now | 1) : old & now;
    }
    this.#busy(0.016, () => {});
  }

  #optionControl(value: number): void {
    if (this.sr & BSY) this.illegal.push("OPTCR written while BSY");
    this.#stall();
    if (this.optcr & 1) return void this.illegal.push("OPTCR written while OPTLOCK");
    if (value === 1) this.illegal.push("bare OPTLOCK");
    this.optcr = (value & ~2) >>> 0;
    if (!(value & 2)) return;
    const was = this.stored.optcr >>> 8 & 0xFF;
    const now = value >>> 8 & 0xFF;
    if (was === 0xCC) return void this.illegal.push("option bytes written at RDP level 2");
    if (now === 0xCC) this.log.push("FOR EVER");
    const regress = was !== 0xAA && now === 0xAA;
    this.log.push(regress ? "options+mass" : "options");
    const resets = this.resets.length;
    this.onErase("options");
    if (this.resets.length > resets) return; // cut off before anything was written
    const words = {
      optcr: (value & ~3 | 1) >>> 0,
      optcr1: this.optcr1,
      optcr2: this.optcr2,
    };
    this.#busy(regress ? 8000 : 250, () => {
      if (regress) this.flash.fill(0xFF);
      this.stored = words;
    });
  }
}

/** The slug of what a promise rejects with, and the fault. */
export async function faultOf(go: () => Promise<unknown>): Promise<Fault> {
  try {
    await go();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("expected a fault");
}
