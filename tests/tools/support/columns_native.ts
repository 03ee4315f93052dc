/** The matrix' columns that CI runs: OpenOCD both ways, st-flash. */
import { ELF, firstLine, has, HERE, sameAsImage } from "./cells.ts";
import { type Cell, type Column, holdsImage, type Operation, seen } from "./matrix.ts";
import { BASE, COUNTER, IMAGE, KIB_64, PRINTED, PRINTER } from "./programs.ts";
import { type Bench, BOARD, type OcdTransport, openocdArgs } from "./tool.ts";

/** of hello.elf's only loaded segment */
const ELF_BYTES = 0x248;

function openocd(transport: OcdTransport): Column {
  const run = (b: Bench, check: (text: string) => boolean, ...commands: readonly string[]) =>
    seen(b, check, "openocd", ...openocdArgs(transport, "init", ...commands, "exit"));
  const plain = (check: (text: string) => boolean, ...commands: readonly string[]): Cell => (b) =>
    run(b, check, ...commands);
  const withProgram = (
    code: Uint8Array,
    check: (text: string) => boolean,
    ...commands: readonly string[]
  ): Cell =>
  (b) => {
    b.board.putFlash(BASE, code);
    return run(b, check, "reset halt", ...commands);
  };
  const options = "echo [stm32f2x options_read 0]";
  const cells: Record<Operation, Cell> = {
    identify: plain(
      has("Cortex-M7 r0p1 processor detected", "flash size = 1024 KiB"),
      "reset halt",
      "flash probe 0",
    ),
    halt: async (b) => {
      const s = await run(b, has(/halted due to debug-request/), "halt");
      return { ...s, good: s.good && b.board.core === "halted" };
    },
    registers: withProgram(COUNTER, has("pc (/32): 0x08000200", "msp (/32): 0x20010000"), "reg"),
    step: withProgram(COUNTER, has("pc (/32): 0x08000202"), "step", "reg pc"),
    breakpoint: withProgram(
      COUNTER,
      has("r0 (/32): 0x00000002", "pc (/32): 0x08000204"),
      "bp 0x08000204 2 hw",
      ...["resume", "wait_halt", "resume", "wait_halt", "reg r0", "reg pc"],
    ),
    bin: (b) =>
      seen(
        b,
        () => holdsImage(b),
        "openocd",
        ...openocdArgs(transport, "program image.bin exit 0x08000000"),
      ),
    hex: (b) =>
      seen(b, () => holdsImage(b), "openocd", ...openocdArgs(transport, "program image.hex exit")),
    verify: async (b) => {
      b.board.putFlash(BASE, IMAGE);
      const same = await run(
        b,
        has("verified 65536 bytes"),
        "reset halt",
        "verify_image image.bin 0x08000000",
      );
      b.board.putFlash(BASE + 100, Uint8Array.of((IMAGE[100] ?? 0) ^ 1));
      const other = await b.run(
        "openocd",
        ...openocdArgs(
          transport,
          "init",
          "reset halt",
          "verify_image image.bin 0x08000000",
          "exit",
        ),
      );
      return { ...same, good: same.good && other.code !== 0 };
    },
    read: async (b) => {
      b.board.putFlash(BASE, IMAGE);
      const s = await run(
        b,
        has("dumped 65536 bytes"),
        "reset halt",
        "dump_image back.bin 0x08000000 65536",
      );
      return { ...s, good: s.good && sameAsImage(b.folder.get("back.bin")) };
    },
    erase: async (b) => {
      b.board.putFlash(BASE + KIB_64, IMAGE);
      const s = await run(b, () => true, "reset halt", "stm32f2x mass_erase 0");
      return { ...s, good: s.good && b.board.flash.every((x) => x === 0xFF) };
    },
    optionsRead: plain(has(/user_options 0xCFC/i), "reset halt", options),
    optionsWrite: async (b) => {
      const s = await run(
        b,
        () => true,
        "reset halt",
        "stm32f2x options_write 0 0xCFC 0x0080 0x0041",
      );
      return { ...s, good: s.good && b.board.options.written.OPTCR1 === 0x0041_0080 };
    },
    protect: async (b) => {
      const on = await run(b, () => true, "reset halt", "flash protect 0 0 1 on");
      const guarded = b.board.options.written.OPTCR;
      const off = await run(b, () => true, "reset halt", "flash protect 0 0 1 off");
      const open = b.board.options.written.OPTCR;
      const bits = [(guarded >>> 16) & 0xFF, (open >>> 16) & 0xFF];
      return { text: off.text, good: on.good && off.good && bits[0] === 0xFC && bits[1] === 0xFF };
    },
    reset: async (b) => {
      const s = await run(b, () => true, "reset run");
      return {
        ...s,
        good: s.good && b.board.resets.includes("SYSRESETREQ") && b.board.core === "running",
      };
    },
    load: async (b) => {
      b.board.putFlash(BASE, COUNTER); // a new board holds this ELF already
      const args = openocdArgs(transport).map((a) => a.replace("gdb_port disabled", "gdb_port 0"));
      const { gdb, server } = await b.gdb(["openocd", ...args], [
        ...[`file ${ELF}`, "monitor reset halt", "load", "compare-sections"],
      ]);
      const good = has(
        `Loading section .text, size 0x${ELF_BYTES.toString(16)}`,
        /\.text.*matched/,
      );
      return { text: good(gdb) ? gdb : gdb + server, good: good(gdb) };
    },
    semihosting: withProgram(
      PRINTER,
      has(PRINTED),
      "arm semihosting enable",
      "resume",
      "sleep 200",
    ),
  };
  return {
    title: `OpenOCD ${transport}`,
    program: "openocd",
    version: () => firstLine("openocd", "--version"),
    install: "apt-get install openocd",
    board: `${BOARD}?host=direct`,
    where: HERE,
    cells,
  };
}

