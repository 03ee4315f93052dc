/** Writing flash: bring it to an image, erase sectors. */
import { hex } from "../../base/mod.ts";
import type { Sector } from "../../chip/mod.ts";
import {
  afterWriting,
  flashFault,
  parseSectors,
  type Progress,
  sectorsText,
} from "../../flash/mod.ts";
import {
  firstNotErased,
  type FlashPlan,
  joinRanges,
  type Keep,
  planFlash,
  type Range,
  type Run,
} from "../../plan/mod.ts";
import type { IntentBody, Keeping } from "../journal.ts";
import { scalarText } from "../scalars.ts";
import type { Region } from "../types.ts";
import type { PredictedView, View } from "../view.ts";
import type { Act, ActParameters, Deed, DiffLine, Done, LookAt } from "./act.ts";
import { imageOf, type Placed, rangesOf } from "./files.ts";
import { imageVectors } from "./image_vectors.ts";
import {
  requireNoHardwareWatchdog,
  requireNotClosed,
  requireReadable,
  requireWritable,
} from "./guards.ts";

const STATES = {
  same: "same",
  blank: "program into empty flash",
  patch: "program what is missing",
  erase: "erase and program",
} as const;
/** what is programmed in a second, word by word over USB, roughly */
const PROGRAM_RATE = 60 * 1024;

const diffOf = (plan: FlashPlan): readonly DiffLine[] =>
  plan.sectors.filter((d) => d.state !== "same").map((d) => ({
    path: `sector ${d.sector.index}`,
    before: d.why,
    after: STATES[d.state],
  }));

function eraseMs(view: View, sectors: readonly Sector[]): number {
  const { eraseTypMs, parallelism } = view.chip.family.flash;
  const psize = parallelism.find((p) => p.bytes === view.unit)?.psize ?? 0;
  return sectors.reduce((n, s) => n + (eraseTypMs[`${s.size / 1024}K`]?.[psize] ?? 1000), 0);
}

/** The parts of a piece that no preserved range covers. */
function* outside(piece: Run, preserve: readonly Range[]): Generator<Run> {
  let from = piece.at;
  const end = piece.at + piece.bytes.length;
  for (const r of [...preserve].sort((a, b) => a.at - b.at)) {
    if (r.at + r.length <= from || r.at >= end) continue;
    if (r.at > from) {
      yield { at: from, bytes: piece.bytes.subarray(from - piece.at, r.at - piece.at) };
    }
    from = Math.min(end, r.at + r.length);
  }
  if (from < end) yield { at: from, bytes: piece.bytes.subarray(from - piece.at) };
}

function predict(view: PredictedView, plan: FlashPlan, placed: Placed, preserve: readonly Range[]) {
  view.erase(plan.erase);
  for (const piece of placed.pieces) {
    for (const part of outside(piece, preserve)) view.know(part.at, part.bytes);
  }
  for (const run of plan.program) view.know(run.at, run.bytes);
}

async function planFor(at: LookAt, placed: Placed, p: ActParameters, preserve: readonly Range[]) {
  const { view, progress } = at;
  const keep: Keep = p["partial_page"] === "refuse" ? "refuse" : "read-modify-write";
  return await planFlash({
    image: placed.pieces,
    layout: view.layout,
    holds: (from, length) => view.read(from, length),
    unit: view.unit,
    keep,
    preserve,
    order: p["order"] === "ascending" ? "ascending" : "vectors-last",
    progress: (done, total) => progress({ what: "read", done, total, unit: "sectors" }),
  });
}

const written = (plan: FlashPlan): readonly Sector[] =>
  plan.sectors.filter((d) => d.state !== "same").map((d) => d.sector);

function summaryOf(plan: FlashPlan, file: string): string {
  const same = plan.sectors.length - written(plan).length;
  if (plan.unchanged) {
    return `flash holds ${file} already: ${plan.sectors.length} sector(s) the same`;
  }
  const kept = plan.sectors.reduce((n, d) => n + d.restored, 0);
  return [
    plan.erase.length > 0 ? `erase ${sectorsText(plan.erase).toLowerCase()}` : "erase nothing",
    `program ${plan.bytesToProgram} bytes of ${file}`,
    ...(same > 0 ? [`leave ${same} sector(s) that are the same`] : []),
    ...(kept > 0 ? [`put ${kept} bytes back that were there`] : []),
  ].join(", ");
}

