import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { concat } from "../../src/base/mod.ts";
import {
  checksum,
  frame,
  PACKET_SIZE,
  type PacketEvent,
  PacketReader,
} from "../../src/gdb/packet.ts";
import { crc32 } from "../../src/gdb/packets/crc.ts";
import { fromHex, hexNumber, wordHex } from "../../src/gdb/text.ts";

const text = (s: string) => new TextEncoder().encode(s);
const read = (...parts: Uint8Array[]): PacketEvent[] => {
  const reader = new PacketReader();
  return parts.flatMap((p) => [...reader.feed(p)]);
};

Deno.test("packets: what is framed is read back, however the bytes are cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 80 })),
      fc.integer({ min: 1, max: 9 }),
      (payloads, cut) => {
        const stream = concat(payloads.map((p) => frame(p)));
        const parts = Array.from(
          { length: Math.ceil(stream.length / cut) },
          (_, i) => stream.subarray(i * cut, (i + 1) * cut),
        );
        const got = read(...parts).map((e) => e.kind === "packet" ? [...e.payload] : e.kind);
        assertEquals(got, payloads.map((p) => [...p]));
      },
    ),
  );
});
Deno.test("packets: acks, Ctrl-C and packets in one stream keep their order", () => {
  const kinds = read(text("+$OK#9a\x03-$g#67")).map((e) => e.kind);
  assertEquals(kinds, ["ack", "packet", "interrupt", "nak", "packet"]);
});
Deno.test("packets: a wrong checksum is told, and the next packet is read", () => {
  assertEquals(read(text("$OK#00$OK#9a$OK#zz")).map((e) => e.kind), [
    "bad-checksum",
    "packet",
    "bad-checksum",
  ]);
});
Deno.test("packets: one that never ends costs a bounded buffer", () => {
  const reader = new PacketReader();
  const flood = new Uint8Array(4 * PACKET_SIZE).fill(0x61);
  assertEquals([...reader.feed(text("$"))], []);
  for (let i = 0; i < 50; i++) assertEquals([...reader.feed(flood)], []);
  assertEquals([...reader.feed(text("#00$g#67"))].map((e) => e.kind), ["too-long", "packet"]);
});
Deno.test("packets: any garbage gives events or nothing", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (parts) => {
    for (const e of read(...parts)) {
      assert(["packet", "bad-checksum", "too-long", "ack", "nak", "interrupt"].includes(e.kind));
    }
  }));
});
Deno.test("checksum, words and numbers as the manual has them", () => {
  assertEquals(checksum(text("OK")), 0x9A);
  assertEquals(wordHex(0x0800_01C1), "c1010008");
  assertEquals([hexNumber("8000000"), hexNumber("123456789"), hexNumber("xyz"), hexNumber("")], [
    0x800_0000,
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals([fromHex("0aFF"), fromHex("0"), fromHex("0g")], [
    Uint8Array.of(10, 255),
    undefined,
    undefined,
  ]);
});
Deno.test("crc32: gdb's own polynomial, most significant bit first", () => {
  // CRC-32/MPEG-2 of "123456789", the catalogue's check value
  assertEquals(crc32(text("123456789")), 0x0376_E6E7);
});
