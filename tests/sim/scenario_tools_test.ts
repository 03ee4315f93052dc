/** Unmodified OpenOCD and st-flash on the virtual chips: what neither of them was written for shows here. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { withUmockdev } from "../../src/sim/front/umockdev.ts";
import { openSim } from "../../src/sim/mod.ts";
import type { VirtualBoard } from "../../src/sim/mod.ts";

const NEEDED = ["openocd", "st-flash", "umockdev-run"];
const missing = NEEDED.filter((program) => {
  try {
    return !new Deno.Command("which", { args: [program], stdout: "null" }).outputSync().success;
  } catch {
    return true;
  }
});
const ignore = missing.length > 0 && Deno.env.get("CI") !== "true";
const needs = ignore ? ` (needs ${missing.join(", ")})` : "";

interface Ran {
  readonly code: number;
  readonly text: string;
  readonly board: VirtualBoard;
}
async function run(selector: string, program: string, args: readonly string[]): Promise<Ran> {
  const sim = openSim(selector);
  await using mock = withUmockdev(sim.boards);
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    env: { ...mock.env },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assertEquals(sim.board.warnings, []);
  return { code, text, board: sim.board };
}
const openocd = (selector: string, commands: string): Promise<Ran> =>
  run(selector, "openocd", [
    ...["-f", "interface/stlink.cfg", "-f", "target/stm32f7x.cfg"],
    ...["-c", "gdb_port disabled; tcl_port disabled; telnet_port disabled"],
    ...["-c", `init; reset halt; ${commands}; shutdown`],
  ]);

/** A file of these bytes, as long as the test lasts. */
async function withFile(bytes: Uint8Array, use: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, bytes);
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}
const pattern = (n: number) => Uint8Array.from({ length: n }, (_, i) => (i * 7 + (i >> 8)) & 0xFF);

Deno.test({
  name: `OpenOCD lifts read protection: the flash is erased, the options are factory${needs}`,
  ignore,
  async fn() {
    const { code, text, board } = await openocd(
      "sim:nucleo-f722ze?scenario=rdp1",
      "stm32f2x unlock 0; reset halt; echo [mdw 0x08000000]; echo [mdw 0x40023c14]",
    );
    assertEquals(code, 0, text);
    assertStringIncludes(text, "Device Security Bit Set");
    assertStringIncludes(text, "0x08000000: ffffffff");
    assertStringIncludes(text, "0x40023c14: c0ffaafd");
    assertEquals(board.options.level, 0);
  },
});

Deno.test({
  name:
    `OpenOCD is refused by a protected sector, unprotects it without a reset, and erases it${needs}`,
  ignore,
  async fn() {
    const { code, text, board } = await openocd(
      "sim:stm32f746g-disco?scenario=wrp",
      "flash probe 0; catch {flash erase_sector 0 0 0}; flash protect 0 0 1 off; flash erase_sector 0 0 0",
    );
    assertEquals(code, 0, text);
    assertStringIncludes(text, "stm32x device protected");
    assert(board.flash.every((b) => b === 0xFF));
    assertEquals(board.options.written.OPTCR, 0xC0FF_AAFC);
  },
});

Deno.test({
  name: `OpenOCD writes bank 2 of a dual-bank F767 with its loader in RAM${needs}`,
  ignore,
  async fn() {
    const image = pattern(20_000);
    await withFile(image, async (path) => {
      const { code, text, board } = await openocd(
        "sim:nucleo-f767zi?scenario=dual-bank",
        `flash write_image erase ${path} 0x08100000; verify_image ${path} 0x08100000`,
      );
      assertEquals(code, 0, text);
      assertStringIncludes(text, "Dual Bank 2048 kiB");
      assertEquals(board.flash.slice(0x10_0000, 0x10_0000 + image.length), image);
    });
  },
});

Deno.test({
  name: `st-flash writes an F722, and fails on the board of SO 36160986 as its owner saw${needs}`,
  ignore,
  async fn() {
    const image = pattern(20_000);
    await withFile(image, async (path) => {
      const good = await run("sim:nucleo-f722ze", "st-flash", ["write", path, "0x08000000"]);
      assertEquals(good.code, 0, good.text);
      assertEquals(good.board.flash.slice(0, image.length), image);
      const bad = await run("sim:stm32f746g-disco?scenario=so36160986", "st-flash", [
        ...["write", path, "0x08000000"],
      ]);
      assertEquals(bad.code, 255, bad.text);
      assert(bad.board.resets.length > 0 && bad.board.resets.every((r) => r === "WWDG"));
    });
  },
});
