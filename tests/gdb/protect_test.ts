/** `monitor flash …` on virtual boards: what reaches the controller, and what is refused before anything does. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { encodeHex } from "../../src/image/ihex.ts";
import { firmware } from "../cli/support/program.ts";
import { type Visit, visitBoard } from "./support/board_client.ts";

const F746 = "sim:stm32f746g-disco";
const F767 = "sim:nucleo-f767zi?scenario=dual-bank";
const NOTHING = { options: 0, erases: 0, programs: 0 };

async function protectedNow(v: Visit): Promise<readonly number[]> {
  return (await v.bench.flash.protectedSectors()).map((s) => s.index);
}
async function ok(v: Visit, line: string): Promise<string> {
  const [reply, text] = await v.client.monitor(line);
  assertEquals(reply, "OK", `${line}: ${text}`);
  return text;
}

Deno.test("flash protect 0 0 11 off, nothing protected: says so, OK, not one option write", () =>
  visitBoard(F746, async (v) => {
    const before = { ...v.board.options.written };
    const text = await ok(v, "flash protect 0 0 11 off");
    assertStringIncludes(text, "NOTE: this device has sectors 0..7, not 0..11");
    assertStringIncludes(text, "sectors 0 through 7 on flash bank 0 are not protected");
    assertStringIncludes(text, "nothing written");
    assertEquals([v.asked, v.board.options.written, v.board.resets], [NOTHING, before, []]);
  }));

Deno.test("flash protect 0 0 11 off, two protected: names them, one option write opens them, OK", () =>
  visitBoard(`${F746}?scenario=wrp`, async (v) => {
    assertEquals(await protectedNow(v), [0, 1]);
    const text = await ok(v, "flash protect 0 0 11 off");
    assertStringIncludes(text, "NOTE: this device has sectors 0..7, not 0..11");
    assertStringIncludes(text, "write-protected by the option bytes: sectors 0, 1");
    assertStringIncludes(text, "cleared protection for sectors 0 through 7 on flash bank 0");
    assertEquals(v.asked, { ...NOTHING, options: 1 });
    assertEquals(await protectedNow(v), []);
    assertStringIncludes(await ok(v, "flash protect 0 0 11 off"), "nothing written");
    assertEquals(v.asked, { ...NOTHING, options: 1 });
  }));

Deno.test("flash protect … off opens only what it names: sector 1 of two stays protected", () =>
  visitBoard(`${F746}?scenario=wrp`, async (v) => {
    await ok(v, "flash protect 0 0 0 off");
    assertEquals([await protectedNow(v), v.asked.options], [[1], 1]);
    const text = await ok(v, "flash protect 0 9 11 off");
    assertStringIncludes(text, "this device has sectors 0..7, not 9..11");
    assertStringIncludes(text, "none of them exists here: nothing written");
    assertEquals([await protectedNow(v), v.asked.options], [[1], 1]);
  }));

Deno.test("flash protect … on: within the device one write and read back; again nothing; beyond, refused", () =>
  visitBoard(F746, async (v) => {
    const [refused, why] = await v.client.monitor("flash protect 0 0 11 on");
    assertEquals([refused, v.asked, v.board.resets], ["E01", NOTHING, []]);
    assertStringIncludes(why, "E0287 monitor-no-such-sector: This device has sectors 0..7");
    const on = await ok(v, "flash protect 0 6 last on");
    assertStringIncludes(on, "set protection for sectors 6 through 7 on flash bank 0");
    assertEquals([await protectedNow(v), v.asked.options], [[6, 7], 1]);
    assertStringIncludes(
      await ok(v, "flash protect 0 6 7 on"),
      "protected already: nothing written",
    );
    assertEquals(v.asked.options, 1);
  }));

Deno.test("flash protect with two banks: a neighbour that shares the bit is named", () =>
  visitBoard(F767, async (v) => {
    const on = await ok(v, "flash protect 0 0 0 on");
    assertStringIncludes(
      on,
      "one option bit stands for two neighbouring sectors here: sector 1 too",
    );
    assertEquals(await protectedNow(v), [0, 1]);
    const off = await ok(v, "flash protect 0 1 1 off");
    assertStringIncludes(off, "by the option bytes: sector 1. That is taken off");
    assertStringIncludes(off, "sectors here: sector 0 too");
    assertEquals(await protectedNow(v), []);
  }));

const image = firmware(1024);
const FILES = {
  "/a.hex": encodeHex([{ at: 0x0800_0000, bytes: image }]),
  "/far.hex": encodeHex([{ at: 0x0800_0000, bytes: image }, { at: 0x0810_0000, bytes: image }]),
  "/long.bin": firmware(0x10_0004),
};
const asBytes = Object.fromEntries(
  Object.entries(FILES).map(([name, x]) =>
    [name, typeof x === "string" ? new TextEncoder().encode(x) : x] as const
  ),
);

Deno.test("erases and writes outside the device are refused in words, and change nothing", () =>
  visitBoard(`${F746}?scenario=wrp`, async (v) => {
    const [flash, options] = [v.board.flash, { ...v.board.options.written }];
    for (
      const [line, slug] of [
        ["flash erase_sector 0 0 11", "monitor-no-such-sector"],
        ["flash erase_sector 0 8 last", "monitor-usage"],
        ["flash erase_sector 0 3 2", "monitor-usage"],
        ["flash erase_sector 1 0 3", "monitor-no-such-bank"],
        ["flash protect 1 0 3 off", "monitor-no-such-bank"],
        ["flash protect 0 5 2 off", "monitor-usage"],
        ["flash info 2", "monitor-no-such-bank"],
        ["flash erase_address 0x08000000 0x200000", "monitor-outside-flash"],
        ["flash erase_address pad unlock 0x080fffff 2", "monitor-outside-flash"],
        ["flash erase_address 0x20000000 0x1000", "monitor-outside-flash"],
        ["flash erase_address 0x08000000 0x100", "monitor-not-sectors"],
        ["flash erase_address unlock 0x08000004 0x7ffc", "monitor-not-sectors"],
        ["flash explode", "monitor-unknown"],
        ['reset "halt', "monitor-open-quote"],
        ["reset {halt", "monitor-open-quote"],
        ['flash erase_sector 0 0 last; echo "', "monitor-open-quote"],
        ["flash write_image erase /a.hex 0 hexx", "monitor-usage"],
        ["program /a.hex verfiy", "monitor-usage"],
        ["flash erase_address 0x08000000 0", "monitor-outside-flash"],
        ["flash write_image erase /a.hex 0x100000", "image-larger-than-flash"],
        ["flash write_image erase unlock /far.hex", "image-larger-than-flash"],
        ["flash write_image erase unlock /long.bin 0x08000000 bin", "image-larger-than-flash"],
        ["flash write_image /a.hex 0x18000000", "image-outside-flash"],
        ["program /long.bin 0x08000000", "image-larger-than-flash"],
        ["mww 0x08000000 0", "monitor-not-ram"],
        ["mwb 0x00200000 0 4", "monitor-not-ram"],
        ["load_image /a.hex", "monitor-not-ram"],
      ] as const
    ) {
      const [reply, text] = await v.client.monitor(line);
      assertEquals(reply, "E01", `${line}: ${text}`);
      if (/^monitor-n|^monitor-o/.test(slug)) {
        assertStringIncludes(text, "board: nothing was written");
      }
      assertStringIncludes(text, ` ${slug}: `, `${line}\n${text}`);
    }
    assertEquals([v.asked, v.board.options.written, v.board.resets], [NOTHING, options, []]);
    assert(v.board.flash.every((b, i) => b === flash[i]));
    assertEquals(await protectedNow(v), [0, 1]);
  }, { files: asBytes }));

Deno.test("write_image unlock opens what the image needs, and no more", () =>
  visitBoard(`${F746}?scenario=wrp`, async (v) => {
    const text = await ok(v, "flash write_image erase unlock /a.hex");
    assertStringIncludes(text, "auto unlock enabled");
    assertStringIncludes(text, "wrote 1024 bytes from file /a.hex");
    assertEquals([await protectedNow(v), v.asked.options], [[1], 1]);
    assertEquals(v.board.flash.subarray(0, 1024), image);
  }, { files: asBytes }));
