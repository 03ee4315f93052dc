/** The ways in: tasks of deno.json, bin/probekit, probekit.mk. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { firmware, Folder, ROOT } from "./support/program.ts";
import { needsProgram } from "../support/need.ts";

const PROGRAM = "tasks/probekit.ts";
/** The flags between `deno run` and the program. */
const flagsOf = (command: string): string =>
  /deno[^|]* run (?:-q )?(.*?) (?:--config \S+ )?\S*tasks\/probekit\.ts/.exec(command)?.[1] ?? "";

const programTasks = Object.entries(config.tasks as Record<string, { command: string }>)
  .filter(([, { command }]) => command.includes(PROGRAM));

Deno.test("doors: every task that starts the program gives it the same permissions as bin/probekit", () => {
  const script = Deno.readTextFileSync(`${ROOT}/bin/probekit`);
  const wanted = flagsOf(script.split("\n").find((l) => l.startsWith("exec")) ?? "");
  assertMatch(
    wanted,
    /^--no-prompt --allow-read --allow-write --allow-env --allow-net --allow-run=gdb-multiarch,arm-none-eabi-gdb --allow-ffi=\S+$/,
  );
  assert(programTasks.length >= 16, String(programTasks.length));
  for (const [name, { command }] of programTasks) assertEquals(flagsOf(command), wanted, name);
});

Deno.test("doors: a task is called like its verb, and says the verb's words", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-check", "-A", `${ROOT}/${PROGRAM}`, "--help"],
    stdout: "piped",
  }).output();
  assertEquals(code, 0);
  const help = new TextDecoder().decode(stdout);
  for (const [name, { command }] of programTasks) {
    if (name === "probekit") continue;
    assertEquals(command.split(" ").at(-1), name);
    assertMatch(help, new RegExp(`^ {2}${name}\\b`, "m"));
  }
});

Deno.test("doors: bin/probekit starts through links to it, to links, and to its folder", async () => {
  using dir = new Folder();
  Deno.mkdirSync(dir.at("a b"));
  Deno.symlinkSync(`${ROOT}/bin/probekit`, dir.at("a b/probekit"));
  Deno.symlinkSync("a b/probekit", dir.at("relative"));
  Deno.symlinkSync(`${ROOT}/bin`, dir.at("folder"));
  const said = async (env: Record<string, string>, line: string) => {
    const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
      args: ["-c", line],
      cwd: dir.path,
      env,
      stdout: "piped",
      stderr: "piped",
    }).output();
    return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
  };
  const env = { DENO: Deno.execPath() };
  for (const link of ["'a b/probekit'", "./relative", "folder/probekit"]) {
    const { code, out, err } = await said(env, `${link} --version`);
    assertEquals([code, out, err], [0, `${config.version}\n`, ""], link);
  }
  Deno.mkdirSync(dir.at("bare"));
  for (const word of ["dirname", "readlink"]) {
    Deno.symlinkSync(`/usr/bin/${word}`, dir.at(`bare/${word}`));
  }
  const none = await said({ DENO: "", PATH: dir.at("bare") }, "/bin/sh ./relative --version");
  assertEquals(none.code, 127);
  assertStringIncludes(none.err, "neither deno nor npx is on PATH: install Deno");
});

Deno.test("doors: with the permissions of its task the program works on a virtual board", async () => {
  using dir = new Folder();
  const image = dir.put("app.bin", firmware(4096));
  const probe = `sim:stm32f746g-disco?state=${dir.at("board.pk")}`;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "flash", image, "--base", "0x08000000", "--probe", probe, "--json"],
    cwd: ROOT,
    stdout: "piped",
    stderr: "piped",
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  assertEquals(JSON.parse(new TextDecoder().decode(stdout)).outcome, "PASS");
});

needsProgram(
  "make",
  "doors: include probekit.mk: flash, verify, and again nothing to do",
  async () => {
    using dir = new Folder();
    dir.put("app.bin", firmware(4096));
    dir.put("Makefile", `IMAGE = app.bin\nBASE = 0x08000000\ninclude ${ROOT}/probekit.mk\n`);
    const make = async (...words: readonly string[]) => {
      const probe = "PROBE=sim:stm32f746g-disco?state=board.pk";
      const { code, stdout, stderr } = await new Deno.Command("make", {
        args: ["-s", ...words, probe, "PROBEKIT_FLAGS=--json"],
        cwd: dir.path,
        env: { DENO: Deno.execPath() },
        stdout: "piped",
        stderr: "piped",
      }).output();
      const err = new TextDecoder().decode(stderr);
      return { code, err, out: new TextDecoder().decode(stdout) };
    };
    const first = await make("flash");
    assertEquals(first.code, 0, first.err);
    assertEquals(JSON.parse(first.out).bytesProgrammed, 4096);
    assertEquals((await make("verify")).code, 0);
    const again = JSON.parse((await make("flash")).out);
    assertEquals([again.bytesProgrammed, again.sectorsErased], [0, 0]);
    dir.put("app.bin", firmware(4096, 2));
    const differs = await make("verify");
    assertEquals(differs.code, 2); // what make makes of every error
    assertStringIncludes(differs.err, "Error 10");
  },
);

