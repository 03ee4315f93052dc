/** Bytes to and from a connection, whenever they come. */
import { assertEquals, assertRejects } from "@std/assert";
import { ByteStream, type Connection, HungUp } from "../../src/sim/front/byte_stream.ts";

/** A connection that takes at most `most` bytes at a time and remembers them. */
function sink(most: number): { readonly taken: number[]; readonly connection: Connection } {
  const taken: number[] = [];
  return {
    taken,
    connection: {
      read: () => Promise.resolve(null),
      write(bytes) {
        taken.push(...bytes.subarray(0, most));
        return Promise.resolve(Math.min(most, bytes.length));
      },
      close: () => {},
    },
  };
}
const turns = async (n: number): Promise<void> => {
  for (let i = 0; i < n; i++) await Promise.resolve();
};

Deno.test("byte stream: what is put while the last write ends is sent, at whatever moment", async () => {
  for (let pause = 0; pause < 20; pause++) {
    const { taken, connection } = sink(2);
    const stream = new ByteStream(connection);
    stream.put(Uint8Array.of(1, 2, 3));
    await turns(pause);
    stream.put(Uint8Array.of(4));
    await turns(40);
    assertEquals(taken, [1, 2, 3, 4], `after ${pause} turns`);
  }
});
Deno.test("byte stream: parts are joined, and the end is said", async () => {
  const parts = [[1], [2, 3, 4], [5]].map((p) => Uint8Array.from(p));
  const stream = new ByteStream({
    read(into) {
      const part = parts.shift();
      if (part === undefined) return Promise.resolve(null);
      into.set(part);
      return Promise.resolve(part.length);
    },
    write: (bytes) => Promise.resolve(bytes.length),
    close: () => {},
  });
  assertEquals([...await stream.take(2)], [1, 2]);
  assertEquals([...await stream.take(3)], [3, 4, 5]);
  await assertRejects(() => stream.take(1), HungUp);
});
