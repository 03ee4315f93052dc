/** A core behind the fake probe: its debug registers only, with each thing that can fail as a switch. */
import { attach, type Attached, type AttachWish, type CortexM } from "../../src/cortex/mod.ts";
import { openStlink, type Probe } from "../../src/probe/mod.ts";
import { FakeStlink } from "./fake_stlink.ts";

const DHCSR = 0xE000_EDF0;
const DCRSR = 0xE000_EDF4;
const DCRDR = 0xE000_EDF8;
const DEMCR = 0xE000_EDFC;
const DFSR = 0xE000_ED30;
const AIRCR = 0xE000_ED0C;
const FP_CTRL = 0xE000_2000;
const DWT_CTRL = 0xE000_1000;
const u32 = (x: number): number => x >>> 0;

/** What does not work, or is found. */
export interface Switches {
  nrstWired: boolean;
  sysresetreqWorks: boolean;
  /** C_HALT is heeded */
  halts: boolean;
  /** VC_CORERESET is heeded */
  catches: boolean;
  /** the bus answers while NRST is low */
  busInReset: boolean;
  /** S_REGRDY rises */
  registersReady: boolean;
  /** the chip resets itself before every n-th look at DHCSR */
  resetsEvery: number;
}

/** RAM from 0x2000_0000, flash from 0x0800_0000, and a core of `cpuid`. */
export class FakeCore {
  readonly fake: FakeStlink;
  readonly is: Switches = {
    nrstWired: true,
    sysresetreqWorks: true,
    halts: true,
    catches: true,
    busInReset: true,
    registersReady: true,
    resetsEvery: 0,
  };
  halted = false;
  lockedUp = false;
  sleeping = false;
  inReset = false;
  control = 0;
  resets = 0;
  /** by DCRSR.REGSEL */
  readonly registers = new Map<number, number>();
  #resetSeen = false;
  #looks = 0;
  constructor(
    options: { cpuid?: number; fpb?: number; watchpoints?: number; jtag?: number; major?: number } =
      {},
  ) {
    const words = new Map<number, number>();
    for (let at = 0xE000_ED00; at < 0xE000_EE00; at += 4) words.set(at, 0);
    for (let n = 0; n < 16; n++) words.set(FP_CTRL + 4 * n, 0);
    for (let n = 0; n < 32; n++) words.set(DWT_CTRL + 4 * n, 0);
    words.set(0xE000_ED00, options.cpuid ?? 0x410F_C271);
    words.set(0xE000_EFA8, 0);
    words.set(FP_CTRL, options.fpb ?? 0x1000_0080);
    words.set(DWT_CTRL, u32((options.watchpoints ?? 4) << 28));
    words.set(0xE004_2008, 0);
    words.set(0xE004_2004, 0);
    const { jtag, major } = options;
    this.fake = new FakeStlink({
      words,
      ...(jtag === undefined ? {} : { jtag }),
      ...(major === undefined ? {} : { major }),
    });
    this.fake.onAccess = (kind, at) => this.#onAccess(kind, at);
    this.fake.onWrite = (at, value) => this.#onWrite(at, value);
    this.fake.onCommand = (op, p) => this.#onCommand(op, p);
  }

  word(at: number): number {
    return this.fake.words.get(at) ?? 0;
  }
  set(at: number, value: number): void {
    this.fake.words.set(at, u32(value));
  }

