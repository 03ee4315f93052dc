/** The matrix' other columns: pyOCD and probe-rs when they are installed, and probekit. */
import { ELF, firstLine, has } from "./columns_native.ts";
import {
  BASE,
  type Cell,
  type Column,
  COUNTER,
  freePort,
  holdsImage,
  IMAGE,
  KIB_64,
  type Operation,
  PRINTED,
  PRINTER,
  type Seen,
  seen,
  withGdb,
} from "./matrix.ts";
import { BOARD, type ToolBench } from "./tool.ts";

const COUNTED = ["hbreak *0x08000204", "continue", "continue", "p $r0", "p/x $pc"];
/** The printing program ends in a loop at 0x0800_0206. */
const PRINTING = ["hbreak *0x08000206", "continue", "p/x $pc"];

/** gdb does not notice what a monitor command does to the registers. */
const FORGET = "maintenance flush register-cache";

/** A cell that puts a program into flash and lets gdb work with it. */
const debugged = (
  server: readonly string[],
  code: Uint8Array,
  commands: readonly string[],
  check: (gdb: string, server: string) => boolean,
): Cell =>
async (b) => {
  b.board.putFlash(BASE, code);
  const said = await withGdb(b, server, {}, ["monitor reset halt", FORGET, ...commands]);
  const good = check(said.gdb, said.server);
  return { text: good ? said.gdb : `${said.server}\n${said.gdb}`, good };
};
const loaded = (server: readonly string[]): Cell => async (b) => {
  const commands = [`file ${ELF}`, "monitor reset halt", "load", "compare-sections"];
  const { gdb, server: said } = await withGdb(b, server, {}, commands);
  const good = has("Loading section .text, size 0x248", /\.text.*matched/)(gdb);
  return { text: good ? gdb : `${said}\n${gdb}`, good };
};
/** The debugging rows by gdb. */
const byGdb = (server: readonly string[], semihosting: readonly string[]) => ({
  registers: debugged(server, COUNTER, ["info registers"], has(/sp +0x20010000/, /pc +0x8000200/)),
  step: debugged(server, COUNTER, ["stepi", "p/x $pc"], has("= 0x8000202")),
  breakpoint: debugged(server, COUNTER, COUNTED, has(/= 2\n/, "= 0x8000204")),
  load: loaded(server),
  semihosting: debugged(
    [...server, ...semihosting],
    PRINTER,
    PRINTING,
    (gdb, said) => gdb.includes("= 0x8000206") && (said.includes(PRINTED) || gdb.includes(PRINTED)),
  ),
});
const readBack = async (b: ToolBench, command: readonly string[]): Promise<Seen> => {
  b.board.putFlash(BASE, IMAGE);
  const [program = "", ...args] = command;
  const s = await seen(b, () => true, program, ...args);
  return { ...s, good: s.good && b.folder.get("back.bin").every((x, i) => x === IMAGE[i]) };
};
const erased = async (b: ToolBench, command: readonly string[]): Promise<Seen> => {
  b.board.putFlash(BASE + KIB_64, IMAGE);
  const [program = "", ...args] = command;
  const s = await seen(b, () => true, program, ...args);
  return { ...s, good: s.good && b.board.flash.every((x) => x === 0xFF) };
};

// ── probekit ──

const MAIN = new URL("../../../tasks/probekit.ts", import.meta.url).pathname;
const RECIPE = new URL("../../../recipes/set-option-bytes.yaml", import.meta.url).pathname;
const OURS = [Deno.execPath(), "run", "-A", "--no-check", MAIN];
const ours = (b: ToolBench, check: (text: string) => boolean, ...args: readonly string[]) =>
  seen(b, check, Deno.execPath(), ...OURS.slice(1), ...args);
