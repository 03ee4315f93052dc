/** The board as a plan tells of it. */
import type { Bench } from "./bench.ts";
import type { Fingerprint, Plan, PlanWish } from "./plan.ts";

/** What attaching did to the program, in words. */
export function attachingText({ found }: Bench, rdpLevel: number): string {
  const locked = rdpLevel > 0
    ? " At readout protection level 1 it starts again only after a power cycle."
    : "";
  const text = {
    attach: "The program was neither stopped nor reset.",
    halt: found.was === "halted"
      ? "The core was halted already."
      : "The program that was running is stopped.",
    "under-reset": "The chip was reset; its program is stopped before its first instruction.",
  }[found.mode];
  return text + locked;
}

/** See {@link Plan}. */
export async function planTarget(
  wish: PlanWish,
  fingerprint: Fingerprint,
): Promise<Plan["target"]> {
  const { bench } = wish;
  const { name, serial, firmware } = bench.probe.id;
  const { rdpLevel } = await wish.live.options();
  const { board } = wish;
  const on = board &&
    { name: board.document.name, file: board.source.file, sha256: board.sha256 };
  return {
    ...(on ? { board: on } : {}),
    probe: { name, serial, firmware },
    chip: bench.chip.sub.name,
    revision: bench.chip.revision,
    flash_kib: bench.chip.flashKiB,
    volts: bench.volts ?? null,
    attach: wish.attach,
    ...(wish.overrides.length > 0 ? { overrides: wish.overrides } : {}),
    attaching: attachingText(bench, rdpLevel),
    notes: bench.found.notes,
    fingerprint,
  };
}
