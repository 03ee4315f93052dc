/** `flash` says before and after what the chip could not start from; it is no reason to stop. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { firmware, Folder, probekit, probekitJson } from "./support/program.ts";

const HELLO = "tests/fixtures/hello.hex";
/** hello.hex has its stack at the end of the F746's 320 KiB; the F722 has 256 */
const NO_RAM = "the image's vectors: the first stack pointer 0x20050000 is in no RAM of this chip";
const probe = (board: string) => ["--probe", `sim:${board}?scenario=blank`];

Deno.test("flash: an image for another chip's RAM is said, aloud and with --quiet, and is programmed", async () => {
  for (const more of [[], ["--quiet"]]) {
    const { exit, err } = await probekit(["flash", HELLO, ...probe("nucleo-f722ze"), ...more]);
    assertEquals(exit, 0, err);
    assertEquals(err.split("\n").filter((l) => l.includes("warning")), [
      `warning: program: ${NO_RAM}`,
    ]);
  }
  const json = await probekitJson(["flash", HELLO, ...probe("nucleo-f722ze")]);
  assertEquals(json.warnings, [NO_RAM]);
  const run = ["run", "flash", "--set", `image=${HELLO}`, ...probe("nucleo-f722ze")];
  const { steps } = await probekitJson(run);
  assertEquals(steps.flatMap((s: { warnings?: string[] }) => s.warnings ?? []), [NO_RAM]);
});

Deno.test("flash: the plan says it, too", async () => {
  const { exit, out } = await probekit(["flash", HELLO, ...probe("nucleo-f722ze"), "--dry-run"]);
  assertEquals(exit, 0, out);
  assertStringIncludes(out, `      warning: ${NO_RAM}\n`);
});

Deno.test("flash: nothing is said of a good image, and of one that brings no vectors", async () => {
  using dir = new Folder();
  const data = dir.put("data.bin", firmware(4096, 1).subarray(1024));
  const blank = dir.put("blank.bin", new Uint8Array(64).fill(0xFF));
  for (
    const [words, says] of [
      [[HELLO], 0],
      [[data, "--base", "0x08008000"], 0],
      [[data, "--base", "0x08000004"], 0],
      [[data, "--base", "0x08000000"], 1],
      [[blank, "--base", "0x08000000"], 1],
    ] as const
  ) {
    const { exit, err } = await probekit(["flash", ...words, ...probe("stm32f746g-disco")]);
    assertEquals(exit, 0, err);
    assertEquals(err.match(/warning: program: the image's vectors: /g)?.length ?? 0, says, err);
  }
});

Deno.test("flash: the vectors are those that BOOT_ADD0 points at", async () => {
  using dir = new Folder();
  const state = `sim:stm32f746g-disco?scenario=blank&state=${dir.at("b.pk")}`;
  const set = await probekit(["options", "set", "BOOT_ADD0=0x2002", "--yes", "--probe", state]);
  assertEquals(set.exit, 0, set.err);
  const data = dir.put("data.bin", firmware(4096, 1).subarray(1024));
  for (const [base, says] of [["0x08000000", 0], ["0x08008000", 1]] as const) {
    const { exit, err } = await probekit(["flash", data, "--base", base, "--probe", state]);
    assertEquals(exit, 0, err);
    assertEquals(err.includes("the image's vectors"), says === 1, err);
  }
});

Deno.test("flash: a chip that does not start from flash is said", async () => {
  const flash = (query: string) => probekit(["flash", HELLO, "--probe", `sim:${query}`]);
  for (
    const [query, says] of [
      ["stm32f746g-disco?optcr1=0x00408000", "BOOT_ADD0 points to 0x20000000, not to flash"],
      ["stm32f746g-disco?scenario=boot-add-erased", "BOOT_ADD0 points to 0x3FFFC000, not to flash"],
      ["stm32f746g-disco?optcr1=0x00402000", ""],
      ["nucleo-f767zi?optcr=0xCFFFAAFD&optcr1=0x00408000", ""],
    ] as const
  ) {
    const { exit, err } = await flash(query);
    assertEquals(exit, 0, err);
    if (says === "") assertEquals(err.includes("BOOT_ADD0"), false, err);
    else assertStringIncludes(err, `warning: program: ${says}`);
  }
});
