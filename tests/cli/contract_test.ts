/** What scripts may rely on: the JSON of the verbs, their exit codes, and that they do the same thing twice. */
import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import {
  firmware,
  Folder,
  noise,
  probekit,
  probekitJson,
  probekitProcess,
} from "./support/program.ts";

const SIM = "sim:stm32f746g-disco";
const KIB = 1024;
const AT = "0x08000000";

Deno.test("contract: info --json", async () => {
  const info = await probekitJson(["info", "--probe", SIM]);
  assertEquals(info.exit, 0);
  assertEquals(
    [info.chip, info.idcode, info.flashKiB, info.rdpLevel],
    ["STM32F74x/F75x", "0x10016449", 1024, 0],
  );
  assertEquals(info.probe.name, "ST-LINK/V2-1");
  assert(Math.abs(info.voltage - 3.25) < 0.01, String(info.voltage));
});

Deno.test("contract: options --json", async () => {
  const options = await probekitJson(["options", "--probe", SIM]);
  assertEquals(options.registers, { OPTCR: "0xC0FFAAFD", OPTCR1: "0x00400080" });
  assertEquals(options.notFactory, []);
  assertEquals(options.fields.RDP, { value: 0xAA, text: "level 0 (open)" });
  for (const name of ["BOR_LEV", "WWDG_SW", "IWDG_SW", "nRST_STOP", "nRST_STDBY", "BOOT_ADD0"]) {
    const { value, text } = options.fields[name];
    assertEquals([typeof value, typeof text, text !== ""], ["number", "string", true], name);
  }
});

Deno.test("contract: options --json of the damaged board names what differs", async () => {
  const options = await probekitJson(["options", "--probe", `${SIM}?scenario=so36160986`]);
  assertEquals(options.registers.OPTCR, "0x00FFAAED");
  assertEquals(options.notFactory, ["WWDG_SW", "IWDG_STDBY", "IWDG_STOP"]);
  assertEquals(options.fields.WWDG_SW.value, 0);
});

Deno.test("contract: 256 KiB of noise go in, come back the same, and are not written again", async () => {
  using dir = new Folder();
  const bytes = noise(256 * KIB);
  const image = dir.put("noise.bin", bytes);
  const probe = `${SIM}?scenario=blank&state=${dir.at("board.pk")}`;
  const flash = () => probekitJson(["flash", image, "--base", AT, "--probe", probe]);

  const first = await flash();
  assertEquals(
    [first.outcome, first.sectorsErased, first.bytesProgrammed, first.verified, first.exit],
    ["PASS", 0, 256 * KIB, true, 0],
  );
  assertEquals(first.board.state, "as-planned");
  assertLess(first.usbExchanges, 401);
  assertLess(0, first.boardTimeMs);

  const out = dir.at("back.bin");
  assertEquals((await probekit(["read", AT, "256KiB", "-o", out, "--probe", probe])).exit, 0);
  assertEquals(Deno.readFileSync(out), bytes);

  const again = await flash();
  assertEquals(
    [again.outcome, again.sectorsErased, again.bytesProgrammed, again.verified],
    ["PASS", 0, 0, true],
  );
  assertEquals(again.board.state, "untouched");
  assertLess(again.usbExchanges, first.usbExchanges / 2);

  const same = await probekitJson(["verify", image, "--base", AT, "--probe", probe]);
  assertEquals([same.exit, same.outcome, same.outputs.same], [0, "PASS", true]);
});

Deno.test("contract: flash says where the core stands", async () => {
  using dir = new Folder();
  const image = dir.put("app.bin", firmware(4 * KIB));
  const probe = `${SIM}?state=${dir.at("board.pk")}`;
  const run = await probekitJson(["flash", image, "--base", AT, "--probe", probe]);
  assertEquals([run.pc, run.dryRun], ["0x08000200", false]);
  const { core } = await probekitJson(["info", "--probe", probe]);
  assertEquals(core, "running");
  const halt = await probekitJson(["flash", image, "--base", AT, "--halt", "--probe", probe]);
  assertEquals([halt.pc, halt.bytesProgrammed], ["0x08000200", 0]);
});

for (const ending of ["bin", "hex", "srec"]) {
  Deno.test(`contract: read -o FILE.${ending} can be flashed again`, async () => {
    using dir = new Folder();
    const image = dir.put("app.bin", firmware(3000));
    const probe = `${SIM}?state=${dir.at("board.pk")}`;
    await probekit(["flash", image, "--base", AT, "--probe", probe]);
    const file = dir.at(`copy.${ending}`);
    const read = await probekitJson(["read", AT, "3000", "-o", file, "--probe", probe]);
    assertEquals([read.exit, read.address, read.length, read.file], [0, 0x0800_0000, 3000, file]);
    const base = ending === "bin" ? ["--base", AT] : [];
    const again = await probekitJson(["flash", file, ...base, "--probe", probe]);
    assertEquals([again.exit, again.bytesProgrammed, again.sectorsErased], [0, 0, 0]);
  });
}

Deno.test("contract: without a probe exit 20, what was looked for, and the virtual board by name", async () => {
  // with this machine's libusb, if it has one, and as on a machine that has none
  const library = Deno.env.get("PROBEKIT_LIBUSB") ?? "";
  const verbs = [["info"], ["flash", "tests/fixtures/hello.hex"], ["run", "backup"]];
  for (
    const [args, PROBEKIT_LIBUSB] of verbs.flatMap((v) => [[v, library], [v, "/none.so"]] as const)
  ) {
    const { exit, out, err } = await probekitProcess(args, {
      env: { PROBEKIT_PROBE: "", PROBEKIT_LIBUSB },
    });
    assertEquals(exit, 20, args.join(" ") + out + err);
    assertStringIncludes(err, "libusb");
    assertStringIncludes(err, "--probe sim:stm32f746g-disco");
    assertEquals(out.includes("STM32F7"), false);
  }
});