async function setOptions(b: ToolBench, text: string): Promise<Seen> {
  const profile = `ob: v1\nvariants:\n  - chips: [stm32f74*]\n    ${text}\n`;
  b.folder.put("wish.ob.yaml", new TextEncoder().encode(profile));
  return await ours(b, () => true, "run", RECIPE, "--set", "profile=wish.ob.yaml", "--yes");
}
const OUR_GDB = [...OURS, "gdb", "--port", "0", "--once"];
const ourCells: Record<Operation, Cell> = {
  identify: (b) => ours(b, has("STM32F74x/F75x", "1024 KiB", "V2J37M26"), "info"),
  halt: async (b) => {
    const s = await ours(b, has("halted at 0x08000200"), "reset", "--halt");
    return { ...s, good: s.good && b.board.core === "halted" };
  },
  ...byGdb(OUR_GDB, ["--semihosting"]),
  bin: (b) => ours(b, () => holdsImage(b), "flash", "image.bin", "--base", "0x08000000"),
  hex: (b) => ours(b, () => holdsImage(b), "flash", "image.hex"),
  verify: async (b) => {
    b.board.putFlash(BASE, IMAGE);
    const same = await ours(b, () => true, "verify", "image.hex");
    b.board.putFlash(BASE + 100, Uint8Array.of((IMAGE[100] ?? 0) ^ 1));
    const other = await ours(b, () => true, "verify", "image.hex");
    return { ...same, good: same.good && !other.good };
  },
  read: (b) => readBack(b, [...OURS, "read", "0x08000000", "64KiB", "-o", "back.bin"]),
  erase: (b) => erased(b, [...OURS, "erase", "--yes"]),
  optionsRead: (b) => ours(b, has("OPTCR    0xC0FFAAFD"), "options"),
  optionsWrite: async (b) => {
    const s = await setOptions(b, "OPTCR1: { BOOT_ADD1: 0x0041 }");
    return { ...s, good: s.good && b.board.options.written.OPTCR1 === 0x0041_0080 };
  },
  protect: async (b) => {
    const on = await setOptions(b, "OPTCR: { nWRP: 0xFC }");
    const guarded = b.board.options.written.OPTCR;
    const off = await setOptions(b, "OPTCR: { nWRP: 0xFF }");
    const bits = [guarded, b.board.options.written.OPTCR].map((w) => (w >>> 16) & 0xFF);
    return { text: off.text, good: on.good && off.good && bits[0] === 0xFC && bits[1] === 0xFF };
  },
  reset: async (b) => {
    const s = await ours(b, () => true, "reset");
    return { ...s, good: s.good && b.board.resets.length > 0 && b.board.core === "running" };
  },
};
export const PROBEKIT: Column = {
  title: "probekit",
  program: Deno.execPath(),
  version: () => firstLine(Deno.execPath(), ...OURS.slice(1), "--version"),
  install: "it is here",
  board: BOARD,
  cells: ourCells,
};

// ── pyOCD: its built-in target for this family is the F767; firmware J36, see PYOCD_NOTE ──

