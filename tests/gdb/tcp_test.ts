/** The server on real sockets: whoever comes and whatever he sends, the next good debugger is served. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { concat } from "../../src/base/mod.ts";
import { EventQueue } from "../../src/gdb/events.ts";
import { Load } from "../../src/gdb/load.ts";
import { frame, latin1, PACKET_SIZE } from "../../src/gdb/packet.ts";
import { garbage } from "./support/garbage.ts";
import { type TcpServer, tcpServer } from "./support/tcp_client.ts";

const text = (s: string) => new TextEncoder().encode(s);
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A good debugger comes, is served, and leaves as one should. */
async function served(s: TcpServer): Promise<void> {
  const client = await s.connect();
  assert(await client.greets(), s.log.slice(-10).join("\n"));
  assertEquals(await client.ask("D"), "OK");
  client.close();
}

Deno.test("tcp: any garbage, cut anywhere, then gone: the next debugger is served", async () => {
  await tcpServer(async (s) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(garbage, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 400 }),
        fc.boolean(),
        async (packets, cut, reads) => {
          const bad = await s.connect();
          const stream = concat(packets);
          for (let at = 0; at < stream.length; at += cut) {
            if (!await bad.tryRaw(stream.subarray(at, at + cut))) break;
          }
          if (reads) await Promise.race([bad.next(), turn()]);
          bad.close();
          s.target.core = "halted";
          s.target.registers["xpsr"] = 0x0100_0000;
          await served(s);
        },
      ),
      { numRuns: 120 },
    );
  });
});

Deno.test("tcp: wrong checksums, oversize and cut packets are told, and the same client goes on", () =>
  tcpServer(async (s) => {
    const c = await s.connect();
    assertEquals(await c.ask("QStartNoAckMode"), "OK");
    await c.raw(text("$qC#00$qC#zz$qC"));
    assertEquals(await c.ask("qC"), "QC1");
    await c.raw(concat([text("$"), new Uint8Array(3 * PACKET_SIZE).fill(0x61), text("#00")]));
    assertEquals(await c.next(), "E.packet longer than PacketSize");
    await c.raw(
      Uint8Array.from({ length: 100_000 }, (_, i) => (i * 37) % 256).filter((b) => b !== 36),
    );
    assertEquals(await c.ask("qC"), "QC1");
  }));

Deno.test("tcp: a byte now and then is a slow packet, answered when it is whole", () =>
  tcpServer(async (s) => {
    const slow = await s.connect();
    for (const b of frame("qSupported")) {
      await slow.raw(Uint8Array.of(b));
      await turn();
    }
    assertStringIncludes(await slow.next() ?? "", "PacketSize=");
    // nothing of the board's time went by while it was waited for
    assertEquals(s.target.now, 0);
  }));

Deno.test("tcp: who never ends his first packet does not keep the seat, and the board is not halted for him", () =>
  tcpServer(async (s) => {
    const loris = await s.connect();
    await loris.raw(text("$qSupp"));
    await turn();
    assertEquals(s.target.calls, []);
    await served(s);
    assert(s.log.some((l) => l.startsWith("sent away: 127.0.0.1:")), s.log.join("\n"));
    assertEquals(await loris.next(), undefined);
  }));

Deno.test("tcp: 100 connects in a loop, 100 at once and silent: the next debugger is served", () =>
  tcpServer(async (s) => {
    for (let i = 0; i < 100; i++) (await s.connect()).close();
    await served(s);
    await Promise.all(Array.from({ length: 100 }, () => s.connect()));
    await served(s);
    assertEquals(s.target.calls.filter((c) => c === "halt").length, 2);
  }));

Deno.test("tcp: a second debugger is told so and sent away; the first goes on", () =>
  tcpServer(async (s) => {
    const first = await s.connect();
    assert(await first.greets());
    for (let i = 0; i < 3; i++) {
      const second = await s.connect();
      const said = await second.next() ?? "";
      assertStringIncludes(
        said.slice(1).replace(/../g, (h) => String.fromCharCode(parseInt(h, 16))),
        "another debugger is connected to this board",
      );
      assertEquals([await second.next(), await second.next()], ["E.busy", undefined]);
    }
    assertEquals(await first.ask("qC"), "QC1");
  }));

Deno.test("tcp: --once ends after the first debugger, not after a port scanner", async () => {
  await tcpServer(async (s) => {
    (await s.connect()).close();
    while (!s.log.some((l) => l.startsWith("gone"))) await turn();
    await served(s);
    while (s.log.filter((l) => l.startsWith("gone")).length < 2) await turn();
    let refused = false;
    try {
      (await s.connect()).close();
    } catch {
      refused = true;
    }
    assert(refused);
  }, { once: true });
});

