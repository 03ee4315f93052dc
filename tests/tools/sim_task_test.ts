/** `probekit sim`: any program on the virtual board, from the command line. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Folder, noise, toolTest } from "./support/tool.ts";

const TASK = new URL("../../tasks/sim.ts", import.meta.url).pathname;

async function sim(
  ...args: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", TASK, ...args],
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

Deno.test("sim: without anything to do it lists boards and scenarios", async () => {
  const { code, out } = await sim();
  assertEquals(code, 0);
  assertStringIncludes(out, "sim:stm32f746g-disco");
  assertStringIncludes(out, "?scenario=so36160986");
});
Deno.test("sim: a wrong board, a wrong port", async () => {
  const board = await sim("--board", "sim:arduino", "--usbip", "0");
  assertEquals(board.code, 2);
  assertStringIncludes(board.err, "error[E0203 sim-unknown-board]");
  const port = await sim("--usbip", "3240x");
  assertEquals(port.code, 2);
  assertStringIncludes(port.err, "--usbip takes a port, not 3240x");
});
toolTest("st-info", "sim: a program's output and exit code are its own", async () => {
  const { code, out } = await sim("--", "st-info", "--serial");
  assertEquals([code, out.trim()], [0, "0670FF485550755187121723"]);
  const failed = await sim("--board", "sim:stm32f746g-disco?scenario=rdp2", "st-flash", "reset");
  assertEquals(failed.code, 255);
  const missing = await sim("no-such-program");
  assertEquals(missing.code, 127);
  assertStringIncludes(missing.err, "no-such-program is not on this machine");
});
toolTest("st-flash", "sim: state=FILE keeps what a program did", async () => {
  using folder = new Folder();
  folder.put("image.bin", noise(1024));
  const board = `sim:stm32f746g-disco?state=${folder.path}/board.pk`;
  const wrote = await sim(
    "--board",
    board,
    "st-flash",
    "write",
    `${folder.path}/image.bin`,
    "0x8000000",
  );
  assertEquals(wrote.code, 0, wrote.err);
  const back = `${folder.path}/back.bin`;
  const read = await sim("--board", board, "st-flash", "read", back, "0x8000000", "1024");
  assertEquals(read.code, 0, read.err);
  assertEquals(folder.get("back.bin"), noise(1024));
});
toolTest("st-info", "sim: it serves other ways besides", async () => {
  const { code, err } = await sim("--usbip", "0", "--stlink-server", "0", "st-info", "--probe");
  assertEquals(code, 0);
  assertMatch(err, /USB\/IP: usbip attach -r 127\.0\.0\.1 --tcp-port \d+ -b 1-1/);
  assertMatch(err, /stlink-server: openocd -c 'hla_stlink_backend tcp \d+'/);
});
