/** The program itself over the real libusb: the first owner's day, from the list of probes to a mended board. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { BOARD, noise, ToolBench, type ToolRun, toolTest } from "./support/tool.ts";

const PROGRAM = new URL("../../tasks/probekit.ts", import.meta.url).pathname;
const KIB_16 = 0x4000;
const cli = (b: ToolBench, ...args: readonly string[]): Promise<ToolRun> =>
  b.run(Deno.execPath(), "run", "-A", "--no-check", PROGRAM, ...args);
const FLASH = ["flash", "image.bin", "--base", "0x08000000"];

async function bench(query = ""): Promise<ToolBench> {
  const b = new ToolBench(`${BOARD}${query}`);
  b.folder.put("image.bin", noise(KIB_16));
  return await Promise.resolve(b);
}

toolTest("deno", "probekit over libusb: probes, flash, verify", async () => {
  await using b = await bench();
  assertStringIncludes(
    (await cli(b, "probes")).text,
    "1-1      ST-LINK/V2-1   0670FF485550755187121723",
  );
  const flashed = await cli(b, ...FLASH);
  assertEquals(flashed.code, 0, flashed.text);
  assertEquals(b.board.flash.slice(0, KIB_16), noise(KIB_16));
  const verified = await cli(b, "verify", "image.bin", "--base", "0x08000000");
  assertEquals(verified.code, 0, verified.text);
  b.board.putFlash(0x0800_0100, Uint8Array.of(0x5A));
  const differs = await cli(b, "verify", "image.bin", "--base", "0x08000000");
  assert(differs.code !== 0, differs.text);
  assertEquals(b.warnings, []);
});

toolTest("deno", "probekit over libusb: two probes are told apart by serial", async () => {
  await using b = await bench("?boards=2");
  const which = await cli(b, "info");
  assertStringIncludes(which.text, "E2012");
  const second = await cli(b, "info", "--probe", b.sim.boards[1]!.usb.serial);
  assertEquals(second.code, 0, second.text);
});

toolTest("deno", "probekit over libusb: SO 36160986 is recovered and flashed", async () => {
  await using b = await bench("?scenario=so36160986");
  const refused = await cli(b, ...FLASH);
  assert(refused.code !== 0, refused.text);
  const mended = await cli(b, "recover", "--yes");
  assertEquals(mended.code, 0, mended.text);
  const { OPTCR } = b.board.options.written;
  assertEquals(OPTCR, 0xC0FF_AAFC, "factory, OPTLOCK apart");
  const flashed = await cli(b, ...FLASH);
  assertEquals(flashed.code, 0, flashed.text);
  assertEquals(b.board.flash.slice(0, KIB_16), noise(KIB_16));
});

toolTest("deno", "probekit over libusb: the cable is pulled: exit 20, 22 or 40", async () => {
  const exits = new Set<number>();
  for (const at of [1, 5, 20, 45, 60, 75]) {
    await using b = await bench(`?chaos=unplug@${at}`);
    const { code, text } = await cli(b, ...FLASH);
    assert([20, 22, 40].includes(code), `exit ${code} at exchange ${at}\n${text}`);
    assert(!text.includes("E0100"), text);
    exits.add(code);
  }
  assert(exits.has(20), `${[...exits]}`);
});