const rangesOfSectors = (sectors: readonly Sector[]) =>
  sectors.map((s) => ({ at: s.at, length: s.size }));

/** What the journal gets before sectors are erased. */
const flashIntent = (
  effect: "reversible" | "destructive",
  sectors: readonly Sector[],
): IntentBody => ({
  what: "flash",
  effect,
  text: `${effect === "reversible" ? "writing" : "erasing"} ${sectorsText(sectors).toLowerCase()}`,
  ranges: rangesOfSectors(sectors),
});

/** Sectors as they are, neighbours as one piece. */
const keeping = (view: View, sectors: readonly Sector[]): Keeping => async () => {
  const out: { at: number; bytes: Uint8Array }[] = [];
  for (const r of joinRanges(rangesOfSectors(sectors).sort((a, b) => a.at - b.at), 1)) {
    out.push({ at: r.at, bytes: await view.read(r.at, r.length) });
  }
  return out;
};

const FAR = { state: "partial", text: "how far it came is not known" } as const;
async function program(deed: Deed, plan: FlashPlan): Promise<void> {
  const { bench, tally } = deed;
  const all = sectorsText(written(plan)).toLowerCase();
  const progress = (p: Progress) => {
    if (p.what === "erase") deed.touching(`writing ${all} has begun: ${p.done} erased so far`);
    deed.progress(p);
  };
  if (plan.erase.length > 0) {
    deed.touching(`erasing ${all} has begun, nothing is programmed`);
    await bench.flash.erase(plan.erase, progress);
    tally.sectorsErased += plan.erase.length;
  }
  const erased = plan.erase.length === 0 ? "" : `${sectorsText(plan.erase).toLowerCase()} erased, `;
  deed.touching(`${erased}programming ${plan.bytesToProgram} bytes has begun`);
  const write = () =>
    bench.flash.programRuns(plan.program, progress, { erased: "known", verify: true });
  const isFirst = plan.erase.length === 0 && plan.program.length < 2;
  await (isFirst ? write() : afterWriting(FAR, write));
  for (const run of plan.program) deed.readBack(run.at, run.bytes);
  tally.bytesProgrammed += plan.bytesToProgram;
  deed.touching(`the new image is in ${all}`);
}

/**
 * flash.ensure. Faults: those of images and placing, sector-holds-more, flash-read-protected,
 * flash-write-protected, flash-code-protected, hardware-watchdog and others of flash/.
 */
export const flashEnsure: Act = async (at, p) => {
  const { view } = at;
  const file = String(p["image"]);
  const placed = await imageOf(at, file, p["base"] as number | undefined);
  const options = await view.options();
  requireReadable(view, options, "program", placed.pieces[0]?.at ?? view.layout.at);
  const wanted = view.layout.sectors.filter((s) =>
    placed.pieces.some((r) => r.at < s.at + s.size && r.at + r.bytes.length > s.at)
  );
  requireNotClosed(view, options, wanted, "programmed");
  const preserve = rangesOf(view.chip, view.layout, (p["preserve"] ?? []) as Region[]);
  const plan = await planFor(at, placed, p, preserve);
  const sectors = written(plan);
  const summary = summaryOf(plan, file);
  const outputs = { changed: !plan.unchanged, sectors_written: sectors.length };
  const settles = { flash: rangesOfSectors(plan.sectors.map((d) => d.sector)) };
  const warnings = imageVectors(view, options, placed);
  if (plan.unchanged) {
    return { state: "unchanged", effect: "read", summary, outputs, warnings, settles };
  }
  requireWritable(view, options, sectors, "programmed");
  if (p["hardware_watchdog"] !== "accept") requireNoHardwareWatchdog(view, options);
  return {
    state: "would_change",
    effect: "reversible",
    summary,
    outputs,
    warnings,
    diff: diffOf(plan),
    settles,
    touched: rangesOfSectors(sectors),
    estimateMs: eraseMs(view, plan.erase) + plan.bytesToProgram / PROGRAM_RATE * 1000,
    predict: (v) => predict(v, plan, placed, preserve),
    act: async (deed): Promise<Done> => {
      const work = () => program(deed, plan);
      if (plan.erase.length === 0) await work();
      else {
        const intent = flashIntent("reversible", sectors);
        await deed.writeAhead(intent, work, keeping(view, sectors));
      }
      return { changed: true, summary, outputs };
    },
  };
};

