/**
 * The story of SO 36160986, told by the tools that lived it, and what they say to other locked boards. The
 * emulator does what silicon does; nothing here makes a tool fail. What they said is in transcripts/.
 */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { assertTranscript } from "./support/transcript.ts";
import { BOARD, noise, openocdArgs, ToolBench, type ToolRun, toolTest } from "./support/tool.ts";

const KIB_64 = 0x1_0000;
const KIB_16 = 0x4000;
const STFLASH = ["write", "image.bin", "0x8000000"];
const PROGRAM = "program image.bin verify reset exit 0x08000000";

interface Told extends ToolRun {
  readonly image: Uint8Array;
  readonly held: Uint8Array;
}
async function told(scenario: string, tool: "st-flash" | "openocd", length: number): Promise<Told> {
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
  assertTranscript(`${scenario}-${tool}`, said, run);
  return { ...run, image, held: b.board.flash.slice(0, length) };
}

toolTest("st-flash", "factory: st-flash succeeds", async () => {
  const { code, image, held, board } = await told("factory", "st-flash", KIB_64);
  assertEquals([code, board.warnings], [0, []]);
  assertEquals(held, image);
});
toolTest("openocd", "factory: OpenOCD succeeds", async () => {
  const { code, image, held, board } = await told("factory", "openocd", KIB_16);
  assertEquals([code, board.warnings], [0, []]);
  assertEquals(held, image);
});

toolTest("st-flash", "so36160986: the window watchdog kills st-flash's loader", async () => {
  const { code, image, held, board } = await told("so36160986", "st-flash", KIB_64);
  assertNotEquals(code, 0);
  assertNotEquals(held, image);
  assert(board.resets.length > 0 && board.resets.every((r) => r === "WWDG"), `${board.resets}`);
  assert(board.peek(0x4002_3C10)! >= 0x8000_0000, "FLASH_CR is locked again");
});
toolTest("openocd", "so36160986: the window watchdog kills OpenOCD's loader", async () => {
  const { code, image, held, board } = await told("so36160986", "openocd", KIB_16);
  assertNotEquals(code, 0);
  assertNotEquals(held, image);
  assert(board.resets.filter((r) => r === "WWDG").length > 0);
  assertEquals([...new Set(board.resets)].toSorted(), ["SYSRESETREQ", "WWDG"]);
});

for (const scenario of ["wrp", "rdp1", "rdp2"]) {
  for (const tool of ["st-flash", "openocd"] as const) {
    toolTest(tool, `${scenario}: ${tool} is refused, and flash is as it was`, async () => {
      const { code, image, held } = await told(scenario, tool, KIB_16);
      assertNotEquals(code, 0);
      assertNotEquals(held, image);
    });
  }
}
