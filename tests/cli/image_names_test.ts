/** What compilers call their files: an image is known by what is in it, and by these names. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { encodeHex, encodeSrec } from "../../mod.ts";
import { firmware, Folder, probekit, probekitJson, ROOT } from "./support/program.ts";

const SIM = "sim:stm32f746g-disco";
const ELF = `${ROOT}/tests/fixtures/hello.elf`;

Deno.test("images: flash, verify and status take what linkers and objcopy call them", async () => {
  using dir = new Folder();
  const pieces = [{ at: 0x0800_0000, bytes: firmware(1024), from: "here" }];
  const elf = Deno.readFileSync(ELF);
  const hex = new TextEncoder().encode(encodeHex(pieces));
  const srec = new TextEncoder().encode(encodeSrec(pieces));
  const named = { elf, axf: elf, out: elf, ihx: hex, s28: srec, s37: srec, S37: srec };
  for (const [ending, bytes] of Object.entries(named)) {
    const file = dir.put(`app.${ending}`, bytes);
    const probe = `${SIM}?state=${dir.at(`${ending}.pk`)}`;
    const done = await probekitJson(["flash", file, "--probe", probe]);
    assertEquals([done.exit, done.outcome], [0, "PASS"], ending);
    assertEquals((await probekit(["verify", file, "--probe", probe])).exit, 0, ending);
    assertEquals((await probekit(["status", "--expect", file, "--probe", probe])).exit, 0, ending);
  }
});

Deno.test("images: a name that says nothing is refused with the names that do, and with a way on", async () => {
  using dir = new Folder();
  const { exit, err } = await probekit([
    "flash",
    dir.put("app", Deno.readFileSync(ELF)),
    "--probe",
    SIM,
  ]);
  assertEquals(exit, 2);
  assertStringIncludes(err, "must be a file that ends in .elf, .axf, .out, .hex,");
  assertStringIncludes(err, "Give a file with another name by a link or a copy that ends so");
});

Deno.test("images: an .out that is something else is refused before a board is touched", async () => {
  using dir = new Folder();
  const file = dir.put("a.out", new Uint8Array([1, 2, 3, 4]));
  const { exit, err } = await probekit(["flash", file, "--probe", SIM]);
  assertEquals(exit, 2);
  assertStringIncludes(err, "it does not begin with 7F 45 4C 46");
  assertStringIncludes(err, "untouched");
  assertEquals(err.includes("attached"), false, err);
});
