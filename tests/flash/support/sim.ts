/** The whole stack over a virtual board: simulator, USB, probe, core, chip, flash. */
import { type Chip, FAMILIES, identify } from "../../../src/chip/mod.ts";
import { attach, type Attached, type AttachMode, type Core } from "../../../src/cortex/mod.ts";
import { type OpenedFlash, type OpenFlash, openFlash } from "../../../src/flash/mod.ts";
import { compareImage, placeImage, planFlash } from "../../../src/plan/mod.ts";
import { listProbes, openProbe, type Probe } from "../../../src/probe/mod.ts";
import { openSim, type VirtualBoard } from "../../../src/sim/mod.ts";
import type { UsbSource } from "../../../src/usb/mod.ts";

/** Watchdogs of every family we know, frozen at attaching. */
const FREEZE = FAMILIES.flatMap((f) => f.debug.freeze.map(({ at, set }) => ({ at, set })));

/** An attached virtual board. */
export class SimBench implements AsyncDisposable {
  constructor(
    readonly source: UsbSource,
    readonly board: VirtualBoard,
    readonly probe: Probe,
    public attached: Attached,
    public chip: Chip,
    public flash: OpenedFlash,
  ) {}
  get core(): Core {
    return this.attached.core;
  }
  /** exchanges since the probe was opened */
  get exchanges(): number {
    return this.probe.counters.exchanges;
  }
  /** Attaches anew under reset, as after option bytes were written. */
  async again(options: OpenFlash = {}): Promise<void> {
    Object.assign(this, await reach(this.probe, this.source, "under-reset", options));
  }
  /** What the virtual board noticed and silicon would not say; a clean run has none. */
  get warnings(): readonly string[] {
    return this.board.warnings;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.probe[Symbol.asyncDispose]();
    await this.source[Symbol.asyncDispose]();
  }
}

async function reach(probe: Probe, source: UsbSource, mode: AttachMode, options: OpenFlash) {
  const attached = await attach(probe, source.clock, { mode, hertz: 4_000_000, freeze: FREEZE });
  const chip = await identify(attached.core.memory);
  const volts = await probe.voltage();
  const flash = await openFlash(attached.core, chip, { volts, ...options });
  return { attached, chip, flash };
}

/** Opens the first probe of a source again, as a second command would. */
export async function reopen(
  source: UsbSource,
  board: VirtualBoard,
  mode: AttachMode = "under-reset",
  options: OpenFlash = {},
): Promise<SimBench> {
  const [found] = await listProbes(source);
  if (!found) throw new Error("no probe");
  const probe = await openProbe(source, found.device);
  try {
    const { attached, chip, flash } = await reach(probe, source, mode, options);
    return new SimBench(source, board, probe, attached, chip, flash);
  } catch (error) {
    await probe[Symbol.asyncDispose]();
    throw error;
  }
}

/** `sim:…`, attached and opened. */
export async function simBench(
  selector: string,
  mode: AttachMode = "under-reset",
  options: OpenFlash = {},
): Promise<SimBench> {
  const { source, board } = openSim(selector);
  return await reopen(source, board, mode, options);
}

/** Plans, erases, programs and compares; gives how many bytes differ. */
export async function flashIt(b: SimBench, bytes: Uint8Array, at = 0x0800_0000) {
  const { flash, chip } = b;
  const file = { file: "random.bin", pieces: [{ at, bytes, from: "random.bin" }] };
  const image = placeImage(file, chip, flash.layout);
  const holds = (from: number, n: number) => flash.read(from, n);
  const plan = await planFlash({ image, layout: flash.layout, holds, unit: flash.unit });
  await flash.erase(plan.erase);
  await flash.programRuns(plan.program, undefined, { erased: "known" });
  const exchanges = b.exchanges;
  const { differingBytes } = await compareImage(image, holds);
  return { plan, differingBytes, exchanges };
}
