/** Ctrl-C, raw: at a core that runs, and at one that is about to. */
import { assertEquals } from "@std/assert";
import { visitBoard } from "./support/board_client.ts";

const F746 = "sim:stm32f746g-disco";

Deno.test("a core that runs is no reason to talk: a stop is never behind a heap of signs of life", () =>
  visitBoard(F746, async (v) => {
    const { clock } = v.target;
    const stop = v.client.ask("vCont;c");
    const from = clock.now();
    while (clock.now() < from + 20_000) await new Promise((r) => setTimeout(r, 0));
    await v.client.raw(Uint8Array.of(3));
    assertEquals([await stop, v.client.alive], ["T02thread:1;", 0]);
  }));

Deno.test("Ctrl-C that comes while the core stands still stops what comes next, once", () =>
  visitBoard(F746, async (v) => {
    const { clock } = v.target;
    const registers = await v.client.ask("g");
    for (const go of ["vCont;c", "vCont;s:1", "vCont;r8000000,9000000:1", "c"]) {
      await v.client.raw(Uint8Array.of(3));
      assertEquals(await v.client.ask("Z1,8000100,2"), "OK");
      await v.client.ask("m8000000,4");
      assertEquals(await v.client.ask(go), "T02thread:1;");
      assertEquals(await v.client.ask("g"), registers);
    }
    const [stop, from] = [v.client.ask("vCont;c"), clock.now()];
    while (clock.now() < from + 1000) await new Promise((r) => setTimeout(r, 0));
    assertEquals(v.client.session.running, true);
    await v.client.raw(Uint8Array.of(3));
    assertEquals(await stop, "T02thread:1;");
  }));
