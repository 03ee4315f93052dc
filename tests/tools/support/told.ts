/** A scenario met by a tool; what it said is compared with its transcript. */
import { noise } from "./noise.ts";
import { BOARD, openocdArgs, ToolBench, type ToolRun } from "./tool.ts";
import { assertTranscript } from "./transcript.ts";

/** The tools whose words are golden. */
export type Teller = "st-flash" | "openocd" | "probekit";
const MAIN = new URL("../../../tasks/probekit.ts", import.meta.url).pathname;
const STFLASH = ["write", "image.bin", "0x8000000"];
const PROGRAM = "program image.bin verify reset exit 0x08000000";
const PROBEKIT = ["flash", "image.bin", "--base", "0x08000000"];
/** What a user types, and what is started. */
const CALLS: Readonly<Record<Teller, readonly [string, string, ...string[]]>> = {
  "st-flash": [`st-flash ${STFLASH.join(" ")}`, "st-flash", ...STFLASH],
  openocd: [
    `openocd -f interface/stlink.cfg -f target/stm32f7x.cfg -c '${PROGRAM}'`,
    "openocd",
    ...openocdArgs("hla", PROGRAM),
  ],
  probekit: [
    `probekit ${PROBEKIT.join(" ")}`,
    Deno.execPath(),
    ...["run", "-A", "--no-check", MAIN, ...PROBEKIT],
  ],
};
/**
 * The words of 2016. Today's st-flash says them in one run of ten, when the watchdog bites between the keys and
 * its look at FLASH_CR; it goes on all the same, and fails at its loader as in every other run.
 */
const UNLOCK = /^WARN common\.c: Failed to unlock flash!$/;

/** The run, what it should have written, what flash holds there now. */
export interface Told extends ToolRun {
  readonly image: Uint8Array;
  readonly before: Uint8Array;
  readonly held: Uint8Array;
}
/** Flashes `length` bytes of noise. */
export async function told(scenario: string, tool: Teller, length: number): Promise<Told> {
  // while it is fine st-flash gives its loader 500 ms of this machine's time, however loaded it is
  const pace = scenario === "factory" ? 4 : 1;
  await using b = new ToolBench(`${BOARD}?scenario=${scenario}&host=direct`, pace);
  const image = noise(length);
  b.folder.put("image.bin", image);
  const before = b.board.flash.slice();
  const [typed, program, ...args] = CALLS[tool];
  const run = await b.run(program, ...args);
  const sometimes = scenario === "so36160986" ? UNLOCK : undefined;
  assertTranscript(`${scenario}-${tool}`, typed, run, sometimes);
  return { ...run, image, before, held: b.board.flash.slice(0, length) };
}
