/** The matrix' columns of pyOCD, when it is installed, and of probekit. */
import { byGdb, erased, firstLine, has, HERE, NO_OPTIONS, readBack } from "./cells.ts";
import { freePort } from "./gdb_session.ts";
import { type Cell, type Column, holdsImage, type Operation, type Seen, seen } from "./matrix.ts";
import { BASE, IMAGE } from "./programs.ts";
import { type Bench, BOARD } from "./tool.ts";

// ── probekit ──

const MAIN = new URL("../../../tasks/probekit.ts", import.meta.url).pathname;
const RECIPE = new URL("../../../recipes/set-option-bytes.yaml", import.meta.url).pathname;
const OURS = [Deno.execPath(), "run", "-A", "--no-check", MAIN];
const ours = (b: Bench, check: (text: string) => boolean, ...args: readonly string[]) =>
  seen(b, check, Deno.execPath(), ...OURS.slice(1), ...args);
async function setOptions(b: Bench, text: string): Promise<Seen> {
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
  where: HERE,
  cells: ourCells,
};

// ── pyOCD ──

/** What must be known of pyOCD's column. */
const PYOCD_NOTE =
  "pyOCD runs on sim:nucleo-f767zi, the only F7 among its built-in targets, and with " +
  "probe firmware V2J36: from J37 on the probe answers BAD_AP to an AP that was not opened by INIT_AP " +
  "(OpenOCD stlink_usb.c opens each), and pyOCD's own sequence for the F767 (target_STM32F767xx.py, " +
  "safe_reset_and_halt) writes AP 0 without. It was written in 2020 (pyOCD#890), before J37.";

const PY = ["-t", "stm32f767zi"];
const PY_GDB = ["pyocd", "gdbserver", ...PY, "-p", freePort(), "-T", freePort()];
const py = (check: (text: string) => boolean, ...commands: readonly string[]): Cell => (b) => {
  const args = [...commands, "exit"].flatMap((c) => ["-c", c]);
  return seen(b, check, "pyocd", "cmd", ...PY, ...args);
};
export const PYOCD: Column = {
  title: "pyOCD",
  program: "pyocd",
  version: () => firstLine("pyocd", "--version"),
  install: "pip install pyocd==0.46.0",
  board: "sim:nucleo-f767zi?firmware=V2J36M26",
  where: HERE,
  notes: [PYOCD_NOTE],
  flash: ["pyocd", "load", ...PY, "image.bin", "-a", "0x08000000"],
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
