/**
 * Our own stack as a program of its own, over whatever pipe it is given: flashes noise, compares, and prints one
 * line of JSON. `own_flash.ts LENGTH [usbip://…]`; a fault is printed with its exit code, and is the exit code.
 */
import { Fault } from "../../../src/base/mod.ts";
import { FAMILIES, identify } from "../../../src/chip/mod.ts";
import { attach } from "../../../src/cortex/mod.ts";
import { openFlash } from "../../../src/flash/mod.ts";
import { compareImage, placeImage, planFlash } from "../../../src/plan/mod.ts";
import { listProbes, openProbe } from "../../../src/probe/mod.ts";
import { libusbSource, type UsbSource } from "../../../src/usb/mod.ts";
import { noise } from "./noise.ts";

const FREEZE = FAMILIES.flatMap((f) => f.debug.freeze.map(({ at, set }) => ({ at, set })));

/** What a run found. */
export interface OwnRun {
  readonly serial: string;
  readonly place: string;
  readonly differing: number;
}

/** Flashes `length` bytes of noise through the first probe and compares them. */
export async function ownFlash(source: UsbSource, length: number): Promise<OwnRun> {
  const [found] = await listProbes(source);
  if (found === undefined) throw new Error("no probe");
  await using probe = await openProbe(source, found.device);
  const how = { mode: "under-reset", hertz: 4_000_000, freeze: FREEZE } as const;
  const { core } = await attach(probe, source.clock, how);
  const chip = await identify(core.memory);
  const flash = await openFlash(core, chip, { volts: await probe.voltage() });
  const bytes = noise(length);
  const file = { file: "noise.bin", pieces: [{ at: 0x0800_0000, bytes, from: "noise.bin" }] };
  const image = placeImage(file, chip, flash.layout);
  const holds = (from: number, n: number) => flash.read(from, n);
  const plan = await planFlash({ image, layout: flash.layout, holds, unit: flash.unit });
  await flash.erase(plan.erase);
  await flash.programRuns(plan.program, undefined, { erased: "known" });
  const { differingBytes } = await compareImage(image, holds);
  return { serial: found.serial, place: found.place, differing: differingBytes };
}

if (import.meta.main) {
  try {
    await using source = await libusbSource();
    console.log(JSON.stringify(await ownFlash(source, Number(Deno.args[0]))));
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    console.log(JSON.stringify({ slug: e.slug, message: e.message }));
    Deno.exit(e.exit);
  }
}
