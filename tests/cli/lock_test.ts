/** One user of a probe at a time: two processes, a holder that is killed, and every verb that opens a board. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import type { UsbDevice, UsbPipe, UsbSource } from "../../src/usb/mod.ts";
import { lockingSource, lockName, takeLock } from "../../src/cli/lock.ts";
import { programPath } from "../support/need.ts";
import { firmware, Folder, probekit, probekitProcess, ROOT } from "./support/program.ts";

const NOW = { withinMs: 0 };

/** A process that holds the lock of a name until its input ends or it is killed. */
async function holder(folder: string, what: string, how: readonly string[] = []) {
  const script = `
    import { takeLock } from "${ROOT}/src/cli/lock.ts";
    const held = await takeLock(${JSON.stringify(what)}, { withinMs: 0 }, ${
    JSON.stringify(folder)
  });
    console.log("held");
    await Deno.stdin.read(new Uint8Array(1));
    held[Symbol.dispose]();
  `;
  const [program = "", ...args] = [...how, Deno.execPath(), "eval", "-q", "--no-check", script];
  const child = new Deno.Command(program, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const end = async (): Promise<void> => {
    await child.status;
    await reader.cancel();
  };
  return {
    pid: child.pid,
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      await child.stdin.abort().catch(() => {});
      await end();
    },
    async letGo(): Promise<void> {
      await child.stdin.close();
      await end();
    },
  };
}

Deno.test("lock: a second taker is refused and told who holds it; afterwards it is free", async () => {
  using dir = new Folder();
  const held = await takeLock("probe 066", NOW, dir.path);
  const error = await assertRejects(() => takeLock("probe 066", NOW, dir.path), Fault);
  assertEquals([error.code, error.exit], ["E7510", 75]);
  assertMatch(
    error.message,
    new RegExp(`^Busy: probe 066 is in use by process ${Deno.pid} \\(probekit`),
  );
  using _other = await takeLock("probe 067", NOW, dir.path);
  held[Symbol.dispose]();
  using _again = await takeLock("probe 066", NOW, dir.path);
});

Deno.test("lock: names of probes and paths become file names that stay apart", () => {
  assertEquals(lockName("probe 066F/../x"), "probe_066F_.._x.lock");
  const long = "/a/very/long/path/".repeat(20);
  assert(lockName(`${long}one`) !== lockName(`${long}two`));
  assert(lockName(long).length < 120);
});

Deno.test("lock: whoever waits gets it when it is free, and gives up in time", async () => {
  using dir = new Folder();
  const held = await takeLock("p", NOW, dir.path);
  let ms = 0;
  const clock = {
    now: () => ms,
    sleep: (n: number) => {
      ms += n;
      if (ms === 200) held[Symbol.dispose]();
      return Promise.resolve();
    },
  };
  using _mine = await takeLock("p", { withinMs: 1000, ...clock }, dir.path);
  assertEquals(ms, 200);
  await assertRejects(() => takeLock("p", { withinMs: 1000, ...clock }, dir.path), Fault);
  assertEquals(ms, 1200);
});

Deno.test("lock: the lock of a process that was killed does not stay, though its note does", async () => {
  using dir = new Folder();
  const other = await holder(dir.path, "probe 1");
  const error = await assertRejects(() => takeLock("probe 1", NOW, dir.path), Fault);
  assertStringIncludes(error.message, `process ${other.pid} `);
  await other.kill();
  assertStringIncludes(Deno.readTextFileSync(dir.at("probe_1.lock")), String(other.pid));
  using _mine = await takeLock("probe 1", NOW, dir.path);
});

