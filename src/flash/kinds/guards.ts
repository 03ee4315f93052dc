/** What is refused before flash is touched. */
import { hex } from "../../base/mod.ts";
import type { Layout, Sector } from "../../chip/mod.ts";
import type { Run } from "../../plan/mod.ts";
import type { Bench } from "../bench.ts";
import { optionEvidence, readRefused, writeProtected } from "../explain.ts";
import { fault } from "../faults.ts";
import { closedSectors, sectorsText } from "../protection.ts";

/** Fault: flash-size-doubtful. */
export function requireSure({ chip }: Pick<Bench, "chip">): void {
  if (chip.flashSizeDoubt === undefined) return;
  throw fault("flash-size-doubtful", { doubt: chip.flashSizeDoubt }, {
    board: { state: "untouched", text: "nothing was written" },
  });
}

/** Fault: flash-outside. */
export function requireInside(layout: Layout, run: Run): void {
  const { at, size, doubt } = layout;
  if (run.at >= at && run.at + run.bytes.length <= at + size) return;
  throw fault("flash-outside", {
    first: hex(run.at),
    last: hex(run.at + run.bytes.length - 1),
    flashFrom: hex(at),
    flashTo: hex(at + size - 1),
    ...(doubt === undefined ? {} : { doubt }),
  });
}

/** Faults: flash-read-protected, flash-write-protected, flash-code-protected. */
export function requireOpen(
  bench: Bench,
  layout: Layout,
  options: Readonly<Record<string, number>>,
  sectors: readonly Sector[],
  done: "erased" | "programmed",
): void {
  const locked = readRefused(bench, options, "write", sectors[0]?.at ?? layout.at);
  if (locked) throw locked;
  const among = (s: Sector): boolean => sectors.some((x) => x.index === s.index);
  const write = closedSectors(bench.chip, layout, options, "write").filter(among);
  if (write.length > 0) throw writeProtected(bench, layout, write, options, done);
  const code = closedSectors(bench.chip, layout, options, "read").filter(among);
  if (code.length === 0) return;
  throw fault("flash-code-protected", {
    sectors: sectorsText(code),
    it: code.length === 1 ? "it" : "them",
    done,
    pcrop: hex(options["OPTCR2"] ?? 0),
  }, { evidence: [optionEvidence(bench, "OPTCR2", options["OPTCR2"] ?? 0)] });
}
