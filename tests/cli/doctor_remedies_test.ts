/** What the doctor tells to do, done word for word: the board runs in the end. */
import { assert, assertEquals } from "@std/assert";
import { Folder, probekit, probekitJson, ROOT } from "./support/program.ts";
import { LOOP, smallImage, STOP, SWD_OFF } from "../../src/sim/boards/firmware.ts";
import { ERASER, SWD_OFF_LATER } from "../doctor/programs.ts";

const HELLO = `${ROOT}/tests/fixtures/hello.hex`;

interface Told {
  readonly slug: string;
  readonly next: readonly { readonly command?: string }[];
}

/** Runs one command; a word that is asked for is typed. */
async function obey(command: string, probe: string, dir: Folder): Promise<void> {
  const words = command.split(" ").slice(1)
    .map((w) => w === "IMAGE" ? dir.at("image.bin") : w === "flash.bin" ? dir.at(w) : w);
  const more: Readonly<Record<string, readonly string[]>> = {
    flash: ["--base", "0x08000000"],
    recover: ["--backup", dir.at("backup")],
  };
  const call = [...words, ...more[words[0] ?? ""] ?? [], "--probe", probe];
  const first = await probekit([...call, "--yes"], { answer: "?" });
  const [, word] = /type (\S+):/.exec(first.err) ?? [];
  const ran = word === undefined ? first : await probekit(call, { answer: word });
  assertEquals(ran.exit, 0, `${command}: ${ran.err}`);
}

const BOARDS: Readonly<Record<string, readonly [string, string]>> = {
  "PCROP": ["nucleo-f722ze?optcr2=0x8", "pcrop"],
  "PCROP of the first sector": ["nucleo-f722ze?optcr2=0x1", "pcrop"],
  "PCROP with PCROP_RDP": ["nucleo-f722ze?optcr2=0x80000008", "pcrop"],
  "PCROP at RDP level 1": ["nucleo-f722ze?optcr=0xC0FF55FD&optcr2=0x8", "pcrop"],
};

for (const [name, [board, slug]] of Object.entries(BOARDS)) {
  Deno.test(`doctor: its commands bring a board with ${name} to run`, async () => {
    using dir = new Folder();
    dir.put("image.bin", smallImage({ reset: LOOP }));
    const probe = `sim:${board}&image=${dir.at("image.bin")}&state=${dir.at("board.pk")}`;
    const { causes } = await probekitJson(["doctor", "--probe", probe]);
    const cause = causes.find((c: Told) => c.slug === slug);
    assert(cause, JSON.stringify(causes));
    for (const { command } of cause.next) await obey(command, probe, dir);
    const blank = await probekitJson(["doctor", "--probe", probe]);
    assertEquals(blank.causes[0].slug, "flash-blank");
    await obey(blank.causes[0].next[0].command, probe, dir);
    assertEquals((await probekitJson(["doctor", "--probe", probe])).healthy, true);
  });
}

Deno.test("doctor: a program that resets itself gives way to another by the command that is told", async () => {
  using dir = new Folder();
  dir.put("image.bin", smallImage({ reset: LOOP }));
  const probe = `sim:stm32f746g-disco?scenario=self-reset&state=${dir.at("board.pk")}`;
  const { causes } = await probekitJson(["doctor", "--probe", probe]);
  assertEquals(causes.map((c: Told) => c.slug), ["reset-loop"]);
  await obey(causes[0].next[1].command, probe, dir);
  assertEquals((await probekitJson(["doctor", "--probe", probe])).healthy, true);
});

Deno.test("doctor: RDP level 1 under a program that takes SWD: not an erase, which is refused there", async () => {
  using dir = new Folder();
  const probe = `sim:stm32f746g-disco?scenario=swd-disabled&optcr=0xC0FF55FD&state=${
    dir.at("board.pk")
  }`;
  const { causes } = await probekitJson(["doctor", "--under-reset", "--probe", probe]);
  assertEquals(causes.map((c: Told) => c.slug), ["swd-closed", "rdp1"]);
  await obey(causes[0].next[0].command, probe, dir);
  const flashed = await probekit(["flash", HELLO, "--probe", probe]);
  assertEquals(flashed.exit, 0, flashed.err);
  assertEquals((await probekitJson(["doctor", "--probe", probe])).healthy, true);
});

