import { assertEquals, assertRejects } from "@std/assert";
import { type Access, Fault, type Memory } from "../../src/base/mod.ts";
import { type Chip, coreName, identify } from "../../src/chip/mod.ts";
import { probeFault } from "../../src/probe/mod.ts";
import { FakeBoard } from "../flash/support/fake_board.ts";

const CPUID = 0xE000_ED00;
const IDCODE = 0xE004_2000;
const refuse = () => probeFault("bus-refused", { access: "read", where: "there" });

/** A bus on which every word has a queue of answers; the last one stays. `undefined` refuses. */
class Scripted implements Memory {
  readonly reads: number[] = [];
  constructor(
    readonly words: Readonly<Record<number, readonly (number | undefined)[]>>,
    readonly size: number | null = 1024,
    readonly uid: readonly number[] = [1, 2, 3],
  ) {}
  #next(at: number): number {
    const n = this.reads.filter((a) => a === at).length;
    this.reads.push(at);
    const answers = this.words[at] ?? [undefined];
    const word = answers[Math.min(n, answers.length - 1)];
    if (word === undefined) throw refuse();
    return word;
  }
  // deno-lint-ignore require-await
  async batch(steps: readonly Access[]): Promise<Uint32Array> {
    return Uint32Array.from(steps.map((s) => this.#next("read" in s ? s.read : 0)));
  }
  // deno-lint-ignore require-await
  async read(at: number, length: number): Promise<Uint8Array> {
    this.reads.push(at);
    if (length === 2) {
      if (this.size === null) throw refuse();
      return Uint8Array.of(this.size % 256, Math.floor(this.size / 256));
    }
    return new Uint8Array(Uint32Array.from(this.uid).buffer);
  }
  write(): Promise<void> {
    throw new Error("identify writes nothing");
  }
}
const M7 = 0x410F_C271;
const with746 = (idcode: readonly (number | undefined)[], cpuid: readonly number[] = [M7]) =>
  new Scripted({ [CPUID]: cpuid, [IDCODE]: idcode });
const slugOf = async (memory: Memory): Promise<string> =>
  (await assertRejects(() => identify(memory), Fault)).slug;

Deno.test("identify: each sub-family, with size, revision and unique id", async () => {
  const about = (c: Chip) => [c.sub.name, c.revision, c.flashKiB, c.uid, c.flashSizeDoubt];
  const uid = "003400353130511032333831";
  assertEquals(about(await identify(new FakeBoard())), [
    "STM32F74x/F75x",
    "Z",
    1024,
    uid,
    undefined,
  ]);
  assertEquals(about(await identify(new FakeBoard({ part: "f72" })))[0], "STM32F72x/F73x");
  assertEquals(about(await identify(new FakeBoard({ part: "f76" })))[2], 2048);
  assertEquals((await identify(new FakeBoard())).idcode, 0x1001_6449);
});

Deno.test("identify: garbage is read again, and forgotten when it goes away", async () => {
  for (const garbage of [0, 0xFFFF_FFFF, 0xA05F_0000, 0xA05F_0003]) {
    const memory = with746([garbage, 0x1001_6449]);
    assertEquals((await identify(memory)).sub.devId, 0x449);
    // the core's own identity was read in between
    assertEquals(memory.reads.slice(0, 4), [CPUID, IDCODE, CPUID, IDCODE]);
  }
});

Deno.test("identify: a stale word that looks like a chip we do not know is not believed at once", async () => {
  const chip = await identify(with746([0x2003_6450, 0x1001_6449]));
  assertEquals(chip.sub.devId, 0x449);
});

Deno.test("identify: garbage that stays", async () => {
  assertEquals(await slugOf(with746([0xA05F_0000])), "chip-id-garbage");
  assertEquals(await slugOf(with746([undefined])), "chip-id-garbage");
  assertEquals(await slugOf(with746([0], [0])), "chip-no-core");
  assertEquals(await slugOf(with746([0x1001_6449], [0xFFFF_FFFF])), "chip-no-core");
});

Deno.test("identify: an unknown chip is named with id and CPUID", async () => {
  const fault = await assertRejects(() => identify(with746([0x2003_6450])), Fault);
  assertEquals(fault.slug, "chip-unknown");
  assertEquals([fault.facts["devId"], fault.facts["cpuid"]], ["0x450", "0x410FC271"]);
});

Deno.test("identify: id and core must agree", async () => {
  assertEquals(await slugOf(with746([0x1001_6449], [0x410F_C241])), "chip-contradiction");
});

Deno.test("identify: a nonsense size is a doubt, not a guess and not a fault", async () => {
  for (const size of [0, 0xFFFF, 768, null]) {
    const words = { [CPUID]: [M7], [IDCODE]: [0x1001_6449] };
    const memory = new Scripted(words, size);
    const chip = await identify(memory);
    assertEquals(chip.flashKiB, 1024);
    assertEquals(typeof chip.flashSizeDoubt, "string");
    const told = await identify(new Scripted(words, size), { flashKiB: 512 });
    assertEquals([told.flashKiB, told.flashSizeDoubt], [512, undefined]);
  }
});

Deno.test("identify: a unique id that may not be read is empty", async () => {
  class Closed extends Scripted {
    override async read(at: number, length: number): Promise<Uint8Array> {
      if (length !== 2) throw refuse();
      return await super.read(at, length);
    }
  }
  const chip = await identify(new Closed({ [CPUID]: [M7], [IDCODE]: [0x1001_6449] }));
  assertEquals(chip.uid, "");
});

Deno.test("identify: a lost link is told as such", async () => {
  const board = new FakeBoard();
  board.dead = true;
  assertEquals(await slugOf(board), "link-lost");
});

Deno.test("coreName: from CPUID", () => {
  assertEquals(coreName(0x410F_C271), "Cortex-M7 r0p1");
  assertEquals(coreName(0x411F_C272), "Cortex-M7 r1p2");
  assertEquals(coreName(0x410F_CABC), "core 0xCAB r0p12");
});
