/** The driver's side of a bench on the virtual board: opened, attached, counted. */
import type { Clock } from "../../src/base/mod.ts";
import { attach, type Attached, type AttachMode, type CortexM } from "../../src/cortex/mod.ts";
import { listProbes, openProbe, type Probe } from "../../src/probe/mod.ts";
import { openSim, type VirtualBoard } from "../../src/sim/mod.ts";

/** What an STM32F7's watchdogs and low-power modes want at attaching (facts/stm32f7.md §9). */
export const F7_FREEZE = [{ at: 0xE004_2004, set: 7 }, { at: 0xE004_2008, set: 0x1800 }] as const;

/** An opened probe on a virtual board. */
export interface SimProbe extends AsyncDisposable {
  readonly board: VirtualBoard;
  readonly probe: Probe;
  readonly clock: Clock;
  /** exchanges of `go` */
  cost(go: () => Promise<unknown>): Promise<number>;
}
/** An attached core on one. */
export interface SimCore extends SimProbe {
  readonly core: CortexM;
  readonly attached: Attached;
}

/** Opens the probe of `sim:stm32f746g-disco?QUERY`. */
export async function simProbe(query = "", board = "stm32f746g-disco"): Promise<SimProbe> {
  const sim = openSim(`sim:${board}${query && `?${query}`}`);
  const [found] = await listProbes(sim.source);
  if (!found) throw new Error("The virtual board has no probe");
  const probe = await openProbe(sim.source, found.device);
  return {
    board: sim.board,
    probe,
    clock: sim.source.clock,
    async cost(go) {
      const before = probe.counters.exchanges;
      await go();
      return probe.counters.exchanges - before;
    },
    [Symbol.asyncDispose]: () => probe[Symbol.asyncDispose](),
  };
}

/** Opens it and attaches. On a fault the probe is closed. */
export async function simCore(
  query = "",
  mode: AttachMode = "under-reset",
  options: { hertz?: number; freeze?: typeof F7_FREEZE | readonly []; board?: string } = {},
): Promise<SimCore> {
  const { hertz = 4e6, freeze = F7_FREEZE, board } = options;
  const bench = await simProbe(query, board);
  try {
    const attached = await attach(bench.probe, bench.clock, { mode, hertz, freeze });
    return { ...bench, core: attached.core, attached };
  } catch (error) {
    await bench.probe[Symbol.asyncDispose]();
    throw error;
  }
}
