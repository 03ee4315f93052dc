/** An owner's days with a board, from the list of probes to a mended board: the same in every place. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { loadImage } from "../../../src/image/mod.ts";
import { noise } from "../../tools/support/noise.ts";
import { type Bench, BOARD, type Place } from "./place.ts";
import { TROUBLE_CASES } from "./trouble_cases.ts";

/** One of them. */
export interface Case {
  readonly name: string;
  readonly selector: string;
  run(bench: Bench): Promise<void>;
}

const BASE = 0x0800_0000;
const KIB_32 = 0x8000;
const LENGTH = 40_000; // of sectors 0 and 1
const BIN = ["image.bin", "--base", "0x08000000"];
const flashOf = (b: Bench, length = LENGTH): Uint8Array => b.board.flash.slice(0, length);

/** Whether flash holds what the file says, seen in the board itself. */
function holds(b: Bench, name: string, board = b.board): void {
  const { pieces } = loadImage(name, b.get(name));
  assert(pieces.length > 0);
  const { flash } = board;
  for (const { at, bytes } of pieces) {
    assertEquals(flash.slice(at - BASE, at - BASE + bytes.length), bytes, name);
  }
}
/** What a run must leave as it was. */
async function untouched(b: Bench, run: () => Promise<unknown>): Promise<void> {
  const [flash, { OPTCR }] = [b.board.flash, b.board.options.written];
  await run();
  assertEquals(b.board.flash, flash);
  assertEquals(b.board.options.written.OPTCR, OPTCR);
}

async function found(b: Bench): Promise<void> {
  const { usb } = b.board;
  const { out } = await b.ends(0, "probes");
  assertMatch(out, new RegExp(`^\\d+-[\\d.]+ +ST-LINK/V2-1 +${usb.serial}\n$`));
  const info = (await b.ends(0, "info")).out;
  for (const said of [usb.serial, "3.25 V", "STM32F74x/F75x", "1024 KiB", "RDP level 0"]) {
    assertStringIncludes(info, said);
  }
  assertStringIncludes(
    (await b.ends(0, "options")).out,
    "OPTCR    0xC0FFAAFD   OPTCR1   0x00400080",
  );
  assertEquals(b.board.core, "running", "looking leaves the program running");
}

async function flashed(b: Bench): Promise<void> {
  const first = await b.ends(0, "flash", "hello.elf");
  assertStringIncludes(first.out, "flash: the new image is in sector 0");
  holds(b, "hello.elf");
  b.board.run(50);
  assertStringIncludes(b.board.text, "hello from an STM32F746 at 216 MHz");
  const again = await b.ends(0, "flash", "hello.hex");
  assertStringIncludes(again.out, "flash: nothing was written");
  holds(b, "hello.hex");
  b.put("image.bin", noise(LENGTH));
  await b.ends(0, "flash", ...BIN);
  assertEquals(flashOf(b), noise(LENGTH));
  assertStringIncludes((await b.ends(0, "flash", ...BIN)).out, "flash: nothing was written");
  await b.ends(0, "reset");
  assertEquals(b.board.resets.length > 0, true);
}

async function compared(b: Bench): Promise<void> {
  b.put("image.bin", noise(LENGTH));
  b.board.putFlash(BASE, noise(LENGTH));
  const read = () => b.ends(0, "read", "0x08000000", String(LENGTH), "-o", "back.bin");
  await untouched(b, async () => {
    await b.ends(0, "verify", ...BIN);
    await read();
  });
  assertEquals(b.get("back.bin"), noise(LENGTH));
  b.board.putFlash(BASE + 0x8123, Uint8Array.of((noise(LENGTH)[0x8123] ?? 0) ^ 0x10));
  const { out, err } = await b.ends(10, "verify", ...BIN);
  assertStringIncludes(out, "first_difference 0x08008123");
  assertStringIncludes(err, "differing_bytes is 1 B");
}