Deno.test("doctor: write protection under a program that takes SWD goes before another program is put in", async () => {
  using dir = new Folder();
  dir.put("image.bin", smallImage({ reset: LOOP }));
  const probe = `sim:stm32f746g-disco?scenario=swd-disabled&optcr=0xC0FEAAFD&state=${
    dir.at("board.pk")
  }`;
  const look = () => probekitJson(["doctor", "--under-reset", "--probe", probe]);
  for (const slugs of [["swd-closed", "wrp"], ["swd-closed"]]) {
    const { causes } = await look();
    assertEquals(causes.map((c: Told) => c.slug), slugs);
    await obey(causes[0].next[0].command, probe, dir);
  }
  assertEquals((await look()).healthy, true);
});

const PROGRAMS = {
  "takes SWD": [SWD_OFF, "swd-closed"],
  "takes SWD after a while": [SWD_OFF_LATER, "swd-closed"],
  "sleeps in Stop mode": [STOP, "swd-closed"],
  "erases a sector again and again": [ERASER, "flash-busy"],
} as const;

for (const [name, [reset, slug]] of Object.entries(PROGRAMS)) {
  Deno.test(`doctor: a program that ${name} gives way to another by the last command that is told`, async () => {
    using dir = new Folder();
    dir.put("bad.bin", smallImage({ reset }));
    dir.put("image.bin", smallImage({ reset: LOOP }));
    const probe = `sim:stm32f746g-disco?image=${dir.at("bad.bin")}&state=${dir.at("board.pk")}`;
    const { causes } = await probekitJson(["doctor", "--under-reset", "--probe", probe]);
    assertEquals(causes.map((c: Told) => c.slug), [slug]);
    await obey(causes[0].next.at(-1).command, probe, dir);
    assertEquals((await probekitJson(["doctor", "--probe", probe])).healthy, true);
  });
}

Deno.test("doctor: --attach and --flash-size are what they are for every verb", async () => {
  const closed = "sim:stm32f746g-disco?scenario=swd-disabled";
  const under = await probekitJson(["doctor", "--attach", "under-reset", "--probe", closed]);
  assertEquals([under.causes[0].slug, under.causes[0].likelihood], ["swd-closed", "proven"]);
  const board = ["--probe", "sim:stm32f746g-disco"];
  const halted = await probekit(["doctor", "--attach", "halt", ...board]);
  assert(halted.out.includes("the core was halted for a moment"), halted.out);
  const plain = await probekit(["doctor", "--attach", "attach", ...board]);
  assert(!plain.out.includes("the core was halted"), plain.out);
  const half = await probekitJson(["doctor", "--flash-size", "512", ...board]);
  assertEquals(half.findings.chip.flashKiB, 512);
});

Deno.test("options, info: a chip with sectors closed by PCROP is not as on a new part", async () => {
  const probe = "sim:nucleo-f722ze?optcr2=0x8";
  const options = await probekit(["options", "--probe", probe]);
  assert(options.out.includes("! PCROP "), options.out);
  assert(options.out.includes("1 field differs from a new part: PCROP"), options.out);
  const info = await probekit(["info", "--probe", probe]);
  assert(info.out.includes("RDP level 0; not as on a new part: PCROP"), info.out);
  const diff = await probekit(["options", "diff", "--detailed-exit", "--probe", probe]);
  assertEquals(diff.exit, 3, diff.out);
  const none = await probekit([
    "options",
    "diff",
    "--detailed-exit",
    "--probe",
    "sim:nucleo-f722ze",
  ]);
  assertEquals(none.exit, 0, none.out);
});