/** flash.erase. Faults: bad-sector-list, no-such-sector, flash-read-protected, flash-write-protected. */
export const flashErase: Act = async (at, p) => {
  const { view } = at;
  const wanted = parseSectors(scalarText("sectors", p["sectors"]), view.chip, view.layout);
  const options = await view.options();
  requireReadable(view, options, "read", wanted[0]?.at ?? view.layout.at);
  requireNotClosed(view, options, wanted, "erased");
  const full: Sector[] = [];
  for (const [i, s] of wanted.entries()) {
    const range = { at: s.at, length: s.size };
    const read = (from: number, length: number) => view.read(from, length);
    if (await firstNotErased(read, range, view.layout.erased) !== undefined) full.push(s);
    at.progress({ what: "read", done: i + 1, total: wanted.length, unit: "sectors" });
  }
  const empty = wanted.length - full.length;
  const outputs = { changed: full.length > 0, sectors_erased: full.length };
  const settles = { flash: rangesOfSectors(wanted) };
  if (full.length === 0) {
    const summary = `${sectorsText(wanted).toLowerCase()}: empty already`;
    return { state: "unchanged", effect: "read", summary, outputs, settles };
  }
  requireWritable(view, options, full, "erased");
  const names = sectorsText(full).toLowerCase();
  const size = full.reduce((n, s) => n + s.size, 0) / 1024;
  const summary = `erase ${names}, ${size} KiB${empty > 0 ? `; ${empty} are empty already` : ""}`;
  return {
    state: "would_change",
    effect: "destructive",
    summary,
    outputs,
    diff: full.map((s) => ({ path: `sector ${s.index}`, before: "not empty", after: "empty" })),
    settles,
    touched: rangesOfSectors(full),
    needs: [{ kind: "accept", what: "erase", text: `erase ${names} (${size} KiB)` }],
    estimateMs: eraseMs(view, full),
    predict: (v) => v.erase(full),
    act: (deed) => {
      const work = () => erase(deed, full, { changed: true, summary, outputs });
      return deed.writeAhead(flashIntent("destructive", full), work, keeping(view, full));
    },
  };
};

const UNREAD = { state: "partial", text: "not read back" } as const;
async function erase(deed: Deed, sectors: readonly Sector[], done: Done): Promise<Done> {
  const { bench, tally } = deed;
  const names = sectorsText(sectors).toLowerCase();
  deed.touching(`erasing ${names} has begun`);
  await bench.flash.erase(sectors, (p) => deed.progress(p));
  tally.sectorsErased += sectors.length;
  deed.touching(`erased: ${names}`);
  await afterWriting(UNREAD, () => requireEmpty(deed, sectors));
  deed.touching(`now empty: ${names}`);
  return done;
}

/** Reads back what was erased. Fault: flash-content-wrong. */
async function requireEmpty({ bench, progress }: Deed, sectors: readonly Sector[]): Promise<void> {
  const { erased } = bench.flash.layout;
  const read = (at: number, length: number) => bench.flash.read(at, length);
  for (const [i, s] of sectors.entries()) {
    const wrong = await firstNotErased(read, { at: s.at, length: s.size }, erased);
    if (wrong !== undefined) {
      const [is = 0] = await bench.flash.read(wrong, 1);
      throw flashFault("flash-content-wrong", {
        at: hex(wrong),
        wants: hex(erased, 2),
        is: hex(is, 2),
      });
    }
    progress({ what: "verify", done: i + 1, total: sectors.length, unit: "sectors", at: s.at });
  }
}