const NO_DEBUGGER = "st-flash is no debugger";
const NOT_FOR_F7 = "says: Option bytes … currently not supported for connected chip";
const stFlash: Column = {
  title: "st-flash",
  program: "st-flash",
  version: () => firstLine("st-flash", "--version"),
  install: "apt-get install stlink-tools",
  board: BOARD,
  where: HERE,
  cells: {
    identify: (b) =>
      seen(b, has("chipid:     0x0449", "flash:      1048576"), "st-info", "--probe"),
    halt: NO_DEBUGGER,
    registers: NO_DEBUGGER,
    step: NO_DEBUGGER,
    breakpoint: NO_DEBUGGER,
    bin: (b) => seen(b, () => holdsImage(b), "st-flash", "write", "image.bin", "0x8000000"),
    hex: (b) => seen(b, () => holdsImage(b), "st-flash", "--format", "ihex", "write", "image.hex"),
    verify: "verifies what it wrote, and cannot without",
    read: async (b) => {
      b.board.putFlash(BASE, IMAGE);
      const s = await seen(b, () => true, "st-flash", "read", "back.bin", "0x8000000", "65536");
      return { ...s, good: s.good && sameAsImage(b.folder.get("back.bin")) };
    },
    erase: async (b) => {
      b.board.putFlash(BASE + KIB_64, IMAGE);
      const s = await seen(b, () => true, "st-flash", "erase");
      return { ...s, good: s.good && b.board.flash.every((x) => x === 0xFF) };
    },
    optionsRead: NOT_FOR_F7,
    optionsWrite: NOT_FOR_F7,
    protect: NOT_FOR_F7,
    reset: async (b) => {
      const s = await seen(b, () => true, "st-flash", "reset");
      return { ...s, good: s.good && b.board.resets.length > 0 };
    },
    load: NO_DEBUGGER,
    semihosting: NO_DEBUGGER,
  },
};

export const OPENOCD_HLA: Column = openocd("hla");
export const OPENOCD_DAPDIRECT: Column = openocd("dapdirect");
export const ST_FLASH: Column = stFlash;