  #onCommand(op: number, p: Uint8Array): number | undefined {
    if (op === 0x4B && this.inReset && !this.is.busInReset) return 0x1D;
    if (op === 0x3C && this.is.nrstWired) {
      const low = p[2] === 0;
      if (low && !this.inReset) this.#stop();
      else if (!low && this.inReset) this.#start();
    }
    if (op === 0x21 && this.inReset) this.#start();
    if (op === 0x3A) {
      for (const [n, value] of this.registers) if (n < 19) this.fake.registers[n] = value;
    }
    return undefined;
  }
  #stop(): void {
    this.inReset = true;
    this.halted = false;
    this.#resetSeen = true;
  }
  #start(): void {
    this.inReset = false;
    this.resets++;
    this.#resetSeen = true;
    this.lockedUp = false;
    const caught = this.is.catches && (this.word(DEMCR) & 1) !== 0 && (this.control & 1) !== 0;
    const held = this.is.halts && this.is.catches && (this.control & 2) !== 0;
    this.halted = caught || held;
    if (caught) this.set(DFSR, this.word(DFSR) | 8);
  }
  /** A reset from within: a watchdog's, or SYSRESETREQ. */
  reset(): void {
    this.#stop();
    this.#start();
  }

  #onAccess(kind: "read" | "write", at: number): number | undefined {
    if (this.inReset && !this.is.busInReset) return 0x16;
    if (kind !== "read" || at !== DHCSR) return undefined;
    if (this.is.resetsEvery > 0 && ++this.#looks % this.is.resetsEvery === 0) this.reset();
    const bits = (this.halted ? 1 << 17 : 0) | (this.sleeping ? 1 << 18 : 0) |
      (this.lockedUp ? 1 << 19 : 0) | (this.#resetSeen || this.inReset ? 1 << 25 : 0) |
      (this.is.registersReady ? 1 << 16 : 0);
    this.set(DHCSR, bits | (this.control & 0xF));
    this.#resetSeen = this.inReset;
    return undefined;
  }

  #onWrite(at: number, value: number): void {
    if (at === DHCSR && value >>> 16 === 0xA05F) this.#control(value & 0xFFFF);
    if (at === DFSR) this.set(DFSR, 0); // write one to clear: all that the driver ever clears
    if (at === AIRCR && (value & 4) !== 0 && this.is.sysresetreqWorks) this.reset();
    if (at === DCRSR && this.halted) {
      const select = value & 0x7F;
      if ((value & 0x10000) !== 0) this.registers.set(select, this.word(DCRDR));
      else this.set(DCRDR, this.registers.get(select) ?? 0);
    }
  }
  /** instructions that ran by stepping */
  steps = 0;
  #control(bits: number): void {
    const before = this.control;
    this.control = bits;
    if ((bits & 4) !== 0 && (before & 2) !== 0 && this.halted) {
      this.steps++;
      this.registers.set(15, (this.registers.get(15) ?? 0) + 2);
      this.set(DFSR, this.word(DFSR) | 1);
      return;
    }
    if ((bits & 2) !== 0) {
      if (this.is.halts && !this.inReset) {
        this.halted = true;
        this.set(DFSR, this.word(DFSR) | 1);
      }
    } else if ((bits & 4) === 0) this.halted = false;
  }
}

/** An attached fake. */
export interface Bench extends AsyncDisposable {
  readonly chip: FakeCore;
  readonly probe: Probe;
  readonly core: CortexM;
  readonly attached: Attached;
  /** exchanges of `go` */
  cost(go: () => Promise<unknown>): Promise<number>;
}

/** The two watchdogs' freeze bits of an STM32F7, and its low-power debug bits. */
export const FREEZE = [{ at: 0xE004_2004, set: 7 }, { at: 0xE004_2008, set: 0x1800 }] as const;

/** Opens the fake's probe and attaches. */
export async function bench(
  chip = new FakeCore(),
  mode: AttachWish["mode"] = "halt",
): Promise<Bench> {
  const probe = await openStlink(chip.fake, chip.fake.clock);
  const attached = await attach(probe, chip.fake.clock, { mode, hertz: 4e6, freeze: FREEZE });
  return {
    chip,
    probe,
    core: attached.core,
    attached,
    async cost(go) {
      const before = probe.counters.exchanges;
      await go();
      return probe.counters.exchanges - before;
    },
    [Symbol.asyncDispose]: () => probe[Symbol.asyncDispose](),
  };
}
