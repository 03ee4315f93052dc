/** `probekit debug ELF` with gdb itself, through bin/probekit and its permissions. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { serveUsbip } from "../../src/sim/front/usbip_server.ts";
import { umockdevLibrary } from "../../src/sim/front/umockdev.ts";
import { openSim } from "../../src/sim/mod.ts";
import { needs, programPath } from "../support/need.ts";
import { Debugged, debugRun, HELLO_ELF } from "./support/debugged.ts";
import { Folder, ROOT } from "./support/program.ts";

const GDB = programPath("gdb-multiarch") ?? programPath("arm-none-eabi-gdb");
const SCRIPT = programPath("script");
const BOARD = "sim:stm32f746g-disco";

const withGdb = (name: string, fn: () => Promise<void>): void =>
  needs("gdb-multiarch", GDB !== undefined, `debug: ${name}`, fn);
const withTerminal = (name: string, fn: () => Promise<void>): void =>
  needs("gdb-multiarch and script", !!GDB && !!SCRIPT, `debug: ${name}`, fn);

withGdb(
  "flashes, stops at main, steps, backtrace; the second time the image is there",
  async () => {
    using dir = new Folder();
    const words = [
      ...[HELLO_ELF, "--break", "main", "--batch", "--probe", `${BOARD}?state=${dir.at("b.pk")}`],
      ...["--", "-nx", "-ex", "next", "-ex", "backtrace"],
    ];
    const first = await debugRun(words);
    assertEquals(first.code, 0, first.said);
    assertMatch(first.said, /program +changed +erase sector 0, program 644 bytes of \S+hello\.elf/);
    assertStringIncludes(first.said, "flash: the new image is in sector 0");
    assertMatch(first.said, /Reset_Handler \(\) at startup\.c:10/);
    assertMatch(first.said, /Temporary breakpoint 1, main \(\) at main\.c:86\n/);
    assertMatch(first.said, /#0 +main \(\) at main\.c:\d+/);
    const again = await debugRun(words);
    assertEquals(again.code, 0, again.said);
    assertMatch(again.said, /program +unchanged +flash holds \S+hello\.elf already/);
    assertStringIncludes(again.said, "flash: nothing was written");
    assertMatch(again.said, /Temporary breakpoint 1, main \(\)/);
  },
);

withGdb(
  "a place that gdb does not know is refused: the program would run past it for ever",
  async () => {
    for (const [where, why] of [["main.c:9999", "No line 9999"], ["", "No default"]] as const) {
      const { code, said } = await debugRun([
        ...[HELLO_ELF, "--break", where, "--batch", "--probe", BOARD],
      ]);
      assertEquals(code, 2, said);
      assertStringIncludes(said, `gdb finds no place \`${where}\` in`);
      assertStringIncludes(said, `gdb says: ${why}`);
    }
  },
);

needs(
  "gdb-multiarch and umockdev",
  !!GDB && umockdevLibrary() !== undefined,
  "debug: over libusb; what Deno lets no program inherit is kept from gdb",
  async () => {
    // umockdev comes in by LD_PRELOAD
    const command = [Deno.execPath(), "task", "-q", "sim", "--", `${ROOT}/bin/probekit`, "debug"];
    const { code, said } = await debugRun([HELLO_ELF, "--break", "main", "--batch"], { command });
    assertEquals(code, 0, said);
    assertStringIncludes(said, "flash: the new image is in sector 0");
    assertMatch(said, /Temporary breakpoint 1, main/);
  },
);

withGdb("--quiet says nothing of programming; --no-flash does none", async () => {
  using dir = new Folder();
  const probe = ["--probe", `${BOARD}?scenario=blank&state=${dir.at("b.pk")}`];
  const none = await debugRun([
    ...[HELLO_ELF, "--no-flash", "--batch", ...probe],
    ...["--", "-nx", "-ex", "x/2xw 0x08000000"],
  ]);
  assertMatch(none.said, /0x8000000\b.*:\t0xffffffff\t0xffffffff/);
  assertEquals(none.said.includes("sector"), false, none.said);
  const quiet = await debugRun([
    ...[HELLO_ELF, "--quiet", "--batch", ...probe],
    ...["--", "-nx", "-ex", "compare-sections"],
  ]);
  assertMatch(quiet.said, /Section \.text, range 0x8000000 -- 0x8000248: matched\./);
  assertEquals(quiet.said.includes("sector"), false, quiet.said);
});

withTerminal("Ctrl-C stops the program and neither gdb nor the server", async () => {
  await using run = new Debugged([HELLO_ELF, "--probe", BOARD, "--break", "main"], { pty: true });
  await run.until(/Temporary breakpoint 1, [^]*\(gdb\) /);
  for (let i = 0; i < 2; i++) {
    await run.type("continue");
    await run.until(/Continuing\./);
    await run.ctrlC();
    await run.until(/Program received signal SIGINT[^]*\(gdb\) /);
  }
  await run.type("backtrace");
  await run.until(/#\d +(0x[0-9a-f]+ in )?main \(\) at main\.c/);
  await run.type("next");
  await run.until(/\(gdb\) /);
  await run.type("kill");
  await run.until(/\(y or n\) /);
  await run.type("y");
  await run.type("quit");
  const { code, said } = await run.end();
  assertEquals(code, 0, said);
});

withTerminal("deno task debug: the signal that comes twice does no harm either", async () => {
  const command = [Deno.execPath(), "task", "-q", "debug"];
  const args = [HELLO_ELF, "--probe", BOARD, "--break", "main"];
  await using run = new Debugged(args, { pty: true, command });
  await run.until(/Temporary breakpoint 1, [^]*\(gdb\) /);
  await run.type("continue");
  await run.until(/Continuing\./);
  await run.ctrlC();
  await run.until(/Program received signal SIGINT[^]*\(gdb\) /);
  await run.type("print milliseconds");
  await run.until(/\$1 = \d+/);
  await run.type("quit");
  await run.until(/Quit anyway\? \(y or n\) /);
  await run.type("y");
  const { code, said } = await run.end();
  assertEquals(code, 0, said);
});

withGdb(
  "gdb's exit code is this command's; a killed gdb gives 137, and the server ends",
  async () => {
    const bad = await debugRun([
      ...[HELLO_ELF, "--batch", "--probe", BOARD, "--", "-nx", "-ex", "print nosuch"],
    ]);
    assertEquals(bad.code, 1, bad.said);
    assertStringIncludes(bad.said, 'No symbol "nosuch" in current context');
    await using run = new Debugged([HELLO_ELF, "--probe", BOARD]);
    await run.until(/Reset_Handler/);
    await run.type("shell echo gdb is $PPID.");
    const [, pid = ""] = await run.until(/gdb is (\d+)\./);
    await run.type("continue");
    await run.until(/Continuing\./);
    Deno.kill(Number(pid), "SIGKILL");
    const { code, said } = await run.end();
    assertEquals(code, 137, said);
    assertStringIncludes(said, "gdb was ended by SIGKILL; exit 137");
  },
);

withGdb("SIGTERM takes gdb along: exit 143", async () => {
  await using run = new Debugged([HELLO_ELF, "--probe", BOARD]);
  await run.until(/Reset_Handler/);
  await run.type("shell echo gdb is $PPID.");
  const [, pid = ""] = await run.until(/gdb is (\d+)\./);
  await run.type("continue");
  await run.until(/Continuing\./);
  run.signal("SIGTERM");
  const { code, said } = await run.end();
  assertEquals(code, 143, said);
  const gone = await Deno.stat(`/proc/${pid}`).then(() => false, () => true);
  assert(gone, `gdb ${pid} is still there`);
});

for (
  const [how, before, after] of [
    ["running", "halted", /running|sleeping/],
    ["halted", "running", /halted/],
    ["as-found", "running", /running|sleeping/],
    ["as-found", "halted", /halted/],
  ] as const
) {
  withGdb(`--leave ${how}, found ${before}`, async () => {
    const { boards, source } = openSim(BOARD);
    await source[Symbol.asyncDispose]();
    const [board] = boards;
    assert(board);
    const server = serveUsbip(boards, 0, { warn: () => {} });
    try {
      const probe = ["--probe", `usbip://127.0.0.1:${server.port}/1-1`];
      const set = new Deno.Command(`${ROOT}/bin/probekit`, {
        args: ["reset", ...(before === "halted" ? ["--halt"] : []), "--quiet", ...probe],
        env: { DENO: Deno.execPath() },
      });
      assertEquals((await set.output()).code, 0);
      assertMatch(board.core, before === "halted" ? /halted/ : /running|sleeping/);
      const { code, said } = await debugRun(
        [HELLO_ELF, "--leave", how, "--break", "main", "--batch", ...probe, "--", "-nx"],
      );
      assertEquals(code, 0, said);
      assertMatch(said, /Temporary breakpoint 1, main/);
      assertMatch(board.core, after);
    } finally {
      await server.close();
    }
  });
}

withGdb("a probe that goes away is said at once, and is the end's exit code", async () => {
  const { boards, source } = openSim(BOARD);
  await source[Symbol.asyncDispose]();
  const server = serveUsbip(boards, 0, { warn: () => {} });
  const probe = ["--probe", `usbip://127.0.0.1:${server.port}/1-1`];
  await using run = new Debugged([HELLO_ELF, "--quiet", ...probe]);
  await run.until(/Reset_Handler/);
  await server.close();
  await run.type("x/4xw 0x20000000");
  await run.until(/probekit: the board is lost, gdb may quit: /);
  await run.type("quit");
  const { code, said } = await run.end();
  assertEquals(code, 20, said);
  assertMatch(said, /error\[E20\d\d probe-lost\]/);
});

withGdb("--no-reset looks at a program where it is", async () => {
  const { said } = await debugRun([
    ...[
      HELLO_ELF,
      "--no-reset",
      "--batch",
      "--probe",
      BOARD,
      "--",
      "-nx",
      "-ex",
      "info registers pc",
    ],
  ]);
  assertMatch(said, /pc +0x8\w+/);
  assertEquals(/pc +0x80001dc/.test(said), false, said);
  assertEquals(said.includes("sector"), false, said);
});

withGdb(
  "the damaged board: the cause that flash names, and recover; gdb is not started",
  async () => {
    const args = [HELLO_ELF, "--probe", `${BOARD}?scenario=so36160986`];
    const { code, said } = await debugRun([...args, "--break", "main", "--batch"]);
    assertEquals(code, 11, said);
    assertStringIncludes(said, "error[E1155 hardware-watchdog]: A watchdog of this chip starts by");
    assertStringIncludes(said, "FLASH_OPTCR 0x00FFAAED");
    assertStringIncludes(said, "probekit plan recover-option-bytes");
    assertEquals(said.includes("Remote debugging"), false);
    const look = await debugRun(
      [...args, "--no-flash", "--batch", "--", "-nx", "-ex", "load", "-ex", "monitor recover"],
    );
    // refused by load, said at once; then mended from gdb's own prompt
    assertMatch(look.said, /Error finishing flash operation/);
    assertStringIncludes(look.said, "probekit: E1155 hardware-watchdog");
    assertStringIncludes(look.said, "taken up by a reset, and read back");
    const ok = await debugRun([...args, "--watchdog-ok", "--break", "main", "--batch"]);
    assertEquals(ok.code, 0, ok.said);
    assertMatch(ok.said, /Temporary breakpoint 1, main/);
  },
);

needs(
  "make and gdb-multiarch",
  !!GDB && programPath("make") !== undefined,
  "debug: make debug takes ELF, and stops at BREAK",
  async () => {
    using dir = new Folder();
    const lines = ["IMAGE = hello.hex", `ELF = ${HELLO_ELF}`, `include ${ROOT}/probekit.mk`, ""];
    dir.put("Makefile", lines.join("\n"));
    for (const [stop, says] of [["main", /breakpoint 1, main/], ["say", /breakpoint 1, say/]]) {
      const { code, said } = await debugRun([], {
        cwd: dir.path,
        bare: true,
        command: [
          "make",
          "debug",
          `PROBE=${BOARD}`,
          `BREAK=${stop}`,
          "PROBEKIT_FLAGS=--batch -- -nx",
        ],
      });
      assertEquals(code, 0, said);
      assertMatch(said, says as RegExp);
    }
  },
);

withGdb(
  "a monitor command that fails is said once; a file is looked for where the server is",
  async () => {
    const { said } = await debugRun([
      ...[HELLO_ELF, "--batch", "--probe", BOARD, "--", "-nx", "-ex", "monitor nonsense"],
      ...["-ex", "monitor flash write_image none.hex"],
    ]);
    assertEquals(said.match(/E0285 monitor-unknown/g)?.length, 1, said);
    assertMatch(said, /Cannot read \/\S+\/none\.hex: there is no such file/);
  },
);
