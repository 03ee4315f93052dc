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
  const none = await sim("--", TASK);
  assertEquals([none.code, none.err], [126, `${TASK} is no program that can be run\n`]);
});
Deno.test("sim: what it does not take is said, not tried", async () => {
  const cases: [string[], number, string][] = [
    [["--usb", "3240"], 2, "There is no option --usb"],
    [["--board", "sim:stm32f746g-disco"], 2, "--board alone does nothing"],
    [
      ["--board", "sim:stm32f746g-disco?state=/", "--usbip", "0"],
      2,
      "Cannot read /: it is a folder",
    ],
  ];
  for (const [args, code, words] of cases) {
    const got = await sim(...args);
    assertEquals(got.code, code, got.err);
    assertStringIncludes(got.err, words);
  }
});
Deno.test("sim: a port that another program has", async () => {
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = other.addr as Deno.NetAddr;
  for (const way of ["--usbip", "--stlink-server"]) {
    const { code, err } = await sim(way, String(port));
    assertEquals(code, 75);
    assertStringIncludes(err, "error[E7505 sim-cannot-listen]");
  }
});
Deno.test("sim: with the permissions of bin/probekit it says how programs are started", async () => {
  const program = new URL("../../bin/probekit", import.meta.url).pathname;
  const { code, stderr } = await new Deno.Command(program, {
    args: ["sim", "--", "st-info"],
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 2);
  assertStringIncludes(new TextDecoder().decode(stderr), "Only `deno task sim -- st-info`");
});
toolTest("st-flash", "sim: image=FILE is what is in flash", async () => {
  using folder = new Folder();
  folder.put("image.bin", noise(2048));
  const board = `sim:stm32f746g-disco?image=${folder.path}/image.bin`;
  const back = `${folder.path}/back.bin`;
  const read = await sim("--board", board, "st-flash", "read", back, "0x8000000", "2048");
  assertEquals(read.code, 0, read.err);
  assertEquals(folder.get("back.bin"), noise(2048));
});

/** `sim` under way with a program that has said `ready`. */
async function running(board: string, script: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", TASK, "--board", board, "sh", "-c", script],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  const text = new TextDecoder();
  let said = "";
  while (!said.includes("ready")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`it ended: ${said}`);
    said += text.decode(value, { stream: true });
  }
  return {
    child,
    async rest() {
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        said += text.decode(part.value, { stream: true });
      }
      return { said, code: (await child.status).code };
    },
  };
}
const WAITING = "trap 'echo told; exit 3' TERM; echo ready; while :; do sleep 0.05; done";

toolTest("st-info", "sim: a board in a file is one process's at a time", async () => {
  using folder = new Folder();
  const board = `sim:stm32f746g-disco?state=${folder.path}/board.pk`;
  const first = await running(board, WAITING);
  Deno.symlinkSync(folder.path, `${folder.path}/same`);
  Deno.mkdirSync(`${folder.path}/sub`);
  for (const path of ["board.pk", "same/board.pk", "sub/../board.pk"]) {
    const again = `sim:stm32f746g-disco?state=${folder.path}/${path}`;
    const second = await sim("--board", again, "st-info", "--serial");
    assertEquals(second.code, 75, path);
    assertStringIncludes(second.err, "error[E7510 busy]");
  }
  first.child.kill("SIGTERM");
  await first.rest();
  assertEquals((await sim("--board", board, "st-info", "--serial")).code, 0);
});
toolTest("st-info", "sim: SIGTERM ends the program too; Ctrl-C is the program's own", async () => {
  const run = await running("sim:stm32f746g-disco", WAITING);
  run.child.kill("SIGINT");
  await new Promise((done) => setTimeout(done, 700)); // longer than a doubled signal takes
  run.child.kill("SIGINT");
  await new Promise((done) => setTimeout(done, 100));
  run.child.kill("SIGTERM");
  const { said, code } = await run.rest();
  assertEquals([said, code], ["ready\ntold\n", 143]);
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
  const two = ["--board", "sim:stm32f746g-disco?boards=2"];
  const { code, err } = await sim(
    ...two,
    "--usbip",
    "0",
    "--stlink-server",
    "0",
    "st-info",
    "--probe",
  );
  assertEquals(code, 0);
  // usbip takes the port before its command only
  assertMatch(err, /USB\/IP: usbip --tcp-port \d+ attach -r 127\.0\.0\.1 -b 1-1\n/);
  assertMatch(err, /USB\/IP: usbip --tcp-port \d+ attach -r 127\.0\.0\.1 -b 1-2\n/);
  assertMatch(err, /stlink-server: openocd -c 'hla_stlink_backend tcp \d+'/);
});
