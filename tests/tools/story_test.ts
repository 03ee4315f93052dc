/**
 * The story of SO 36160986, told by the tools that lived it, and what they say to other locked boards. The
 * emulator does what silicon does; nothing here makes a tool fail. What they said is in transcripts/.
 */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { told } from "./support/told.ts";
import { toolTest } from "./support/tool.ts";

const KIB_64 = 0x1_0000;
const KIB_16 = 0x4000;

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
for (const scenario of ["wrp", "rdp1", "rdp2"]) {
  for (const tool of ["st-flash", "openocd"] as const) {
    toolTest(tool, `${scenario}: ${tool} is refused, and flash is as it was`, async () => {
      const { code, image, held } = await told(scenario, tool, KIB_16);
      assertNotEquals(code, 0);
      assertNotEquals(held, image);
    });
  }
}
for (const scenario of ["so36160986", "wrp", "rdp1", "rdp2"]) {
  toolTest("deno", `${scenario}: probekit says why, and touches nothing`, async () => {
    const { code, text, before, board } = await told(scenario, "probekit", KIB_16);
    assertEquals([11, 21].includes(code), true, text);
    assertEquals(board.flash, before);
  });
}
