/** Reading option bytes, and writing them down as a profile. */
import { hex, putU32le } from "../../base/mod.ts";
import type { OptionBytes } from "../../flash/mod.ts";
import { hardwareWatchdogs, type View } from "../view.ts";
import type { Act, Done, Look } from "./act.ts";
import { outputOf, outputText, writeOutput } from "./files.ts";
import { optionEvidence } from "./guards.ts";
import { registersOf, wordOf, wordsText } from "./options.ts";

/** The option bytes as a profile that brings them back. */
function profileText(view: View, options: OptionBytes): string {
  const { sub } = view.chip;
  const lines = [
    `# Option bytes of ${sub.name}, unique id ${view.chip.uid || "unknown"}, as read.`,
    "ob: v1",
    "variants:",
    `  - chips: [${sub.matches.map((m) => `${m}*`).join(", ")}]`,
  ];
  for (const register of registersOf(view)) {
    if (sub.untouched?.includes(register)) continue;
    lines.push(`    ${register}: # ${hex(options.registers[register] ?? 0)}`);
    for (const [name, f] of Object.entries(sub.options)) {
      if (f.register !== register || f.guarded !== undefined) continue;
      const value = options.fields[name]?.value ?? 0;
      const word = Object.entries(f.names ?? {}).find(([, v]) => v === value)?.[0];
      // protection is given by name; a level that has none cannot be asked for
      if (f.permanent !== undefined && word === undefined) continue;
      lines.push(`      ${name}: ${word ?? hex(value, 1)}`);
    }
  }
  return lines.join("\n") + "\n";
}

/** option-bytes.read */
export const optionBytesRead: Act = async (at, p) => {
  const { view, io } = at;
  const options = await view.options();
  const words = registersOf(view).map((r) => options.registers[r] ?? 0);
  const raw = new Uint8Array(words.length * 4);
  words.forEach((w, i) => putU32le(raw, i * 4, w));
  const odd = options.notFactory.length;
  const as = odd === 0
    ? "as on a new part"
    : `not as on a new part: ${options.notFactory.join(", ")}`;
  const outputs = {
    raw,
    word: wordOf(view, options),
    rdp_level: options.rdpLevel,
    hw_watchdog: hardwareWatchdogs(view.chip, options).length > 0,
  };
  const summary = `${wordsText(view, options)}: ${as}`;
  const look: Look = {
    state: "unchanged",
    effect: "read",
    summary,
    outputs,
    evidence: registersOf(view).map((r) => optionEvidence(view, options, r)),
  };
  const to = p["to"];
  if (typeof to !== "string") return look;
  const file = await outputOf(at, to, ".ob.yaml");
  const planned = { ...look, writes: file.file, summary: `${summary}; to ${outputText(file)}` };
  if (!io.keep) return planned;
  const act = async (): Promise<Done> => {
    const { text } = await writeOutput(io, file, profileText(view, options));
    return { changed: false, summary: `${summary}; written to ${text}`, outputs };
  };
  return { ...planned, act };
};
