/** A Cortex-M core: run control, registers, breakpoints, resets. */
import {
  type Access,
  type Clock,
  Deadline,
  type Fault,
  has,
  hex,
  type Memory,
} from "../base/mod.ts";
import { memoryOf } from "../coresight/mod.ts";
import type { Probe } from "../probe/mod.ts";
import { Breakpoints, FPB_READS, type FpbWords } from "./breakpoints.ts";
import type {
  BreakpointChange,
  Core,
  CoreState,
  ResetReport,
  ResetWay,
  Stepped,
  StepWish,
  StopReason,
  WatchKind,
} from "./core.ts";
import { fault } from "./faults.ts";
import { Registers, stateText } from "./registers.ts";
import { resetCore, type ResetParts } from "./reset.ts";
import { AT, coreName, DEBUG, DFSR_ALL, type Dhcsr, dhcsr, isM7, isV8 } from "./scs.ts";
import { stepTrip } from "./step.ts";
import { Watchpoints } from "./watchpoints.ts";

/** a core halts within some clocks; a stalled bus access may hold it for longer */
const HALT_MS = 100;
const LOOK_MS = 1;

/** Which core. */
export interface CoreOptions {
  /** access port that the core's bus is behind; 0 on all STM32 with one core, the default */
  readonly ap?: number;
}

/** A core on an access port. */
export class CortexM implements Core {
  readonly memory: Memory;
  readonly name: string;
  readonly breakpoints: Breakpoints;
  readonly watchpoints: Watchpoints;
  readonly #registers: Registers;
  #stepped = false;
  /** DFSR as a step left it */
  #dfsr: number | undefined;
  /** the last look found it halted, and nothing was done to it since */
  #seenHalted = false;
  /** NRST was tried and did nothing; resets then go by SYSRESETREQ without trying it again */
  nrstDead = false;
  constructor(
    readonly probe: Probe,
    readonly clock: Clock,
    readonly uncached: Memory,
    readonly cpuid: number,
    fpb: FpbWords,
    ap: number,
  ) {
    this.memory = isM7(cpuid) ? memoryOf(probe, ap, clock, { cacheable: true }) : uncached;
    this.name = coreName(cpuid) ?? "Cortex-M";
    this.breakpoints = new Breakpoints(uncached, this.name, fpb);
    this.watchpoints = new Watchpoints(uncached, this.name, isV8(cpuid));
    // the probe's own register command goes through access port 0
    this.#registers = new Registers(uncached, this.name, ap === 0 ? probe.fastCore : undefined);
  }

