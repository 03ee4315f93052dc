/** Flash by its second address, 0x00200000, which an image may be linked for. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { concat } from "../../src/base/mod.ts";
import { latin1 } from "../../src/gdb/packet.ts";
import { visitBoard } from "./support/board_client.ts";

const F746 = "sim:stm32f746g-disco";

Deno.test("load by the second address of flash: the same sectors, erased and programmed once", () =>
  visitBoard(F746, async (v) => {
    const map = await v.client.ask("qXfer:memory-map:read::0,4000");
    assertMatch(
      map,
      /type="flash" start="0x00200000" length="0x20000"><property name="blocksize">0x8000</,
    );
    const write = (at: string, byte: number) =>
      v.client.ask(concat([latin1(`vFlashWrite:${at}:`), new Uint8Array(4).fill(byte)]));
    const before = v.board.flash.slice(0, 0x8000);
    for (const at of ["00208000", "08008000"]) {
      assertEquals(await v.client.ask(`vFlashErase:${at},00008000`), "OK");
    }
    assertEquals([await write("208000", 7), await write("8008004", 8)], ["OK", "OK"]);
    assertEquals(await v.client.ask("vFlashDone"), "OK");
    assertEquals([...v.board.flash.subarray(0x8000, 0x8009)], [7, 7, 7, 7, 8, 8, 8, 8, 255]);
    assertEquals(await v.client.ask("m208000,8"), "0707070708080808");
    assertEquals([await v.client.ask("vFlashErase:00208000,00008000")], ["OK"]);
    assertEquals(await v.client.ask("vFlashDone"), "OK");
    assert(v.board.flash.subarray(0x8000, 0x1_0000).every((b) => b === 255));
    assertEquals(v.board.flash.slice(0, 0x8000), before);
  }));

Deno.test("load beyond either address, and through the end of it, is refused", () =>
  visitBoard(F746, async (v) => {
    for (
      const range of [
        "00300000,00000100",
        "002ffff0,00000020",
        "001ffff0,00000020",
        "080ffff0,00000020",
      ]
    ) {
      assertEquals(await v.client.ask(`vFlashErase:${range}`), "E.memtype", range);
    }
    assertEquals(await v.client.ask("M200000,1:00"), "E.memtype");
    assertEquals(v.asked, { options: 0, erases: 0, programs: 0 });
  }));
