/** What people see when things go well, and when they go wrong in the middle: golden transcripts. */
import { assertEquals } from "@std/assert";
import { Folder, normalised, noise, probekit, ROOT } from "../cli/support/program.ts";

/** Numbers that speed changes are free to change. */
const timeless = (text: string): string =>
  text
    .replaceAll(/[\d.]+ s of board time, \d+ USB exchanges/g, "T s of board time, N USB exchanges")
    .replaceAll(/Estimated [\d.]+ s/g, "Estimated T s")
    .replaceAll(/ {2}[\d.]+ KiB\/s/g, "  R KiB/s");

/** Types commands one after the other on one board; gives all that was seen. */
async function session(
  dir: Folder,
  selector: string,
  commands: readonly (readonly [type: string, exit: number, chaos?: string])[],
): Promise<string> {
  Deno.copyFileSync(`${ROOT}/tests/fixtures/hello.hex`, dir.at("hello.hex"));
  let seen = "";
  for (const [type, exit, chaos] of commands) {
    const words = type.replaceAll("DIR", dir.path).split(" ");
    const probe = `sim:${selector}&state=${dir.at("board.pk")}${chaos ? `&chaos=${chaos}` : ""}`;
    const ran = await probekit([...words, "--probe", probe]);
    seen += `$ probekit ${type}${chaos ? `   # ${chaos}` : ""}\n${ran.out}${ran.err}exit ${ran.exit}\n\n`;
    assertEquals([type, ran.exit], [type, exit], ran.err);
  }
  return timeless(normalised(seen, dir));
}

Deno.test("transcript: the damaged board, from refusal to a running program", async (t) => {
  using dir = new Folder();
  const seen = await session(dir, "stm32f746g-disco?scenario=so36160986", [
    ["info", 0],
    ["options", 0],
    ["flash DIR/hello.hex", 11],
    ["plan recover-option-bytes --set backup=DIR/backup", 0],
    ["recover --backup DIR/backup", 0],
    ["recover --backup DIR/backup", 0],
    ["flash DIR/hello.hex", 0],
    ["flash DIR/hello.hex", 0],
    ["verify DIR/hello.hex", 0],
    ["reset --halt", 0],
  ]);
  await t.assertSnapshot(seen);
});

Deno.test("transcript: a locked board is opened, at the price of its flash", async (t) => {
  using dir = new Folder();
  const seen = await session(dir, "stm32f746g-disco?scenario=rdp1", [
    ["recover --allow-erase --backup DIR/backup", 0],
    ["read 0x08000000 16", 0],
  ]);
  await t.assertSnapshot(seen);
});

Deno.test("transcript: reading, erasing, other content", async (t) => {
  using dir = new Folder();
  dir.put("noise.bin", noise(40_000, 9));
  const seen = await session(dir, "stm32f746g-disco?scenario=factory", [
    ["flash DIR/noise.bin --base 0x08000000 --halt", 0],
    ["flash DIR/noise.bin --base 0x08000000 --dry-run", 0],
    ["verify DIR/hello.hex", 10],
    ["read 0x08000000 64", 0],
    ["erase --sectors 1 --yes", 0],
    ["erase --sectors 0..7 --dry-run", 0],
    ["backup --to DIR/backup", 0],
  ]);
  await t.assertSnapshot(seen);
});

Deno.test("transcript: trouble in the middle of a flash", async (t) => {
  const troubles: readonly (readonly [string, number])[] = [
    ["stuck@0x08000100:0", 22],
    ["unplug@150", 20],
    ["lost@150", 20],
    ["wait@120:60", 0],
    ["sag@150:1.9", 22],
    ["sag@200:1.5", 21],
    ["bite@150", 11],
  ];
  for (const [chaos, exit] of troubles) {
    await t.step(chaos, async (t) => {
      using dir = new Folder();
      const seen = await session(dir, "stm32f746g-disco?scenario=factory", [
        ["flash DIR/hello.hex --quiet", exit, chaos],
      ]);
      await t.assertSnapshot(seen);
    });
  }
});
