/** What tools that CI does not have say to the boards of the story: recorded, with version and date. */
import type { Column, Place } from "../tests/tools/support/matrix.ts";
import { noise } from "../tests/tools/support/noise.ts";
import { normalised, transcript, writeTranscript } from "../tests/tools/support/transcript.ts";
import { today } from "./matrix_page.ts";

/** The boards that fail. */
export const STORIES = ["so36160986", "wrp", "rdp1", "rdp2"];
const KIB_16 = 0x4000;

/** How often each thing is in the list: `WWDG 3 times, NRST`. */
function counted(list: readonly string[]): string {
  const kinds = [...new Set(list)];
  const times = (kind: string) => list.filter((x) => x === kind).length;
  const text = kinds.map((k) => times(k) === 1 ? k : `${k} ${times(k)} times`).join(", ");
  return text === "" ? "none" : text;
}

/** Flashes 16 KiB on each of these boards and writes down what the tool said. */
export async function recordStories(column: Column, place: Place, version: string): Promise<void> {
  const { title, board, flash: [program = "", ...args] = [], where } = column;
  const image = noise(KIB_16);
  for (const scenario of STORIES) {
    const selector = `${board}${board.includes("?") ? "&" : "?"}scenario=${scenario}`;
    await using b = await place.bench(selector, 1); // a watchdog's time is the board's own
    b.folder.put("image.bin", image);
    const { code, text } = await b.run(program, ...args);
    const held = b.board.flash;
    const same = image.every((byte, i) => held[i] === byte);
    const name = program.split("/").at(-1) ?? program;
    const head = [
      `# ${title} ${
        version.replace(/^probe-rs | \(.*/g, "")
      }, recorded on ${today()} by \`deno task matrix\`,`,
      `# on ${selector}, ${where}. CI does not run it.`,
      `# Afterwards flash ${same ? "holds" : "does not hold"} the image; resets: ${
        counted(b.board.resets)
      }`,
    ];
    const told = transcript([name, ...args].join(" "), normalised(text), code);
    writeTranscript(`${scenario}-${title.toLowerCase()}`, `${head.join("\n")}\n${told}`);
    console.log(`  ${scenario.padEnd(13)} exit ${code}, ${same ? "flashed" : "not flashed"}`);
  }
}