Deno.test("lock: a USB probe is locked from its opening to its closing, by serial, or by place", async () => {
  using dir = new Folder();
  let open = 0;
  const source = {
    kind: "libusb",
    clock: undefined,
    list: () => Promise.resolve([]),
    open: (device: UsbDevice) => {
      if (device.place === "gone") return Promise.reject(new Error("gone"));
      open++;
      return Promise.resolve(
        { device, [Symbol.asyncDispose]: () => Promise.resolve(void open--) } as unknown as UsbPipe,
      );
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  } as unknown as UsbSource;
  const [mine, yours] = [
    lockingSource(source, NOW, dir.path),
    lockingSource(source, NOW, dir.path),
  ];
  const ends = { interface: 0, out: 1, in: 0x81 };
  const device = (serial: string, place: string): UsbDevice => ({
    vendorId: 0x0483,
    productId: 0x374B,
    serial,
    place,
  });
  {
    await using _pipe = await mine.open(device("066", "1-1"), ends);
    await assertRejects(() => yours.open(device("066", "1-2"), ends), Fault, "Busy: probe 066");
    await using _other = await yours.open(device("", "1-2"), ends);
    await assertRejects(() => mine.open(device("", "1-2"), ends), Fault, "probe at 1-2");
    assertEquals(open, 2, "who is refused never reached the device");
  }
  assertEquals(open, 0);
  await using _pipe = await yours.open(device("066", "1-1"), ends);
  await assertRejects(() => mine.open(device("9", "gone"), ends), Error, "gone");
  using _free = await takeLock("probe 9", NOW, dir.path);
});

Deno.test("lock: every verb that opens a board says busy with exit 75, and touches nothing", async () => {
  using dir = new Folder();
  const image = dir.put("app.bin", firmware(1024));
  const state = dir.at("board.pk");
  const probe = ["--probe", `sim:stm32f746g-disco?state=${state}`];
  const verbs: readonly (readonly string[])[] = [
    ["flash", image, "--base", "0x08000000"],
    ["verify", image, "--base", "0x08000000"],
    ["erase", "--yes"],
    ["read", "0x08000000", "16"],
    ["options"],
    ["recover", "--yes"],
    ["reset"],
    ["info"],
    ["run", "backup"],
    ["plan", "backup"],
    ["gdb", "--port", "0"],
  ];
  using _held = await takeLock(`virtual board ${state}`, NOW);
  for (const verb of verbs) {
    const { exit, err } = await probekit([...verb, ...probe]);
    assertEquals(exit, 75, `${verb.join(" ")}: ${err}`);
    assertStringIncludes(
      err,
      `error[E7510 busy]: Busy: virtual board ${state} is in use by process`,
    );
    assertStringIncludes(err, "--wait-lock 60s");
  }
  assertEquals([...Deno.readDirSync(dir.path)].map((f) => f.name), ["app.bin"]);
});

Deno.test("lock: of two processes on one board, the one that waits works after the other", async () => {
  using dir = new Folder();
  const locks = dir.at("locks");
  const state = dir.at("board.pk");
  const other = await holder(locks, `virtual board ${state}`);
  const args = ["info", "--probe", `sim:stm32f746g-disco?state=${state}`];
  const env = { PROBEKIT_LOCKS: locks };
  assertEquals((await probekitProcess(args, { env })).exit, 75);
  const waits = probekitProcess([...args, "--wait-lock", "60s"], { env });
  await other.letGo();
  assertEquals((await waits).exit, 0);
  assertEquals((await probekit([...args, "--wait-lock", "soon"])).exit, 2);
});

Deno.test("lock: where no lock can be made, the way to another folder is said", async () => {
  using dir = new Folder();
  const env = { XDG_STATE_HOME: dir.put("no-folder", ""), PROBEKIT_LOCKS: "" };
  const args = ["info", "--probe", `sim:stm32f746g-disco?state=${dir.at("board.pk")}`];
  const { exit, err } = await probekitProcess(args, { env });
  assertEquals(exit, 2);
  assertStringIncludes(err, "cannot-write-file");
  assertStringIncludes(err, "PROBEKIT_LOCKS names another folder");
  const named = { ...env, PROBEKIT_LOCKS: dir.at("locks") };
  assertEquals((await probekitProcess(args, { env: named })).exit, 0);
});

Deno.test("a lock that is a link is refused, and what it leads to is neither written over nor made", async () => {
  using dir = new Folder();
  const folder = dir.at("locks");
  Deno.mkdirSync(folder);
  const mine = dir.put("mine.txt", "not a lock\n");
  for (const target of [mine, dir.at("nothing.txt")]) {
    const link = `${folder}/${lockName("probe X")}`;
    Deno.symlinkSync(target, link);
    const error = await assertRejects(() => takeLock("probe X", NOW, folder), Fault);
    assertEquals((error as Fault).slug, "cannot-write-file");
    assertStringIncludes((error as Fault).message, "it is a link");
    Deno.removeSync(link);
  }
  assertEquals(Deno.readTextFileSync(mine), "not a lock\n");
  assertEquals([...Deno.readDirSync(dir.path)].map((e) => e.name).toSorted(), [
    "locks",
    "mine.txt",
  ]);
});

/** Without what lets root write to every file. */
const POWERLESS = Deno.uid() === 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];

Deno.test({
  name:
    "lock: another user's, which may only be read, is taken all the same, and no holder is made up",
  ignore: POWERLESS.length > 0 && programPath("setpriv") === undefined,
  async fn() {
    using dir = new Folder();
    const before = await takeLock("probe X", NOW, dir.path);
    const file = dir.at(lockName("probe X"));
    assertStringIncludes(Deno.readTextFileSync(file), `"pid":${Deno.pid}`);
    before[Symbol.dispose]();
    assertEquals(Deno.readTextFileSync(file), "", "who has let go is no holder any more");
    Deno.chmodSync(file, 0o444);
    const other = await holder(dir.path, "probe X", POWERLESS);
    const error = await assertRejects(() => takeLock("probe X", NOW, dir.path), Fault);
    assertEquals(error.message, "Busy: probe X is in use by another process");
    await other.letGo();
    using _again = await takeLock("probe X", NOW, dir.path);
  },
});
