/** What gdb asks again and again of memory while the core stands still. */
import { assertEquals } from "@std/assert";
import { visitBoard } from "./support/board_client.ts";

Deno.test("what the bus has refused is not asked again until the core moves or memory is written", () =>
  visitBoard("sim:stm32f746g-disco", async (v) => {
    await v.client.ask("?");
    const { counters } = v.bench.probe;
    const asks = async (packet: string, reply: string) => {
      const before = counters.exchanges;
      assertEquals(await v.client.ask(packet), reply);
      return counters.exchanges > before;
    };
    // gdb 13 on the first function of RAM: the word before it, and its halves
    assertEquals(await asks("m1ffffffc,4", "E01"), true);
    for (const part of ["m1ffffffc,4", "m1ffffffe,2", "m1ffffffc,2"]) {
      assertEquals(await asks(part, "E01"), false, part);
    }
    assertEquals(await asks("m1ffffff8,4", "E01"), true);
    for (const change of ["M20000000,1:00", "vCont;s:1"]) {
      await v.client.ask(change);
      assertEquals(await asks("m1ffffffc,4", "E01"), true, change);
      assertEquals(await asks("m1ffffffc,4", "E01"), false, change);
    }
  }));
