/** What is kept beside a run's record, in attachments/: sectors, option bytes, logs. */
import { hex, putU32le } from "../base/mod.ts";
import type { RunEvent, RunResult } from "../recipe/mod.ts";
import { flashStory, mapSectors, type ReportChip, sectorWords } from "./report_html/mod.ts";

type Data = Uint8Array | string;

/** A cell as RFC 4180 has it. */
const cell = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

function sectorMap(
  result: RunResult,
  events: readonly RunEvent[],
  chip: ReportChip | undefined,
): string | undefined {
  const story = chip && flashStory(result, events, chip);
  if (!story) return undefined;
  const rows = mapSectors(story).map((m) => {
    const { index, at, size } = m.sector;
    return [String(index), hex(at), hex(at + size - 1), String(size), sectorWords(m), m.why ?? ""];
  });
  const head = ["sector", "from", "to", "bytes", "fate", "why"];
  return [head, ...rows].map((r) => `${r.map(cell).join(",")}\r\n`).join("");
}

/** Option registers as they lie in the chip: little-endian words, in the order of the record. */
function words(registers: Readonly<Record<string, string>>): Uint8Array | undefined {
  const all = Object.values(registers);
  if (all.length === 0) return undefined;
  const out = new Uint8Array(all.length * 4);
  all.forEach((word, i) => putU32le(out, i * 4, Number(word)));
  return out;
}

/** All files by name; `logs` are those that the run itself gave. */
export function attachmentsOf(
  result: RunResult,
  events: readonly RunEvent[],
  chip: ReportChip | undefined,
  logs: ReadonlyMap<string, Data>,
): Readonly<Record<string, Data>> {
  const { before, after } = result.record.option_bytes;
  const own: Readonly<Record<string, Data | undefined>> = {
    "sectors.csv": sectorMap(result, events, chip),
    "option-bytes-before.bin": words(before),
    "option-bytes-after.bin": after ? words(after) : undefined,
  };
  const there = Object.entries(own).flatMap(([name, data]) =>
    data === undefined ? [] : [[name, data] as const]
  );
  return Object.fromEntries([...there, ...logs]);
}
