/** A scenario met by a tool; what it said is compared with its transcript. */
import { noise } from "./noise.ts";
import { BOARD, openocdArgs, ToolBench, type ToolRun } from "./tool.ts";
import { assertTranscript } from "./transcript.ts";

const STFLASH = ["write", "image.bin", "0x8000000"];
const PROGRAM = "program image.bin verify reset exit 0x08000000";
/**
 * The words of 2016. Today's st-flash says them in one run of ten, when the watchdog bites between the keys and
 * its look at FLASH_CR; it goes on all the same, and fails at its loader as in every other run.
 */
const UNLOCK = /^WARN common\.c: Failed to unlock flash!$/;

/** The run, what it should have written, what flash holds there now. */
export interface Told extends ToolRun {
  readonly image: Uint8Array;
  readonly held: Uint8Array;
}
/** Flashes `length` bytes of noise. */
export async function told(
  scenario: string,
  tool: "st-flash" | "openocd",
  length: number,
): Promise<Told> {
  // while it is fine st-flash gives its loader 500 ms of this machine's time, however loaded it is
  const pace = scenario === "factory" ? 4 : 1;
  await using b = new ToolBench(`${BOARD}?scenario=${scenario}&host=direct`, pace);
  const image = noise(length);
  b.folder.put("image.bin", image);
  const args = tool === "openocd" ? openocdArgs("hla", PROGRAM) : STFLASH;
  const run = await b.run(tool, ...args);
  const said = tool === "openocd"
    ? `openocd -f interface/stlink.cfg -f target/stm32f7x.cfg -c '${PROGRAM}'`
    : `st-flash ${STFLASH.join(" ")}`;
  const sometimes = scenario === "so36160986" ? UNLOCK : undefined;
  assertTranscript(`${scenario}-${tool}`, said, run, sometimes);
  return { ...run, image, held: b.board.flash.slice(0, length) };
}