const PY = ["-t", "stm32f767zi"];
const PY_GDB = ["pyocd", "gdbserver", ...PY, "-p", freePort(), "-T", freePort()];
const py = (check: (text: string) => boolean, ...commands: readonly string[]): Cell => (b) => {
  const args = [...commands, "exit"].flatMap((c) => ["-c", c]);
  return seen(b, check, "pyocd", "cmd", ...PY, ...args);
};
const NO_OPTIONS = "has no command for option bytes";
export const PYOCD: Column = {
  title: "pyOCD",
  program: "pyocd",
  version: () => firstLine("pyocd", "--version"),
  install: "pip install pyocd",
  board: "sim:nucleo-f767zi?firmware=V2J36M26",
  cells: {
    identify: (b) => seen(b, has("STM32 STLink", "NUCLEO-F767ZI"), "pyocd", "list"),
    halt: py(has("Halted"), "halt", "status"),
    ...byGdb(PY_GDB, ["--semihosting", "-O", "semihost_console_type=console"]),
    bin: (b) =>
      seen(b, () => holdsImage(b), "pyocd", "load", ...PY, "image.bin", "-a", "0x08000000"),
    hex: (b) => seen(b, () => holdsImage(b), "pyocd", "load", ...PY, "image.hex"),
    verify: async (b) => {
      b.board.putFlash(BASE, IMAGE);
      return await seen(
        b,
        has("All 65536 bytes match."),
        "pyocd",
        "cmd",
        ...PY,
        "-c",
        "compare 0x08000000 image.bin",
      );
    },
    read: (b) => readBack(b, ["pyocd", "cmd", ...PY, "-c", "savemem 0x08000000 65536 back.bin"]),
    erase: (b) => erased(b, ["pyocd", "erase", "--chip", ...PY]),
    optionsRead: NO_OPTIONS,
    optionsWrite: NO_OPTIONS,
    protect: NO_OPTIONS,
    reset: async (b) => {
      const s = await seen(b, () => true, "pyocd", "reset", ...PY);
      return { ...s, good: s.good && b.board.resets.length > 0 };
    },
  },
};
/** What must be known of a column. */
export const PYOCD_NOTE =
  "pyOCD runs on sim:nucleo-f767zi, the only F7 among its built-in targets, and with " +
  "probe firmware V2J36: from J37 on the probe answers BAD_AP to an AP that was not opened by INIT_AP " +
  "(OpenOCD stlink_usb.c opens each), and pyOCD's own sequence for the F767 (target_STM32F767xx.py, " +
  "safe_reset_and_halt) writes AP 0 without. It was written in 2020 (pyOCD#890), before J37.";

// ── probe-rs ──

const CHIP = ["--chip", "STM32F746NG", "--protocol", "swd"];
const rs = (check: (text: string) => boolean, ...args: readonly string[]): Cell => (b) =>
  seen(b, check, "probe-rs", ...args);
const NO_CLI = "has no command for it outside a debugging session";
export const PROBE_RS: Column = {
  title: "probe-rs",
  program: "probe-rs",
  version: () => firstLine("probe-rs", "--version"),
  install: "RUSTFLAGS='--cfg rustix_use_libc' cargo install probe-rs-tools",
  board: BOARD,
  cells: {
    identify: rs(has("0483:374b"), "list"),
    halt: NO_CLI,
    ...byGdb(["probe-rs", "gdb", ...CHIP], []),
    bin: (b) =>
      seen(
        b,
        () => holdsImage(b),
        "probe-rs",
        "download",
        ...CHIP,
        "--binary-format",
        "bin",
        "--base-address",
        "0x08000000",
        "image.bin",
      ),
    hex: (b) =>
      seen(
        b,
        () => holdsImage(b),
        "probe-rs",
        "download",
        ...CHIP,
        "--binary-format",
        "hex",
        "image.hex",
      ),
    verify: async (b) => {
      b.board.putFlash(BASE, IMAGE);
      return await seen(
        b,
        () => true,
        "probe-rs",
        "verify",
        ...CHIP,
        "--binary-format",
        "hex",
        "image.hex",
      );
    },
    read: async (b) => {
      b.board.putFlash(BASE, IMAGE);
      const first = new DataView(IMAGE.buffer).getUint32(0, true).toString(16).padStart(8, "0");
      return await seen(b, has(first), "probe-rs", "read", ...CHIP, "b32", "0x08000000", "16384");
    },
    erase: (b) => erased(b, ["probe-rs", "erase", ...CHIP]),
    optionsRead: rs(has(/c0ffaafd/i), "read", ...CHIP, "b32", "0x40023C14", "1"),
    optionsWrite: NO_OPTIONS,
    protect: NO_OPTIONS,
    reset: rs(() => true, "reset", ...CHIP),
  },
};
export const PROBE_RS_NOTE =
  "probe-rs speaks to USB through nusb, which by default makes system calls without the C library; umockdev " +
  "cannot see those. Built with rustix_use_libc it can; otherwise it needs a kernel with USB/IP.";
