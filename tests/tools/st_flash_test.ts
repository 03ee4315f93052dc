/** st-info and st-flash as Debian has them, on a board as new. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { BOARD, noise, ToolBench, toolTest } from "./support/tool.ts";

const BASE = 0x0800_0000;
const KIB_64 = 0x1_0000;

toolTest("st-info", "st-info finds probe and chip", async () => {
  await using b = new ToolBench(BOARD);
  const text = await b.good("st-info", "--probe");
  assertStringIncludes(text, "serial:     0670FF485550755187121723");
  assertStringIncludes(text, "chipid:     0x0449");
  assertStringIncludes(text, "flash:      1048576");
  assertEquals(b.warnings, []);
});

toolTest("st-info", "st-info: two boards with serials of their own", async () => {
  await using b = new ToolBench(`${BOARD}?boards=2`);
  const text = await b.good("st-info", "--probe");
  assertStringIncludes(text, "Found 2 stlink programmers");
  assertEquals(text.match(/serial: .*/g)?.map((s) => s.slice(-4)).toSorted(), ["1702", "1723"]);
});

toolTest(
  "st-flash",
  "st-flash: writes 64 KiB with its own verify, and they are in flash",
  async () => {
    await using b = new ToolBench(BOARD, 4); // st-flash gives its loader 500 ms of this machine
    const image = noise(KIB_64);
    b.folder.put("image.bin", image);
    const text = await b.good("st-flash", "--reset", "write", "image.bin", "0x8000000");
    assertStringIncludes(text, "Flash written and verified! jolly good!");
    assertEquals(b.board.flash.slice(0, KIB_64), image);
    assertEquals(b.warnings, []);
  },
);

toolTest("st-flash", "st-flash: reads 64 KiB back", async () => {
  await using b = new ToolBench(BOARD, 4); // st-flash gives its loader 500 ms of this machine
  const image = noise(KIB_64, 2);
  b.board.putFlash(BASE, image);
  await b.good("st-flash", "read", "back.bin", "0x8000000", String(KIB_64));
  assertEquals(b.folder.get("back.bin"), image);
});

toolTest("st-flash", "st-flash: erases everything", async () => {
  await using b = new ToolBench(BOARD, 20); // eight seconds of erasing
  b.board.putFlash(BASE + 0xF_0000, noise(64));
  await b.good("st-flash", "erase");
  assertEquals(b.board.flash.every((byte) => byte === 0xFF), true);
});
