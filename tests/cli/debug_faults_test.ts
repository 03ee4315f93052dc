/** What `probekit debug` refuses before it touches a board, and how that reads. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Fault } from "../../mod.ts";
import { debugElf, findGdb, gdbArguments } from "../../src/cli/mod.ts";
import { needs, programPath } from "../support/need.ts";
import { debugRun, HELLO_ELF, HELLO_HEX } from "./support/debugged.ts";
import { Folder, normalised, probekit, ROOT } from "./support/program.ts";

const SIM = "sim:stm32f746g-disco";
const elf = Deno.readFileSync(HELLO_ELF);

/** The ELF without its section headers: no symbols, no lines; it can still be programmed. */
function stripped(): Uint8Array {
  const bytes = elf.slice();
  const view = new DataView(bytes.buffer);
  view.setUint32(32, 0, true); // e_shoff
  for (const at of [48, 50]) view.setUint16(at, 0, true); // e_shnum, e_shstrndx (TIS ELF 1.2)
  return bytes;
}
/** A gdb for tests that never get as far as running it. */
const asIf = (dir: Folder): string => {
  const path = dir.put("gdb-multiarch", "#!/bin/sh\necho GNU gdb\n");
  Deno.chmodSync(path, 0o755);
  return path;
};
const typed = (...args: readonly string[]) => probekit(["debug", ...args, "--probe", SIM]);

Deno.test("debug: HEX and raw bytes are no ELF; the ELF beside is named", async (t) => {
  using dir = new Folder();
  const hex = dir.put("hello.hex", Deno.readFileSync(HELLO_HEX));
  await t.step("alone", async (t) => {
    const { exit, err } = await typed(hex);
    assertEquals(exit, 2);
    await t.assertSnapshot(normalised(err, dir));
  });
  await t.step("beside", async () => {
    dir.put("hello.elf", elf);
    assertMatch((await typed(hex)).err, /probekit debug \S+\/hello\.elf\n/);
  });
  await t.step("bin", async () => {
    const { exit, err } = await typed(dir.put("app.bin", elf.slice(0x1000)));
    assertEquals(exit, 2);
    assertMatch(err, /E0200 bad-usage[^]*no ELF file[^]*raw bytes/);
  });
  await t.step("nothing known", async () => {
    assertMatch((await typed(dir.put("app.txt", "hello"))).err, /begins with 68 65 6c 6c 6f/);
  });
  await t.step("absent", async () => {
    assertMatch((await typed(dir.at("none.elf"))).err, /E0201 cannot-read-file/);
  });
  await t.step("of another machine", async () => {
    const other = elf.slice();
    other[18] = 62;
    const { exit, err } = await typed(dir.put("pc.elf", other));
    assertEquals(exit, 2);
    assertMatch(err, /E0281 image-wrong-machine[^]*x86-64/);
  });
});

Deno.test("debug: what is linked for RAM is left to gdb's load, and how is said", async () => {
  using dir = new Folder();
  const bytes = elf.slice();
  new DataView(bytes.buffer).setUint32(52 + 12, 0x2000_0000, true); // p_paddr of the first segment
  const file = dir.put("ram.elf", bytes);
  const { exit, err } = await typed(file);
  assertEquals(exit, 2);
  assertMatch(err, /data to be loaded into RAM, at 0x20000000/);
  assertMatch(err, /probekit debug \S+ram\.elf --no-flash -- -ex load/);
  assertEquals((await debugElf(file, undefined)).warnings, []);
});

Deno.test("debug: a function that is not there is refused before the program runs past it", async (t) => {
  using dir = new Folder();
  const { exit, err } = await typed(HELLO_ELF, "--break", "mian");
  assertEquals(exit, 2);
  await t.assertSnapshot(normalised(err, dir));
  const bare = dir.put("bare.elf", stripped());
  const empty = dir.put("empty.elf", stripped().slice(0, 0x1248)); // without its name tables too
  assertMatch((await typed(empty, "--break", "main")).err, /no symbols: it was built without/);
  // clock_216_mhz is inlined into main: gdb stops there, though it is no symbol
  for (const where of ["main", "clock_216_mhz", "main.c:95", "*0x08000100", undefined]) {
    assertEquals((await debugElf(HELLO_ELF, where)).warnings, []);
  }
  const { warnings } = await debugElf(bare, "*0x08000100");
  assertMatch(warnings.join(), /has no symbols: gdb knows only addresses/);
});