needsProgram(
  "make",
  "doors: included above all else, probekit.mk takes neither plain make nor an IMAGE of later",
  async () => {
    using dir = new Folder();
    const make = async (file: string, ...words: readonly string[]) => {
      dir.put("Makefile", file);
      const { code, stdout, stderr } = await new Deno.Command("make", {
        args: ["--warn-undefined-variables", ...words, "PROBEKIT=echo CALLED"],
        cwd: dir.path,
        env: { MAKEFLAGS: "" },
        stdout: "piped",
        stderr: "piped",
      }).output();
      const [out, err] = [stdout, stderr].map((b) => new TextDecoder().decode(b));
      return { code, out: out ?? "", err: err ?? "" };
    };
    dir.put("app.hex", new Uint8Array());
    const include = `include ${ROOT}/probekit.mk\n`;
    for (const boards of ["", "BOARDS = alpha beta\n"]) {
      const plain = await make(`${boards}IMAGE = app.hex\n${include}all:\n\t@echo BUILT\n`);
      assertEquals([plain.code, plain.out], [0, "BUILT\n"], plain.err);
      const none = await make(`${boards}IMAGE = app.hex\n${include}`);
      assertEquals([none.code, none.out], [2, ""], none.err);
      for (const verb of ["flash", "verify", boards ? "debug-alpha" : "debug"]) {
        const late = await make(`${boards}${include}IMAGE = app.hex\n`, verb);
        assertEquals([late.code, late.out], [2, ""], `${boards}${verb}: ${late.err}`);
        assertMatch(late.err, /set (?:ELF or )?IMAGE above the line that includes probekit\.mk/);
      }
    }
    const early = await make(`a: ; @echo A\nIMAGE = app.hex\n${include}`);
    assertEquals(early.out, "A\n");
    const flashed = await make(`IMAGE = app.hex\n${include}`, "flash");
    assertEquals([flashed.code, flashed.out.includes("CALLED flash app.hex")], [0, true]);
  },
);

needsProgram(
  "make",
  "doors: probekit.mk finds its program beside it, however it is included, also in folders with spaces",
  async () => {
    using dir = new Folder();
    Deno.mkdirSync(dir.at("a b/c d"), { recursive: true });
    Deno.symlinkSync(ROOT, dir.at("a b/c d/kit"));
    Deno.symlinkSync(`${ROOT}/probekit.mk`, dir.at("probekit.mk"));
    const deep = "a\\ b/c\\ d/kit/probekit.mk";
    const found: readonly (readonly [include: string, program: string])[] = [
      [`${ROOT}/probekit.mk`, `${ROOT}/bin/probekit`],
      ["probekit.mk", "./bin/probekit"],
      [deep, "a b/c d/kit/bin/probekit"],
      [`${dir.path}/${deep}`, `${dir.path}/a b/c d/kit/bin/probekit`],
      [`other.mk ${deep}`, "a b/c d/kit/bin/probekit"],
    ];
    dir.put("other.mk", "A = 1\n");
    for (const [path, program] of found) {
      dir.put("Makefile", `include ${path}\n`);
      const { code, stdout, stderr } = await new Deno.Command("make", {
        args: ["-n", "options", "PROBE="],
        cwd: dir.path,
        env: { MAKEFLAGS: "" },
      }).output();
      const said = new TextDecoder().decode(stdout).trim();
      assertEquals([code, said], [0, `'${program}' options`], new TextDecoder().decode(stderr));
    }
    dir.put("Makefile", `include ${deep}\n`);
    const { code, stderr } = await new Deno.Command("make", {
      args: ["-s", "options", "PROBE=sim:stm32f746g-disco"],
      cwd: dir.path,
      env: { MAKEFLAGS: "", DENO: Deno.execPath() },
      stdout: "null",
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
  },
);