Deno.test("tcp: a server that is ended sends its debugger away and takes his breakpoints back", async () => {
  const end = new AbortController();
  await tcpServer(async (s) => {
    const c = await s.connect();
    assert(await c.greets());
    assertEquals([await c.ask("Z1,8000100,2"), await c.ask("Z2,20000080,4")], ["OK", "OK"]);
    await c.send("vCont;c");
    while (!s.target.calls.includes("resume")) await turn();
    end.abort();
    assertEquals(await c.next(), undefined);
    while (!s.log.some((l) => l.startsWith("gone"))) await turn();
    assertEquals(s.target.calls.slice(-2), [
      "breakpoint 8000100 false",
      "watchpoint 20000080 4 write false",
    ]);
    assertStringIncludes(s.log.join("\n"), "went without detaching: the core runs");
  }, { signal: end.signal });
});

Deno.test("tcp: who asks and never reads is stuck, costs a bounded queue, and gives way", () =>
  tcpServer(async (s) => {
    const deaf = await s.connect();
    await deaf.send("QStartNoAckMode");
    const ask = concat(Array.from({ length: 2000 }, () => frame("m8000000,1f00")));
    // 2000 replies of 16 KiB: more than any socket holds, so that the server waits for the reader
    const sent = deaf.tryRaw(concat(Array.from({ length: 20 }, () => ask)));
    while (!s.target.calls.includes("halt")) await turn();
    for (let i = 0; i < 200; i++) await turn();
    await served(s);
    assert(s.log.some((l) => l.includes("neither asks nor listens")), s.log.join("\n"));
    deaf.close();
    await sent;
  }));

Deno.test("tcp: gone in the midst of a load: nothing is written, that is said, the next one is served", () =>
  tcpServer(async (s) => {
    const c = await s.connect();
    assert(await c.greets());
    assertEquals(await c.ask("vFlashErase:08000000,00008000"), "OK");
    assertEquals(await c.ask(concat([latin1("vFlashWrite:8000000:"), new Uint8Array(100)])), "OK");
    await c.raw(text("$vFlashWrite:80000"));
    c.close();
    while (!s.log.some((l) => l.startsWith("gone"))) await turn();
    assertStringIncludes(
      s.log.join("\n"),
      "gdb went in the middle of a load: 100 bytes had come in, nothing of them was written",
    );
    assertEquals(s.target.calls.some((x) => x.startsWith("program")), false);
    await served(s);
    assertEquals(s.target.calls.some((x) => x.startsWith("program")), false);
  }));

Deno.test("memory: of a flood only so many events wait, the rest stays in the socket", async () => {
  let pulled = 0;
  const chunk = concat(Array.from({ length: 1000 }, () => frame("qC")));
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++;
      controller.enqueue(pulled % 2 ? chunk : text("+-+-".repeat(10_000)));
      if (pulled > 1000) controller.close();
    },
  });
  const events = new EventQueue(stream);
  const pumping = events.pump();
  for (let i = 0; i < 50; i++) await turn();
  assert(pulled <= 3, `${pulled} chunks were taken`);
  let taken = 0;
  while (taken < 2500) if (await events.take()) taken++;
  assert(events.most <= 64, `${events.most} events waited`);
  await events.stop();
  await pumping;
});
Deno.test("memory: a load takes no more than the flash holds, in no more pieces than a load has", () => {
  const load = new Load(1000);
  assert(load.write({ at: 0, bytes: new Uint8Array(1000) }));
  assertEquals([load.write({ at: 0, bytes: new Uint8Array(1) }), load.bytes], [false, 1000]);
  let ranges = 0;
  while (load.erase({ at: 0, length: 1 }) && ranges < 10_000) ranges++;
  assertEquals(ranges, 4096);
  const many = new Load(1e6);
  let pieces = 0;
  while (many.write({ at: 0, bytes: new Uint8Array(1) }) && pieces < 10_000) pieces++;
  assertEquals([pieces, many.take().pieces.length, many.bytes], [4096, 4096, 0]);
});
Deno.test("memory: of what fails a thousand times, the last words wait for somebody who listens", () =>
  tcpServer(async (s) => {
    const c = await s.connect();
    await c.ask("QStartNoAckMode");
    for (let i = 0; i < 1000; i++) {
      const reply = await c.ask(`M30000000,4:0000000${i % 10}`) ?? "";
      assertEquals(reply, "E01");
    }
    await c.send("qRcmd,76657273696f6e");
    let texts = 0;
    for (let reply = await c.next(); reply !== "OK"; reply = await c.next()) texts++;
    assertEquals(texts, 32 + 1);
  }));
