/** Programs that are hard to step through, on a virtual board: BKPT of their own, waits in RAM, code that changes. */
import { assertEquals, assertMatch } from "@std/assert";
import { needs } from "../support/need.ts";
import { type Visit, visitBoard } from "./support/board_client.ts";
import { GDB, served } from "./support/virtual.ts";

const F746 = "sim:stm32f746g-disco";
const CODE = 0x2000_1000;
const hex = (n: number) => n.toString(16);
const pcOf = async (v: Visit) => (await v.bench.core.readRegisters(["pc"]))[0];

/** Thumb code, as it is in memory; the core stands at its first instruction. */
async function program(v: Visit, code: string): Promise<void> {
  await v.client.ask("?");
  assertEquals(await v.client.ask(`M${hex(CODE)},${hex(code.length / 2)}:${code}`), "OK");
  await v.bench.core.writeRegisters({ pc: CODE, r7: 0, xpsr: 0x0100_0000 });
  await v.client.monitor("version");
}

Deno.test("a BKPT of the program's own stops it once: stepi and next get past it", () =>
  visitBoard(F746, async (v) => {
    await program(v, "00bf" + "01be" + "0137" + "00bf" + "fee7"); // nop; bkpt 1; adds r7, #1; nop; b .
    for (const to of [2, 2, 4, 6]) {
      assertEquals(await v.client.ask("vCont;s:1"), "T05thread:1;");
      assertEquals(await pcOf(v), CODE + to);
    }
    const [from, to] = [hex(CODE), hex(CODE + 6)];
    assertEquals(await v.client.ask("Pf=00100020"), "OK");
    for (const end of [2, 6]) {
      assertEquals(await v.client.ask(`vCont;r${from},${to}:1`), "T05thread:1;");
      assertEquals(await pcOf(v), CODE + end);
    }
    assertEquals(await v.bench.core.readRegisters(["r7"]), [2]);
  }));

/** VTOR, SysTick every 1000 clocks, and its handler, which counts in r7 */
async function ticking(v: Visit): Promise<void> {
  const [table, handler] = [0x2000_2000, 0x2000_3000];
  const { uncached } = v.bench.core;
  await uncached.write(handler, Uint8Array.of(0x01, 0x37, 0x70, 0x47)); // adds r7, #1; bx lr
  await uncached.batch([
    { write: table + 4 * 15, value: handler + 1 },
    { write: 0xE000_ED08, value: table },
    { write: 0xE000_E014, value: 1000 },
    { write: 0xE000_E018, value: 0 },
    { write: 0xE000_E010, value: 7 },
  ]);
}

Deno.test("a step over WFI waits for the interrupt in RAM too, and with eight breakpoints goes on without it", () =>
  visitBoard(F746, async (v) => {
    await program(v, "30bf" + "fde7"); // wfi; b .-2
    await ticking(v);
    await v.client.ask(`vCont;r${hex(CODE)},${hex(CODE + 2)}:1`);
    assertEquals(await v.bench.core.readRegisters(["pc", "r7"]), [CODE + 2, 1]);
    await v.client.ask("vCont;s:1");
    assertEquals(await pcOf(v), CODE);
    for (let i = 0; i < 8; i++) {
      assertEquals(await v.client.ask(`Z1,${hex(0x0800_0300 + 4 * i)},2`), "OK");
    }
    assertEquals(await v.client.ask("vCont;s:1"), "T05thread:1;");
    assertEquals(await v.bench.core.readRegisters(["pc", "r7"]), [CODE + 2, 1]);
  }));

Deno.test("what the program has written over a BKPT of ours is not undone", () =>
  visitBoard(F746, async (v) => {
    await program(v, "0880" + "00be"); // strh r0, [r1]; bkpt
    await v.bench.core.writeRegisters({ r0: 0x4770, r1: CODE + 0x100 });
    const at = CODE + 0x100;
    for (let i = 0; i < 8; i++) await v.client.ask(`Z1,${hex(0x0800_0300 + 4 * i)},2`);
    assertEquals(await v.client.ask(`Z0,${hex(at)},2`), "OK");
    assertEquals([...await v.bench.core.uncached.read(at, 2)], [0x00, 0xBE]);
    await v.client.ask("vCont;c");
    assertEquals(await v.client.ask(`z0,${hex(at)},2`), "OK");
    assertEquals([...await v.bench.core.uncached.read(at, 2)], [0x70, 0x47]);
    assertEquals(await v.client.ask(`m${hex(at)},2`), "7047");
  }));

needs(
  "gdb-multiarch",
  GDB !== undefined,
  "gdb itself steps through the first instructions of memory",
  () =>
    served(F746, async (s) => {
      // gdb reads what is before them: around the end of the address space, and past it
      const { text } = await s.gdb([
        "set mem inaccessible-by-default off",
        ...[0, 2, 4, 6].map((at) => `set {short}${at} = 0x3701`), // adds r7, #1
        ...["set $r7 = 0", "set $pc = 0", "set $xpsr = 0x01000000"],
        ...["stepi", "stepi", "stepi", "stepi", "info registers r7 pc"],
      ]);
      assertMatch(text, /r7 +0x4 .*\npc +0x8 /);
      assertEquals(text.includes("Invalid hex digit"), false, text);
    }),
);
