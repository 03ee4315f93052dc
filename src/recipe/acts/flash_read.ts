/** Looking at flash: into a file, against an image. */
import { concat, equal, hex, shellWord } from "../../base/mod.ts";
import type { Sector } from "../../chip/mod.ts";
import { type Progress, sectorsText } from "../../flash/mod.ts";
import { compareImage, describeDifference } from "../../plan/mod.ts";
import type { Bench } from "../bench.ts";
import { sha256 } from "../document.ts";
import { Unknown } from "../expressions.ts";
import { fault } from "../faults.ts";
import type { Region } from "../types.ts";
import type { Act, Done, LookAt } from "./act.ts";
import {
  imageOf,
  outputName,
  outputOf,
  outputText,
  type Placed,
  rangesOf,
  writeOutput,
} from "./files.ts";
import { requireReadable } from "./guards.ts";

const KIB = 1024;
/** what an ST-LINK reads in a second at 4 MHz, roughly */
const READ_RATE = 200 * KIB;

/** The range, with sectors that may not be read left erased. */
async function readAround(
  bench: Bench,
  range: { readonly at: number; readonly length: number },
  closed: readonly Sector[],
  progress: (p: Progress) => void,
): Promise<Uint8Array> {
  if (closed.length === 0) return await bench.flash.read(range.at, range.length, progress);
  const out = new Uint8Array(range.length).fill(bench.flash.layout.erased);
  const open = bench.flash.layout.sectors.filter((s) => !closed.some((c) => c.at === s.at));
  for (const { at, size } of open) {
    out.set(await bench.flash.read(at, size, progress), at - range.at);
  }
  return out;
}

/** flash.read */
export const flashRead: Act = async (at, p) => {
  const { view, io } = at;
  const region = p["region"] as Region;
  const [range = { at: 0, length: 0 }] = rangesOf(view.chip, view.layout, [region]);
  requireReadable(view, await view.options(), "read", range.at);
  // two regions into one folder are two files
  const part = region === "all" ? "" : `${hex(range.at)}-${range.length}`;
  const to = await outputOf(at, String(p["to"]), ".bin", part);
  const what = region === "all" ? "all flash" : `${hex(range.at)} +${range.length}`;
  const size = range.length % KIB === 0 ? `${range.length / KIB} KiB` : `${range.length} bytes`;
  return {
    state: "unchanged",
    effect: "read",
    summary: `read ${what}, ${size}, to ${outputText(to)}`,
    outputs: { sha256: new Unknown(["sha256"]), file: outputName(to) },
    writes: to.file,
    estimateMs: range.length / READ_RATE * 1000,
    act: async ({ bench, progress }): Promise<Done> => {
      const closed = region === "all" ? await bench.flash.closedSectors() : [];
      const read = await readAround(bench, range, closed, progress);
      const bytes = io.vault.bytes(read, bench.flash.layout.erased, range.at);
      const { file, text } = await writeOutput(io, to, bytes);
      const digest = await sha256(bytes);
      const shut = closed.length === 0
        ? ""
        : `; ${sectorsText(closed)} may not be read (PCROP): FF stands there`;
      const masked = equal(bytes, read) ? "" : "; FF stands where a secret is";
      const without = shut + masked;
      return {
        changed: false,
        summary: `${what}, ${size}, written to ${text}${without}`,
        outputs: { sha256: digest, file },
      };
    },
  };
};

const reader = ({ view, progress }: LookAt, placed: Placed, what: Progress["what"]) => ({
  read: (at: number, length: number) => view.read(at, length),
  progress: (done: number) => progress({ what, done, total: placed.bytes, unit: "B" }),
});

/** flash.compare */
export const flashCompare: Act = async (at, p) => {
  const { view } = at;
  const placed = await imageOf(at, String(p["image"]), p["base"] as number | undefined);
  const [first] = placed.pieces;
  requireReadable(view, await view.options(), "read", first?.at ?? view.layout.at);
  const ignore = rangesOf(view.chip, view.layout, (p["ignore"] ?? []) as Region[]);
  const { read, progress } = reader(at, placed, "read");
  const found = await compareImage(placed.pieces, read, { ignore, progress });
  return {
    state: "unchanged",
    effect: "read",
    summary: found.first
      ? `${found.differingBytes} of ${found.comparedBytes} bytes differ, the first: ${
        describeDifference(found.first)
      }`
      : `all ${found.comparedBytes} bytes are the same`,
    outputs: {
      differing_bytes: found.differingBytes,
      ...(found.first ? { first_difference: found.first.at } : {}),
    },
  };
};

/** flash.verify. Fault: content-differs. */
export const flashVerify: Act = async (at, p) => {
  const { view } = at;
  const file = String(p["image"]);
  const placed = await imageOf(at, file, p["base"] as number | undefined);
  const [piece] = placed.pieces;
  requireReadable(view, await view.options(), "read", piece?.at ?? view.layout.at);
  const { read, progress } = reader(at, placed, "verify");
  const ignore = rangesOf(view.chip, view.layout, (p["ignore"] ?? []) as Region[]);
  const how = { stopAtFirst: true, ignore, progress };
  const { first } = await compareImage(placed.pieces, read, how);
  const all = concat(placed.pieces.map(({ bytes }) => bytes));
  const hidden = placed.pieces.some((p) => at.io.vault.hides(p.at, p.bytes.length));
  if (first) {
    throw fault("content-differs", { file, difference: describeDifference(first) }, {
      next: at.io.held(file) ? [] : [{
        text: "Program it:",
        command: `probekit flash ${shellWord(file)}${
          typeof p["base"] === "number" ? ` --base ${hex(p["base"])}` : ""
        }`,
        effect: "reversible",
      }],
      evidence: [{ what: "first byte that differs", addr: hex(first.at), value: hex(first.is, 2) }],
    });
  }
  return {
    state: "unchanged",
    effect: "read",
    summary: ignore.length === 0
      ? `${placed.bytes} bytes read back, all as in ${file}`
      : `${placed.bytes} bytes read back, all as in ${file} but where they may differ`,
    outputs: { sha256: hidden ? await at.io.vault.digest(all) : await sha256(all) },
    verified: placed.bytes,
  };
};
