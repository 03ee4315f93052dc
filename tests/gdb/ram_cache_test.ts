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

Deno.test("what gdb looked at comes with the next step, and so does a breakpoint in RAM that was there before", () =>
  visitBoard("sim:stm32f746g-disco", async (v) => {
    const [code, far] = [0x2000_1000, 0x2000_0100];
    await v.client.ask("?");
    await v.bench.core.uncached.write(
      code,
      new Uint8Array(80).fill(0).map((_, i) => i % 2 ? 0x30 : 1),
    );
    await v.bench.core.writeRegisters({ pc: code, xpsr: 0x0100_0000, r0: 0 });
    await v.bench.core.uncached.write(far, new Uint8Array(4)); // RAM is random at power-on
    await v.client.monitor("version");
    const { counters } = v.bench.probe;
    const cost = async (packet: string) => {
      const before = counters.exchanges;
      const reply = await v.client.ask(packet);
      return [reply, counters.exchanges - before];
    };
    const breakpoint = `0,${(code + 0x40).toString(16)},2`;
    await v.client.ask(`Z${breakpoint}`);
    await v.client.ask("vCont;s:1");
    assertEquals(await v.client.ask(`m${far.toString(16)},4`), "00000000");
    for (let i = 1; i <= 12; i++) {
      assertEquals([await cost(`z${breakpoint}`), await cost(`Z${breakpoint}`)], [["OK", 0], [
        "OK",
        0,
      ]]);
      await v.bench.core.uncached.write(far, Uint8Array.of(i));
      assertEquals((await cost("vCont;s:1"))[0], "T05thread:1;");
      assertEquals(await cost(`m${far.toString(16)},4`), [`0${i.toString(16)}000000`, 0]);
    }
    assertEquals(await v.client.ask("vCont;c"), "T05thread:1;");
    await v.bench.core.uncached.write(far, Uint8Array.of(0xFF));
    assertEquals((await cost(`m${far.toString(16)},4`))[0], "ff000000");
  }));