  get #parts(): ResetParts {
    const { probe, uncached: memory, clock, nrstDead } = this;
    return { probe, memory, clock, nrstDead };
  }

  async #look(): Promise<Dhcsr> {
    const [value = 0] = await this.uncached.batch([{ read: AT.DHCSR }]);
    return dhcsr(value);
  }

  async state(): Promise<CoreState> {
    let now = await this.#look();
    // sticky: only a second look tells a reset that lasts from one that is over
    if (now.reset) now = await this.#look();
    this.#seenHalted = now.halted;
    return stateText(now);
  }

  /** Whatever was seen of the halted core is no longer so. */
  #moves(): void {
    this.#stepped = false;
    this.#dfsr = undefined;
    this.#seenHalted = false;
    this.#registers.forget();
  }

  async halt(): Promise<void> {
    this.#moves();
    const deadline = new Deadline(this.clock, HALT_MS);
    let resets = 0;
    let looks = 0;
    for (;;) {
      const [value = 0] = await this.uncached.batch([
        { write: AT.DHCSR, value: DEBUG.halt },
        { read: AT.DHCSR },
      ]);
      const now = dhcsr(value);
      if (now.halted) return;
      if (now.reset) resets++;
      looks++;
      if (deadline.over) throw notHalted(value, resets, resets === looks);
      await this.clock.sleep(LOOK_MS);
    }
  }

  async resume(pc?: number, change: BreakpointChange = {}): Promise<void> {
    const here = await this.#staysAt(pc, change);
    if (here !== undefined) await this.step(here, { breakpoints: change });
    const { before, done } = this.breakpoints.plan(here === undefined ? change : {});
    this.#moves();
    await this.uncached.batch([
      ...before,
      { write: AT.DFSR, value: DFSR_ALL },
      { write: AT.DHCSR, value: DEBUG.run },
    ]);
    done();
  }

  /** The present address, when a comparator is there: it would stop the core before it has moved. */
  async #staysAt(known: number | undefined, change: BreakpointChange): Promise<number | undefined> {
    if (!this.breakpoints.any && !change.set?.length) return undefined;
    const [pc = 0] = known === undefined ? await this.readRegisters(["pc"]) : [known];
    return this.breakpoints.stays(pc, change) ? pc : undefined;
  }

  async step(pc?: number, wish: StepWish = {}): Promise<Stepped> {
    const change = wish.breakpoints ?? {};
    const here = await this.#staysAt(pc, change);
    const { done, ...around } = this.breakpoints.plan(change, here);
    const trip = stepTrip(around, wish, this.probe.tripItems ?? 0);
    this.#moves();
    const { before, after, dfsr, ...came } = trip.read(await this.uncached.batch(trip.accesses));
    done();
    if (!before.halted) {
      await this.uncached.batch([{ write: AT.DHCSR, value: DEBUG.run }]);
      throw fault("core-not-halted", { what: "step", state: stateText(before) });
    }
    if (!after.halted) await this.halt();
    else {
      this.#dfsr = dfsr;
      this.#registers.seenHalted();
    }
    this.#stepped = true;
    return came;
  }

  async reset(how?: ResetWay): Promise<ResetReport> {
    return await this.#reset(how, false);
  }

  async resetAndHalt(how?: ResetWay): Promise<ResetReport> {
    return await this.#reset(how, true);
  }

  async #reset(how: ResetWay | undefined, halt: boolean): Promise<ResetReport> {
    this.#moves();
    const report = await resetCore(this.#parts, how, halt);
    if (how !== "sysresetreq") this.nrstDead = report.by !== "nrst";
    await this.#rewrite();
    return report;
  }

  async #rewrite(): Promise<void> {
    await this.breakpoints.rewrite();
    await this.watchpoints.rewrite();
  }

  async readRegisters(names: readonly string[]): Promise<readonly number[]> {
    return await this.#registers.read(names);
  }

  async writeRegisters(values: Readonly<Record<string, number>>): Promise<void> {
    await this.#registers.write(values);
  }

  async breakpoint(at: number, set: boolean): Promise<void> {
    await (set ? this.breakpoints.set(at) : this.breakpoints.clear(at));
  }

  async watchpoint(at: number, length: number, kind: WatchKind, set: boolean): Promise<void> {
    const watch = { at, length, kind };
    await (set ? this.watchpoints.set(watch) : this.watchpoints.clear(watch));
  }

  /** DFSR; undefined when the core is not halted. */
  async #readDfsr(): Promise<number | undefined> {
    const look: Access[] = this.#seenHalted ? [] : [{ read: AT.DHCSR }];
    const words = await this.uncached.batch([...look, { read: AT.DFSR }]);
    const dfsr = words.at(-1) ?? 0;
    if (!this.#seenHalted && !dhcsr(words[0] ?? 0).halted) return undefined;
    this.#seenHalted = false;
    this.#registers.seenHalted();
    return dfsr;
  }

  /** Priority as OpenOCD: a breakpoint before a watchpoint, both before the halt itself. */
  async stopReason(): Promise<StopReason> {
    const dfsr = this.#dfsr ?? await this.#readDfsr();
    if (dfsr === undefined) return { why: "not-stopped" };
    if (has(dfsr, 2)) return { why: "breakpoint" };
    if (has(dfsr, 4)) {
      const at = await this.watchpoints.matched();
      return at === undefined ? { why: "watchpoint" } : { why: "watchpoint", at };
    }
    if (has(dfsr, 8)) return { why: "vector-catch" };
    if (has(dfsr, 1)) return { why: this.#stepped ? "step" : "debug-request" };
    return { why: has(dfsr, 16) ? "external" : "unknown" };
  }
}

/** The fault for a core that does not halt: it resets now and then, always, or it never did. */
function notHalted(value: number, resets: number, always: boolean): Fault {
  const evidence = [{ what: "DHCSR", addr: hex(AT.DHCSR), value: hex(value) }];
  if (always) return fault("core-held-in-reset", { ms: HALT_MS }, { evidence });
  const facts: Readonly<Record<string, number>> = resets > 0
    ? { ms: HALT_MS, resets }
    : { ms: HALT_MS };
  return fault("core-did-not-halt", facts, { evidence });
}

/**
 * The core behind an access port of a connected probe. It is only looked at: CPUID and FPB are read.
 * Fault: core-unknown.
 */
export async function openCore(
  probe: Probe,
  clock: Clock,
  options: CoreOptions = {},
): Promise<CortexM> {
  const { ap = 0 } = options;
  const memory = memoryOf(probe, ap, clock);
  const [cpuid = 0, control = 0, ...comparators] = await memory.batch([
    { read: AT.CPUID },
    ...FPB_READS,
  ]);
  if (coreName(cpuid) === undefined) {
    throw fault("core-unknown", { ap, cpuid: hex(cpuid) }, {
      evidence: [{ what: "CPUID", addr: hex(AT.CPUID), value: hex(cpuid) }],
    });
  }
  return new CortexM(probe, clock, memory, cpuid, { control, comparators }, ap);
}