/** Stack Overflow 36160986: found out, refused, mended, flashed. */
async function recovered(b: Bench): Promise<void> {
  b.put("image.bin", noise(LENGTH));
  const before = b.board.flash;
  await untouched(b, async () => {
    const doctor = await b.ends(22, "doctor");
    assertMatch(doctor.out, /^proven: .*\[optcr-openocd-2015\]$/m);
    assertMatch(doctor.out, /^proven: .*\[wwdg-hardware\]$/m);
    const { err } = await b.ends(11, "flash", ...BIN);
    assertStringIncludes(err, "error[E1155 hardware-watchdog]");
    assertStringIncludes(err, "probekit plan recover-option-bytes");
  });
  await b.ends(0, "recover", "--yes");
  assertEquals(b.board.options.written.OPTCR, 0xC0FF_AAFC, "factory, OPTLOCK apart");
  const saved = [...Deno.readDirSync(`${b.folder}/backup`)].filter((e) => e.name.endsWith(".bin"));
  assertEquals(saved.length, 1);
  assertEquals(b.get(`backup/${saved[0]!.name}`), before, "what was there was saved first");
  await b.ends(0, "flash", ...BIN);
  assertEquals(flashOf(b), noise(LENGTH));
  await b.ends(0, "verify", ...BIN);
}

async function protectedSectors(b: Bench): Promise<void> {
  b.put("image.bin", noise(LENGTH));
  await untouched(b, async () => {
    const { err } = await b.ends(11, "flash", ...BIN);
    assertStringIncludes(err, "error[E1101 flash-write-protected]");
    assertStringIncludes(err, "nWRP = sectors 0, 1 write-protected");
  });
  await b.ends(0, "recover", "--yes");
  assertEquals(b.board.options.written.OPTCR, 0xC0FF_AAFC);
  await b.ends(0, "flash", ...BIN);
  assertEquals(flashOf(b), noise(LENGTH));
}

async function refused(b: Bench): Promise<void> {
  const [line = ""] = new TextDecoder().decode(b.get("hello.hex")).split("\n").slice(1, 2);
  const wrong = `${line.slice(0, 10)}${line[10] === "0" ? "1" : "0"}${line.slice(11)}`;
  b.put("sum.hex", `${wrong}\n:00000001FF\n`);
  b.put("text.hex", "hello\n");
  b.put("cut.elf", b.get("hello.elf").slice(0, 60));
  await untouched(b, async () => {
    assertMatch((await b.ends(2, "flash", "none.bin")).err, /cannot-read-file.*\n.*untouched/);
    assertMatch((await b.ends(2, "flash", "text.hex")).err, /image-bad-record[^]*text\.hex:1:1/);
    assertMatch((await b.ends(2, "flash", "sum.hex")).err, /^error\[E02\d\d [^]*sum\.hex:1/);
    assertMatch((await b.ends(2, "flash", "cut.elf")).err, /^error\[E02\d\d [^]*cut\.elf/);
    assertMatch((await b.ends(2, "flash")).err, /missing required argument/);
  });
}

async function erased(b: Bench): Promise<void> {
  b.board.putFlash(BASE, noise(4 * KIB_32));
  const which = ["erase", "--sectors", "1..2"];
  await untouched(b, async () => {
    assertStringIncludes((await b.ends(30, ...which)).err, "error[E3000 not-confirmed]");
  });
  await b.ends(0, ...which, "--yes");
  const flash = flashOf(b, 4 * KIB_32);
  const wanted = noise(4 * KIB_32);
  wanted.fill(0xFF, KIB_32, 3 * KIB_32);
  assertEquals(flash, wanted);
}

async function toldApart(b: Bench): Promise<void> {
  const [one, two] = b.boards;
  const { out } = await b.ends(0, "probes");
  for (const { usb } of b.boards) assertStringIncludes(out, usb.serial);
  const { err } = await b.ends(20, "flash", "hello.elf");
  assertStringIncludes(err, "error[E2012 probe-ambiguous]");
  const before = one!.flash;
  await b.ends(0, "flash", "hello.elf", "--probe", two!.usb.serial);
  assertEquals(one!.flash, before);
  holds(b, "hello.elf", two);
}

/** All of them. */
export const CASES: readonly Case[] = [
  { name: "probes, info, options", selector: BOARD, run: found },
  { name: "ELF, HEX, BIN are flashed, and not twice", selector: BOARD, run: flashed },
  { name: "verify: same, different; read", selector: BOARD, run: compared },
  { name: "SO 36160986", selector: `${BOARD}?scenario=so36160986`, run: recovered },
  { name: "write-protected sectors", selector: `${BOARD}?scenario=wrp`, run: protectedSectors },
  { name: "files that are none", selector: BOARD, run: refused },
  { name: "erase asks first", selector: BOARD, run: erased },
  { name: "two probes", selector: `${BOARD}?boards=2`, run: toldApart },
  ...TROUBLE_CASES,
];

/** Runs one in a place; what the board did not know fails it. */
export async function play({ selector, run }: Case, place: Place): Promise<void> {
  await using bench = await place.bench(selector);
  await run(bench);
  assertEquals(bench.warnings, []);
}
