/** Garbage at packet level on a virtual board: nothing of it crashes, hangs, or leaves a core that cannot be had. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { concat } from "../../src/base/mod.ts";
import { visitBoard } from "./support/board_client.ts";
import { garbage } from "./support/garbage.ts";
import { frame } from "../../src/gdb/packet.ts";

/** what lets a core go, or starts it over; Ctrl-C follows */
const moves = fc.constantFrom(
  ...["c", "s", "vCont;c", "vCont;s:1", "vCont;r8000000,9000000:1", "C05", "S0b", "k", "R00"],
  ...["vRun;", "czz", "sffffffff", "c20000001", "vKill;1"],
).map((w) => concat([frame(w), Uint8Array.of(3)]));

Deno.test("packets: any garbage and any move leave a session that answers, and a core that halts", () =>
  visitBoard("sim:stm32f746g-disco", async ({ client, target, bench }) => {
    assertEquals([await client.ask("QStartNoAckMode"), await client.ask("!")], ["OK", "OK"]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 4, arbitrary: garbage }, { weight: 1, arbitrary: moves }), {
          minLength: 1,
          maxLength: 8,
        }),
        async (packets) => {
          for (const p of packets) await client.raw(p);
          // a packet ends whatever was begun; then Ctrl-C is one, and what is answered before does not count
          await client.send("vMustReplyEmpty");
          await client.raw(Uint8Array.of(3));
          await client.send("qfThreadInfo");
          let reply = "";
          while (reply !== "m1") {
            reply = await client.reply();
            if (reply === "(closed)") return assert(false, "the session has ended");
          }
          assertEquals(client.session.running, false);
          if (await target.state() !== "halted") await bench.core.halt();
        },
      ),
      { numRuns: 60 },
    );
    assertMatch(await client.ask("qSupported"), /^PacketSize=/);
  }));
