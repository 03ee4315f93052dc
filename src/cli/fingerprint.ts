/** Which chip is on the cable and what is in it, in a few lines that are the same as long as it is the same. */
import { hex } from "../base/mod.ts";
import { loadImage } from "../image/mod.ts";
import { placeImage } from "../plan/mod.ts";
import { type Bench, sha256 } from "../recipe/mod.ts";
import { withBench } from "./board.ts";
import { readBytes, writeFileSync } from "./files.ts";
import { Report } from "./report.ts";
import type { PluggedSource } from "./sources.ts";
import type { Cli } from "./terminal.ts";
import { address } from "./values.ts";
import type { Given } from "./verb.ts";

const VERB = "fingerprint";
/** bytes read between two looks at Ctrl-C */
const PART = 64 * 1024;

/** What identifies a chip and its contents. */
export interface ChipFingerprint {
  /** empty when it cannot be read */
  readonly uid: string;
  readonly chip: string;
  /** option registers by name */
  readonly options: Readonly<Record<string, string>>;
  readonly flash: readonly {
    readonly at: string;
    readonly length: number;
    readonly sha256: string;
  }[];
  /** why flash was not read */
  readonly closed?: string;
}

interface Range {
  readonly at: number;
  readonly length: number;
}

/** The sectors that an image has bytes in, neighbours as one; without an image, all flash. */
async function rangesOf(bench: Bench, given: Given): Promise<readonly Range[]> {
  const { layout } = bench.flash;
  const file = given.text("image");
  if (file === undefined) return [{ at: layout.at, length: layout.size }];
  const base = given.text("base");
  const how = base === undefined ? {} : { base: address(base, VERB) };
  const pieces = placeImage(loadImage(file, await readBytes(file), how), bench.chip, layout);
  const used = layout.sectors.filter((s) =>
    pieces.some((p) => p.at < s.at + s.size && p.at + p.bytes.length > s.at)
  );
  const out: { at: number; length: number }[] = [];
  for (const s of used) {
    const last = out.at(-1);
    if (last && last.at + last.length === s.at) last.length += s.size;
    else out.push({ at: s.at, length: s.size });
  }
  return out;
}

async function read({ flash }: Bench, range: Range, report: Report, cli: Cli): Promise<Uint8Array> {
  const out = new Uint8Array(range.length);
  for (let done = 0; done < range.length;) {
    cli.signal.throwIfAborted();
    const n = Math.min(PART, range.length - done);
    out.set(await flash.read(range.at + done, n), done);
    done += n;
    report.progress({ what: "read", done, total: range.length, unit: "B" });
  }
  return out;
}

/** Reads it. Faults: those of images and of the link. */
async function fingerprintOf(
  bench: Bench,
  given: Given,
  report: Report,
  cli: Cli,
): Promise<ChipFingerprint> {
  const { chip, flash } = bench;
  const ranges = await rangesOf(bench, given);
  const { registers, rdpLevel } = await flash.readOptions();
  const base = {
    uid: chip.uid,
    chip: `${chip.sub.name} ${hex(chip.sub.devId, 3)}`,
    options: Object.fromEntries(
      Object.entries(registers).map(([name, word]) => [name, hex(word)]),
    ),
  };
  if (rdpLevel > 0) {
    return { ...base, flash: [], closed: `read protection level ${rdpLevel}` };
  }
  const parts: ChipFingerprint["flash"][number][] = [];
  for (const range of ranges) {
    const digest = await sha256(await read(bench, range, report, cli));
    parts.push({ at: hex(range.at), length: range.length, sha256: digest });
  }
  return { ...base, flash: parts };
}

/** The fingerprint as lines; the same text for the same chip with the same contents. */
export const fingerprintText = (f: ChipFingerprint): string =>
  [
    `chip ${f.chip}`,
    `uid ${f.uid || "not readable"}`,
    ...Object.entries(f.options).map(([name, word]) => `${name} ${word}`),
    ...f.flash.map((r) => `flash ${r.at} +${r.length} sha256 ${r.sha256}`),
    ...(f.closed === undefined ? [] : [`flash closed: ${f.closed}`]),
    "",
  ].join("\n");

function holds(file: string): string | undefined {
  try {
    return Deno.readTextFileSync(file);
  } catch {
    return undefined; // not there, or not to be read: it will be written, or that will be told
  }
}

/** `probekit fingerprint`: prints it, or writes it to a file only when it says something else than before. */
export function fingerprint(
  given: Given,
  cli: Cli,
  plugged: readonly PluggedSource[],
): Promise<number> {
  return withBench(given, VERB, "attach", plugged, async (bench) => {
    using report = new Report(cli, given, () => bench.clock.now());
    const found = await fingerprintOf(bench, given, report, cli);
    const text = fingerprintText(found);
    const file = given.text("if-changed");
    const changed = file !== undefined && holds(file) !== text;
    if (file === undefined) report.line(text.trimEnd());
    else {
      if (changed) writeFileSync(file, text);
      report.line(changed ? `${file}: another chip, or other contents` : `${file}: the same`);
    }
    report.result(file === undefined ? found : { ...found, changed });
    return 0;
  });
}
