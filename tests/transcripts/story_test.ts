/** What people see when things go well, and when they go wrong in the middle: golden transcripts. */
import { assert, assertEquals } from "@std/assert";
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

/** Where a clean flash programs its first words: the transfer's number, and the board's time in ms. */
async function firstProgram(): Promise<{ transfer: number; ms: number }> {
  using dir = new Folder();
  const trace = dir.at("trace.jsonl");
  const probe = "sim:stm32f746g-disco?scenario=factory";
  const hello = `${ROOT}/tests/fixtures/hello.hex`;
  await probekit(["flash", hello, "--quiet", "--probe", probe, "--trace", trace]);
  const moved = Deno.readTextFileSync(trace).trim().split("\n").map((l) => JSON.parse(l))
    .filter((l) => l.type === "out" || l.type === "in");
  const i = moved.findIndex((l) => l.type === "out" && l.data.startsWith("f208"));
  assert(i > 0);
  return { transfer: i + 1, ms: Math.floor(moved[i].at) };
}

Deno.test("transcript: trouble in the middle of a flash", async (t) => {
  const { transfer, ms } = await firstProgram();
  const troubles: readonly (readonly [name: string, chaos: string, exit: number])[] = [
    ["a bit that cannot be programmed", "stuck@0x08000100:0", 22],
    ["unplugged", `unplug@${transfer}`, 20],
    ["a transfer is lost", `lost@${transfer}`, 20],
    ["the bus says WAIT for a while", "wait@120:60", 0],
    ["the supply sags", `sag@${ms - 1}:1.9`, 22],
    ["the supply is gone", `sag@${ms - 1}:1.5`, 21],
    ["a watchdog resets the chip before anything is written", `bite@${ms - 300}`, 11],
  ];
  for (const [name, chaos, exit] of troubles) {
    await t.step(name, async (t) => {
      using dir = new Folder();
      const seen = await session(dir, "stm32f746g-disco?scenario=factory", [
        ["flash DIR/hello.hex --quiet", exit, chaos],
      ]);
      await t.assertSnapshot(seen.replaceAll(chaos, name));
    });
  }
});
