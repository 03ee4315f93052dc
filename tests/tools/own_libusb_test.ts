/** Our own libusb path on a device: the virtual board's USB, through the real library. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { BOARD, noise, openocdArgs, ToolBench, type ToolRun, toolTest } from "./support/tool.ts";

const PROGRAM = new URL("./support/own_flash.ts", import.meta.url).pathname;
const KIB_64 = 0x1_0000;
const own = (b: ToolBench, length: number): Promise<ToolRun> =>
  b.run(Deno.execPath(), "run", "-A", "--no-check", PROGRAM, String(length));

toolTest("deno", "libusb: 64 KiB are flashed and compared", async () => {
  await using b = new ToolBench(BOARD);
  const { code, text } = await own(b, KIB_64);
  assertEquals(code, 0, text);
  const serial = "0670FF485550755187121723";
  assertEquals(JSON.parse(text), { serial, place: "1-1", differing: 0 });
  assertEquals(b.board.flash.slice(0, KIB_64), noise(KIB_64));
  assertEquals(b.warnings, []);
});

toolTest("deno", "libusb: a probe that OpenOCD holds is busy, exit 75", async () => {
  await using b = new ToolBench(BOARD);
  // OpenOCD runs our program while it has the interface claimed
  const call = `exec ${Deno.execPath()} run -A --no-check ${PROGRAM} 64`;
  const { text } = await b.run(
    "openocd",
    ...openocdArgs("hla", "init", `catch {${call}} result; echo $result`, "exit"),
  );
  assertStringIncludes(text, `"slug":"usb-busy"`);
});

toolTest(
  "deno",
  "libusb: the cable is pulled in the middle: exit 20, no hang",
  async () => {
    for (const exchange of [1, 7, 30, 60, 110]) {
      await using b = new ToolBench(`${BOARD}?chaos=unplug@${exchange}`);
      const { code, text } = await own(b, KIB_64);
      assertEquals(code, 20, `at exchange ${exchange}: ${text}`);
      assertMatch(text, /"slug":"(usb-gone|probe-lost)"/);
    }
  },
);

toolTest("deno", "libusb: an unplugged board is gone from the list and comes back", async () => {
  await using b = new ToolBench(BOARD);
  b.board.unplug();
  const gone = await own(b, 64);
  assertStringIncludes(`exit ${gone.code}: ${gone.text}`, "no probe");
  b.board.replug();
  b.front.refresh();
  const { code, text } = await own(b, 64);
  assert(code === 0, text);
});
