/** What is after a detach: the core goes on alone, gdb may stay connected and come back, or give way. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { needs } from "../support/need.ts";
import { visitBoard } from "./support/board_client.ts";
import { tcpServer } from "./support/tcp_client.ts";
import { GDB, HELLO_ELF, served } from "./support/virtual.ts";

const F746 = "sim:stm32f746g-disco";
const [CODE, TABLE] = [0x2000_1000, 0x2000_2000];

Deno.test("a program that faults right after the detach gets into its own handler, and is not held there", () =>
  visitBoard(F746, async (v) => {
    await v.client.ask("!");
    const { uncached } = v.bench.core;
    await uncached.write(CODE, Uint8Array.of(0xFF, 0xDE, 0xFE, 0xE7)); // udf #255; b .
    await uncached.batch([
      { write: TABLE + 4 * 3, value: CODE + 3 },
      { write: 0xE000_ED08, value: TABLE },
    ]);
    await v.bench.core.writeRegisters({ pc: CODE, xpsr: 0x0100_0000 });
    await v.client.monitor("version");
    assertEquals(await v.client.ask("D;1"), "OK");
    await v.bench.core.clock.sleep(10);
    assertEquals(await v.target.state(), "running");
    await v.bench.core.halt();
    assertEquals(await v.bench.core.readRegisters(["pc"]), [CODE + 2]);
  }));

Deno.test("no watchpoint is left behind, also when one address was watched in several ways, or twice", () =>
  visitBoard(F746, async (v) => {
    for (const packet of ["Z2,20000100,4", "Z3,20000100,4", "Z4,20000100,2", "Z2,20000100,4"]) {
      assertEquals(await v.client.ask(packet), "OK");
    }
    const functions = async () => {
      const reads = [0, 1, 2, 3].map((n) => ({ read: 0xE000_1028 + 16 * n })); // DWT_FUNCTIONn
      return [...await v.bench.core.uncached.batch(reads)].map((w) => w % 16);
    };
    assertEquals(await functions(), [6, 5, 7, 0]);
    assertEquals(await v.client.ask("z2,20000100,4"), "OK");
    assertEquals(await functions(), [0, 5, 7, 0]);
    assertEquals(await v.client.ask("D"), "OK");
    assertEquals(await functions(), [0, 0, 0, 0]);
  }));

Deno.test("after a detach an extended gdb is still served: monitor, vRun and vAttach take the core again", () =>
  visitBoard(F746, async (v) => {
    await v.client.ask("!");
    assertEquals(await v.client.ask("D;1"), "OK");
    assertEquals((await v.client.monitor("poll"))[1], "core: running\n");
    assertMatch(await v.client.ask("vAttach;1"), /^T05/);
    assertEquals(await v.target.state(), "halted");
    assertEquals(await v.client.ask("D;1"), "OK");
    assertMatch(await v.client.ask("vRun;"), /^T05/);
    const [demcr = 0] = await v.bench.core.uncached.batch([{ read: 0xE000_EDFC }]);
    assertEquals([await v.target.state(), Math.floor(demcr / 0x400) % 2], ["halted", 1]);
  }));

Deno.test("who has detached and stays gives way to the next, and is not told to have gone without it", () =>
  tcpServer(async (s) => {
    const first = await s.connect();
    assertEquals([await first.greets(), await first.ask("!"), await first.ask("D;1")], [
      true,
      "OK",
      "OK",
    ]);
    const second = await s.connect();
    assertEquals(await second.greets(), true);
    const log = s.log.join("\n");
    assertStringIncludes(log, "has detached, and another debugger has come");
    assertEquals(log.includes("without detaching"), false);
  }));

needs(
  "gdb-multiarch",
  GDB !== undefined,
  "detach, then run and attach again in the same gdb",
  () =>
    served(F746, async (s) => {
      const { text } = await s.gdb(
        ["load", "break main", "run", "detach", "monitor poll", "run", "detach", "attach 1", "bt"],
        { elf: HELLO_ELF },
      );
      assertEquals(text.match(/Breakpoint 1, main/g)?.length, 2, text);
      assertStringIncludes(text, "core: running");
      assertMatch(text, /detached\]\n(.*\n)*#0 /);
      assertEquals(text.includes("Remote connection closed"), false, text);
    }),
);
