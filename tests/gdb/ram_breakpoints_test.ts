/** Breakpoints in RAM on a virtual board: by comparators while there are any, else by BKPT in memory. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { bytesToWords } from "../../src/base/mod.ts";
import { type Visit, visitBoard } from "./support/board_client.ts";

const F746 = "sim:stm32f746g-disco";
const CODE = 0x2000_1000;
const hex = (n: number) => n.toString(16);
/** as they are in memory, whatever the session knows */
const inMemory = async (v: Visit, at: number) =>
  [...await v.bench.core.uncached.read(at, 2)].map((b) => hex(b).padStart(2, "0")).join("");
const comparators = async (v: Visit) =>
  [...bytesToWords(await v.bench.core.uncached.read(0xE000_2008, 32))].filter((w) => w !== 0);

/** adds r0, #1 again and again, and back to the first (Thumb); the core stands at it */
async function running(v: Visit): Promise<void> {
  await v.client.ask("qSupported:swbreak+;hwbreak+");
  await v.client.ask("?");
  await v.client.ask(`M${hex(CODE)},40:${"0130".repeat(31)}${"dfe7"}`);
  await v.bench.core.writeRegisters({ pc: CODE, r0: 0, xpsr: 0x0100_0000 });
  await v.client.monitor("version");
}

Deno.test("a breakpoint in RAM: the program's memory is as it was, the stop is the one gdb asked for", () =>
  visitBoard(F746, async (v) => {
    await running(v);
    assertEquals(await v.client.ask(`Z0,${hex(CODE + 8)},2`), "OK");
    assertEquals([await inMemory(v, CODE + 8), await comparators(v)], ["0130", [CODE + 9]]);
    for (const r0 of [4, 35]) {
      assertEquals(await v.client.ask("vCont;c"), "T05swbreak:;thread:1;");
      assertEquals(await v.bench.core.readRegisters(["pc", "r0"]), [CODE + 8, r0]);
    }
    assertEquals(await v.client.ask(`z0,${hex(CODE + 8)},2`), "OK");
    assertEquals(await v.client.ask("vCont;s:1"), "T05thread:1;");
    assertEquals(await comparators(v), []);
  }));

Deno.test("the 9th in RAM is a BKPT; one in flash gets its comparator from RAM; all stop, and all go again", () =>
  visitBoard(F746, async (v) => {
    await running(v);
    for (let i = 0; i < 9; i++) {
      assertEquals(await v.client.ask(`Z0,${hex(CODE + 4 * i)},2`), "OK");
    }
    assertEquals([(await comparators(v)).length, await inMemory(v, CODE + 32)], [8, "00be"]);
    assertEquals(await v.client.ask("Z1,8000200,2"), "OK");
    assertEquals(await inMemory(v, CODE), "00be"); // the first gave its comparator up
    const stops: number[] = [];
    for (let i = 0; i < 9; i++) {
      // gdb takes the one that it stands on out to pass it
      const [pc = 0] = await v.bench.core.readRegisters(["pc"]);
      await v.client.ask(`z0,${hex(pc)},2`);
      await v.client.ask("vCont;s:1");
      await v.client.ask(`Z0,${hex(pc)},2`);
      assertEquals(await v.client.ask("vCont;c"), "T05swbreak:;thread:1;");
      stops.push((await v.bench.core.readRegisters(["pc"]))[0] ?? 0);
    }
    assertEquals(stops, [...Array.from({ length: 8 }, (_, i) => CODE + 4 * (i + 1)), CODE]);
    assertEquals(await v.client.ask("D"), "OK");
    await v.client.served;
    assertEquals(await comparators(v), []);
    const all = await v.bench.core.uncached.read(CODE, 62);
    assertEquals(all.every((b, i) => b === [1, 0x30][i % 2]), true);
  }));

Deno.test("eight in flash and one in RAM fit; the 9th in flash does not, and is refused in words", () =>
  visitBoard(F746, async (v) => {
    await running(v);
    assertEquals(await v.client.ask(`Z0,${hex(CODE + 8)},2`), "OK");
    for (let i = 0; i < 8; i++) {
      assertEquals(await v.client.ask(`Z1,${hex(0x0800_0300 + 4 * i)},2`), "OK");
    }
    assertEquals(await inMemory(v, CODE + 8), "00be");
    const ninth = await v.client.ask("Z1,8000400,2");
    assertStringIncludes(ninth, "E.E");
    assertStringIncludes(ninth, "8");
    assertEquals(await v.client.ask("vCont;c"), "T05swbreak:;thread:1;");
    assertEquals((await v.bench.core.readRegisters(["pc"]))[0], CODE + 8);
  }));