needs(
  "gdb-multiarch",
  programPath("gdb-multiarch") !== undefined,
  "debug: an ELF without symbols is debugged by address, with a warning",
  async () => {
    using dir = new Folder();
    const { code, said } = await debugRun([
      ...[dir.put("bare.elf", stripped()), "--break", "*0x0800006c", "--batch", "--probe", SIM],
      ...["--", "-nx", "-ex", "info registers pc"],
    ]);
    assertEquals(code, 0, said);
    assertMatch(said, /^warning: \S+bare\.elf has no symbols/m);
    assertMatch(said, /pc +0x800006c/);
  },
);

Deno.test("debug: no gdb on this machine: the package is named", async (t) => {
  const { code, said } = await debugRun([HELLO_ELF, "--probe", SIM], {
    env: { PATH: "/nowhere" },
    command: [
      Deno.execPath(),
      "run",
      "-q",
      "-A",
      "--no-check",
      `${ROOT}/tasks/probekit.ts`,
      "debug",
    ],
  });
  assertEquals(code, 20, said);
  await t.assertSnapshot(normalised(said));
  const error = await assertRejects(() => findGdb("/nowhere/gdb"), Fault, "/nowhere/gdb");
  assertEquals(error.code, "E2061");
});

Deno.test("debug: a gdb that Deno may not run: what would let it", async (t) => {
  using dir = new Folder();
  const gdb = asIf(dir);
  const named = await debugRun([HELLO_ELF, "--gdb", gdb, "--probe", SIM]);
  assertEquals(named.code, 20, named.said);
  await t.assertSnapshot(normalised(named.said.replaceAll(" -- -nx", ""), dir));
  const other = dir.put("my-gdb", "");
  const env = { PROBEKIT_GDB: other };
  const { code, said } = await debugRun([HELLO_ELF, "--probe", SIM], { env });
  assertEquals(code, 20, said);
  assertMatch(said, /E2062 gdb-not-allowed[^]*deno run -A \S+\/tasks\/probekit\.ts debug /);
});

Deno.test("debug: a gdb that knows no Arm, and what is no gdb", async (t) => {
  using dir = new Folder();
  const put = (name: string, says: string, code = 0): string => {
    const path = dir.put(name, `#!/bin/sh\necho '${says}'\nexit ${code}\n`);
    Deno.chmodSync(path, 0o755);
    return path;
  };
  const { exit, err } = await typed(
    HELLO_ELF,
    "--gdb",
    put("gdb", 'GNU gdb (GDB) 13.1\nUndefined item: "armv7e-m".', 1),
  );
  assertEquals(exit, 20);
  await t.assertSnapshot(normalised(err, dir));
  assertMatch((await typed(HELLO_ELF, "--gdb", put("x", "hello"))).err, /: it is no gdb\n/);
  const plain = dir.put("plain.txt", "hello");
  assertMatch((await typed(HELLO_ELF, "--gdb", plain)).err, /E2063 gdb-not-for-arm/);
  assertEquals(await findGdb(put("mine", "GNU gdb 14")), dir.at("mine"));
});

Deno.test("debug: a port that is taken, and one that is none; the board is not touched", async () => {
  using dir = new Folder();
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = other.addr as Deno.NetAddr;
  const state = dir.at("board.pk");
  const words = ["debug", HELLO_ELF, "--gdb", asIf(dir), "--probe", `${SIM}?state=${state}`];
  const taken = await probekit([...words, "--port", String(port)]);
  assertEquals(taken.exit, 75, taken.err);
  assertMatch(taken.err, /E7503 gdb-port-in-use[^]*--port/);
  const none = await probekit([...words, "--port", "70000"]);
  assertEquals(none.exit, 2, none.err);
  assertStringIncludes(none.err, '"70000" is no TCP port');
  assertEquals([...Deno.readDirSync(dir.path)].map((f) => f.name), ["gdb-multiarch"]);
});

Deno.test("debug: what gdb is told, in order", () => {
  const wish = { elf: "-odd.elf", port: 4000, batch: true, tui: false, more: ["-ex", "bt"] };
  assertEquals(gdbArguments({ ...wish, stopAt: "main" }), [
    ...["-q", "-batch"],
    ...["-ex", "set mem inaccessible-by-default off"],
    ...["-ex", "target extended-remote 127.0.0.1:4000"],
    ...["-ex", "tbreak main", "-ex", "continue", "./-odd.elf", "-ex", "bt"],
  ]);
  const quiet = gdbArguments({ ...wish, stopAt: undefined, batch: false, tui: true, more: [] });
  assert(quiet.includes("-tui") && !quiet.includes("continue"));
});
