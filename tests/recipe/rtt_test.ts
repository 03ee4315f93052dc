/** RTT as it lies in memory: where it is found, what is believed, how its ring goes round. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Access, Memory } from "../../src/base/mod.ts";
import { forgetRtt, RttUp } from "../../src/recipe/acts/rtt.ts";

const AT = 0x2000_0000;
const SIZE = 0x4000;
const RAM = [{ at: AT, length: SIZE }];
const never = () => false;

/** Memory that is only bytes. */
class Ram implements Memory {
  readonly bytes = new Uint8Array(SIZE);
  readonly view = new DataView(this.bytes.buffer);
  read(at: number, length: number): Promise<Uint8Array> {
    return Promise.resolve(this.bytes.slice(at - AT, at - AT + length));
  }
  write(at: number, data: Uint8Array): Promise<void> {
    this.bytes.set(data, at - AT);
    return Promise.resolve();
  }
  batch(steps: readonly Access[]): Promise<Uint32Array> {
    const out: number[] = [];
    for (const s of steps) {
      if ("read" in s) out.push(this.view.getUint32(s.read - AT, true));
      else if ("write" in s) this.view.setUint32(s.write - AT, s.value, true);
    }
    return Promise.resolve(Uint32Array.from(out));
  }
  /** A control block with one up-buffer. */
  block(at: number, buffer: number, size: number, ups = 1): void {
    this.bytes.set(new TextEncoder().encode("SEGGER RTT\0\0\0\0\0\0"), at - AT);
    [ups, 0, 0, buffer, size, 0, 0, 0].forEach((word, i) =>
      this.view.setUint32(at - AT + 16 + i * 4, word, true)
    );
  }
  /** Writes as the target does: as much as there is room for. Gives how much. */
  say(at: number, buffer: number, size: number, text: Uint8Array): number {
    for (const [i, byte] of text.entries()) {
      const written = this.view.getUint32(at - AT + 36, true);
      const next = (written + 1) % size;
      if (next === this.view.getUint32(at - AT + 40, true)) return i;
      this.bytes[buffer - AT + written] = byte;
      this.view.setUint32(at - AT + 36, next, true);
    }
    return text.length;
  }
}
const bufferOf = async (ram: Ram) => (await RttUp.find(ram, RAM, never))?.buffer;

Deno.test("rtt: found anywhere, across the pieces in which RAM is read too", async () => {
  for (const at of [AT, AT + 0xFF8, AT + 0x1FFC, AT + SIZE - 48]) {
    const ram = new Ram();
    ram.block(at, AT + 0x2800, 64);
    assertEquals(await bufferOf(ram), AT + 0x2800, at.toString(16));
  }
});

Deno.test("rtt: what only looks like one is passed over", async () => {
  const ram = new Ram();
  ram.block(AT + 0x100, 0x0800_0000, 64); // a buffer in flash
  ram.block(AT + 0x200, AT + 0x2000, 0); // no room
  ram.block(AT + 0x300, AT + SIZE - 8, 64); // sticks out of RAM
  ram.block(AT + 0x400, AT + 0x2000, 64, 0); // no up-buffer
  ram.block(AT + 0x500, AT + 0x2000, 64, 0xFFFF_FFFF);
  ram.bytes.set(new TextEncoder().encode("SEGGER RTX"), 0x600);
  ram.bytes.set(new TextEncoder().encode("SEGGER RTT\0\0\0\0\0\0"), SIZE - 20); // cut off by the end of RAM
  assertEquals(await bufferOf(ram), undefined);
  ram.block(AT + 0x3000, AT + 0x2100, 64);
  assertEquals(await bufferOf(ram), AT + 0x2100);
});

Deno.test("rtt: a search ends when its time is over", async () => {
  const ram = new Ram();
  ram.block(AT + 0x3000, AT + 0x2100, 64);
  let looks = 0;
  assertEquals(await RttUp.find(ram, RAM, () => ++looks > 2), undefined);
});

Deno.test("rtt: what an earlier run left is forgotten, all of it", async () => {
  const ram = new Ram();
  for (const at of [0x10, 0xFF8, 0x3000]) ram.block(AT + at, AT + 0x2100, 64);
  assertEquals(await forgetRtt(ram, RAM), 3);
  assertEquals(await bufferOf(ram), undefined);
  assertEquals(await forgetRtt(ram, RAM), 0);
});

Deno.test("rtt: offsets that make no sense give nothing, and nothing is written", async () => {
  const ram = new Ram();
  ram.block(AT, AT + 0x2000, 32);
  const up = await RttUp.find(ram, RAM, never);
  for (const [written, read] of [[32, 0], [0, 32], [0xFFFF_FFFF, 5]]) {
    ram.view.setUint32(36, written ?? 0, true);
    ram.view.setUint32(40, read ?? 0, true);
    assertEquals(await up?.take(), new Uint8Array(0));
    assertEquals(ram.view.getUint32(40, true), read);
  }
});

Deno.test("property: whatever the target says comes out in order, however the ring goes round", async () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });
  await fc.assert(fc.asyncProperty(parts, fc.integer({ min: 2, max: 33 }), async (said, size) => {
    const ram = new Ram();
    ram.block(AT + 0x40, AT + 0x2000, size);
    const up = await RttUp.find(ram, RAM, never);
    const wanted: number[] = [];
    const heard: number[] = [];
    for (const part of said) {
      let rest = part;
      while (rest.length > 0) {
        const n = ram.say(AT + 0x40, AT + 0x2000, size, rest);
        wanted.push(...rest.subarray(0, n));
        rest = rest.subarray(n);
        heard.push(...await up?.take() ?? []);
      }
    }
    assertEquals(heard, wanted);
  }));
});
