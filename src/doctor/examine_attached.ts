/** A look at a board that somebody has attached to: its probe is in use, and answers. */
import type { Clock, Memory } from "../base/mod.ts";
import type { Probe } from "../probe/mod.ts";
import { voltsIn } from "./causes_supply.ts";
import { Climb } from "./climb.ts";
import type { Findings } from "./findings.ts";
import { lookAtChip } from "./look.ts";

/** What of an attached board is needed to look at it. */
export interface AttachedBoard {
  readonly core: { readonly uncached: Memory };
  readonly clock: Clock;
  readonly volts: number | undefined;
  /** absent: nothing is said of it */
  readonly probe?: Pick<Probe, "id" | "lacks">;
}

function sayProbe(climb: Climb, { id, lacks }: Pick<Probe, "id" | "lacks">): void {
  const { name, serial, firmware, place } = id;
  climb.add({ probe: { name, serial, firmware, place, lacks } });
  climb.ok("usb", `${name} at ${place}, in use by this program`);
  climb.ok("probe", `${name} ${firmware}, serial ${serial}`);
  climb.ok("swd", "answers: a debugger is attached");
  climb.ok("dp", "in use");
  climb.ok("ap", "in use");
}

/** Findings of it. Reads only: nothing is halted, reset or written. Never throws a Fault. */
export async function examineAttached(at: AttachedBoard): Promise<Findings> {
  const climb = new Climb("attached");
  if (at.probe) sayProbe(climb, at.probe);
  if (at.volts !== undefined) climb.ok("voltage", voltsIn(at.volts));
  climb.add({
    volts: at.volts ?? null,
    connected: { how: "attach", hertz: 0, dpidr: 0 },
    nrst: "works", // not in question: somebody has attached
  });
  await lookAtChip(climb, at.core.uncached, at.clock);
  return climb.done();
}
