/** OpenOCD as Debian has it, by both ways it knows to use an ST-LINK, on a board as new. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  BOARD,
  noise,
  type OcdTransport,
  openocdArgs,
  ToolBench,
  toolTest,
} from "./support/tool.ts";

const KIB_16 = 0x4000;

for (const transport of ["hla", "dapdirect"] satisfies OcdTransport[]) {
  toolTest("openocd", `openocd ${transport}: init, halt, reg, mdw, step, reset halt`, async () => {
    await using b = new ToolBench(BOARD);
    b.board.putFlash(0x0800_1000, Uint8Array.of(0x78, 0x56, 0x34, 0x12));
    const commands = ["init", "halt", "reg pc", "mdw 0x08001000", "mdw 0xE0042000"];
    const text = await b.good(
      "openocd",
      ...openocdArgs(transport, ...commands, "step", "reset halt", "exit"),
    );
    assertStringIncludes(text, "Cortex-M7 r0p1 processor detected");
    assertStringIncludes(text, "target has 8 breakpoints, 4 watchpoints");
    assertStringIncludes(text, "pc (/32): 0x08000200");
    assertStringIncludes(text, "0x08001000: 12345678");
    assertStringIncludes(text, "0xe0042000: 10016449");
    assertMatch(text, /halted due to debug-request.*\n.*pc: 0x08000200/);
    assertEquals(b.warnings, []);
  });

  toolTest("openocd", `openocd ${transport}: program, verify, reset`, async () => {
    // a quick host: OpenOCD runs the chip at 216 MHz, each of its waits is emulated
    await using b = new ToolBench(`${BOARD}?host=direct`);
    const image = noise(KIB_16);
    b.folder.put("image.bin", image);
    const text = await b.good(
      "openocd",
      ...openocdArgs(transport, "program image.bin verify reset exit 0x08000000"),
    );
    assertStringIncludes(text, "** Verified OK **");
    assertEquals(b.board.flash.slice(0, KIB_16), image);
    assertEquals(b.warnings, []);
  });
}
