/** The story of SO 36160986 as OpenOCD tells it; alone in its file, for OpenOCD waits ten seconds for its loader. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { told } from "./support/told.ts";
import { toolTest } from "./support/tool.ts";

const KIB_16 = 0x4000;

toolTest("openocd", "so36160986: the window watchdog kills OpenOCD's loader", async () => {
  const { code, image, held, board } = await told("so36160986", "openocd", KIB_16);
  assertNotEquals(code, 0);
  assertNotEquals(held, image);
  assert(board.resets.filter((r) => r === "WWDG").length > 0);
  assertEquals([...new Set(board.resets)].toSorted(), ["SYSRESETREQ", "WWDG"]);
});
