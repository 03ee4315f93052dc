/**
 * Cuts of a flash in its middle: our program as a process, over the real libusb or over USB/IP, and the cable
 * pulled or the emulator killed at some exchange. What it says then is held against the board.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { serveUsbip } from "../../../src/sim/front/usbip_server.ts";
import { openSim, type VirtualBoard } from "../../../src/sim/mod.ts";
import { boardFile } from "./board_file.ts";
import { noise } from "./noise.ts";
import { Folder, ToolBench } from "./tool.ts";

/** The two ways to lose a board. */
export type Loss = "unplug" | "kill";
/** One cut: what happens, at which bulk transfer. */
export interface Cut {
  readonly loss: Loss;
  readonly at: number;
}
/** What came of it. */
export interface AfterCut {
  readonly exit: number;
  readonly state: string;
  readonly slug: string;
  readonly ms: number;
}

const PROGRAM = new URL("../../../tasks/probekit.ts", import.meta.url).pathname;
const EMULATOR = new URL("./emulator.ts", import.meta.url).pathname;
/** 20 000 bytes in a sector of 32 KiB that holds something else before, as the next one does */
const IMAGE = noise(20_000, 3);
const SECTOR = 0x8000;
const OLD = noise(SECTOR + 0x1000, 4);
/** what sector 0 holds in the end: the image, and what was behind it */
const NEW = new Uint8Array([...IMAGE, ...OLD.subarray(IMAGE.length, SECTOR)]);
const BASE = 0x0800_0000;
/** Longer than every wait of the program together; a hang is what takes longer. */
const BOUND_MS = 60_000;
/** 40: the state is unknown, or the board could not be left running */
const EXITS: Readonly<Record<string, readonly number[]>> = {
  untouched: [20],
  partial: [20, 22],
  "as-planned": [20, 22, 40],
  unknown: [40],
};

/** What is held against: flash and option words. */
interface Held {
  readonly flash: Uint8Array;
  readonly options: string;
}
const held = (board: VirtualBoard): Held => ({
  flash: board.flash.slice(),
  options: JSON.stringify(board.options.written),
});

interface Ended {
  readonly code: number;
  readonly text: string;
  readonly ms: number;
}
/** Our program flashes the image. */
async function flash(
  folder: Folder,
  env: Readonly<Record<string, string>>,
  ...more: readonly string[]
): Promise<Ended> {
  const began = performance.now();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", PROGRAM, "flash", "image.bin", "--base", "0x08000000"],
      ...["--quiet", ...more],
    ],
    cwd: folder.path,
    env: {
      ...env,
      NO_COLOR: "1",
      PROBEKIT_LOCKS: `${folder.path}/locks`,
      PROBEKIT_JOURNAL: `${folder.path}/journal`,
    },
    stdin: "null",
    signal: AbortSignal.timeout(BOUND_MS),
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { code, text, ms: performance.now() - began };
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
/** As assertEquals, without printing a sector. */
function assertSame(now: Uint8Array, wanted: Uint8Array, what: string): void {
  const at = now.findIndex((byte, i) => byte !== wanted[i]);
  assert(isSame(now, wanted), `differs at byte ${at}: ${what}`);
}
/** Every byte of `now` has at least the bits of `of`: nothing but erasing has happened since. */
const onlyBitsOf = (now: Uint8Array, of: Uint8Array): boolean =>
  of.every((byte, i) => ((now[i] ?? 0) & byte) === byte);

/** Fails unless what was said of the board is so. */
function assertTrue(state: string, text: string, before: Held, after: Held, what: string): void {
  assertEquals(after.options, before.options, what);
  const sector = after.flash.slice(0, SECTOR);
  assertSame(after.flash.slice(SECTOR), before.flash.slice(SECTOR), `other sectors: ${what}`);
  if (state === "untouched") assertSame(after.flash, before.flash, what);
  if (text.includes("the new image is in")) assertSame(sector, NEW, what);
  if (state === "as-planned") assertMatch(text, /the new image is in sector 0/, what);
  if (state !== "partial") return;
  if (text.includes("nothing is programmed")) {
    assert(onlyBitsOf(sector, OLD.subarray(0, SECTOR)), `not only erased: ${what}`);
  } else if (/1 erased so far|sector 0 erased/.test(text)) {
    assert(onlyBitsOf(sector, NEW), `programmed otherwise: ${what}`);
  }
  const counted = /(\d+) of (\d+) bytes are programmed/.exec(text);
  if (counted !== null) {
    const right = sector.reduce((n, byte, i) => n + (byte === NEW[i] ? 1 : 0), 0);
    assert(right >= Number(counted[1]), `${right} bytes are right: ${what}`);
  }
}

/** Holds a broken run against the board. */
function judge(cut: Cut, { code, text, ms }: Ended, before: Held, after: Held): AfterCut {
  const what = `${cut.loss} at transfer ${cut.at}: exit ${code} after ${ms.toFixed(0)} ms\n${text}`;
  assert([20, 22, 40].includes(code), what);
  const slug = /^error\[E(?:20|22|40)\d\d ([a-z-]+)\]: .+/m.exec(text)?.[1] ?? "";
  assert(slug !== "", what);
  assertMatch(text, /= next: /, what);
  const [, state = "", said = ""] = /= board: ([a-z-]+): (.*)/.exec(text) ?? [];
  assert(EXITS[state]?.includes(code), `${state}: ${what}`);
  assertTrue(state, said, before, after, what);
  return { exit: code, state, slug, ms };
}
function assertCompleted({ code, text }: Ended, before: Held, board: VirtualBoard): void {
  assertEquals(code, 0, `the next run: ${text}`);
  const now = held(board);
  assertEquals(now.options, before.options);
  assertSame(now.flash.subarray(0, IMAGE.length), IMAGE, "the image");
  assertSame(now.flash.subarray(SECTOR), before.flash.subarray(SECTOR), "other sectors");
  // what was behind the image is there still, or as far erased as the cut let it be
  const behind = now.flash.subarray(IMAGE.length, SECTOR);
  const there = OLD.subarray(IMAGE.length, SECTOR);
  assert(onlyBitsOf(behind, there), "behind the image");
}

/** The cable is pulled, under umockdev: our program speaks libusb to it. */
async function unplugged(at: number): Promise<AfterCut> {
  await using b = new ToolBench("sim:stm32f746g-disco?scenario=factory");
  b.folder.put("image.bin", IMAGE);
  b.board.putFlash(BASE, OLD);
  const before = held(b.board);
  let count = 0;
  b.board.usb.meddler = (urb, deliver) => ++count === at ? b.board.unplug() : deliver(urb);
  const cut = await flash(b.folder, b.front.env);
  const after = judge({ loss: "unplug", at }, cut, before, held(b.board));
  b.board.replug();
  b.front.refresh();
  assertCompleted(await flash(b.folder, b.front.env), before, b.board);
  assertEquals(b.warnings, []);
  return after;
}

const openFile = (file: string) =>
  openSim(boardFile(file), {
    readState: (path) => {
      try {
        return Deno.readFileSync(path);
      } catch {
        return undefined; // a new board
      }
    },
    writeState: (path, bytes) => Deno.writeFileSync(path, bytes),
  });
const remote = (port: string | number): string[] => ["--probe", `usbip://127.0.0.1:${port}/1-1`];

/**
 * The emulator's process is killed. Under umockdev that would end in its preload library's abort(), which is
 * no answer of ours (reference/rig.md §3.4); so the probe is on USB/IP, where a dead server is a closed line.
 */
async function killed(at: number): Promise<AfterCut> {
  using folder = new Folder();
  folder.put("image.bin", IMAGE);
  const file = `${folder.path}/board.pk`;
  const fresh = openFile(file);
  fresh.board.putFlash(BASE, OLD);
  fresh.save();
  const before = held(fresh.board);
  const emulator = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", EMULATOR, file, String(at)],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = emulator.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const port = (await lines.read()).value?.trim() ?? "";
  const cut = await flash(folder, {}, ...remote(port));
  if (cut.code === 0) emulator.kill("SIGKILL"); // it came to its end before; judge will say so
  await lines.cancel();
  assertEquals((await emulator.status).signal, "SIGKILL");
  const next = openFile(file);
  const after = judge({ loss: "kill", at }, cut, before, held(next.board));
  await using server = serveUsbip(next.boards, 0);
  assertCompleted(await flash(folder, {}, ...remote(server.port)), before, next.board);
  return after;
}

/** Makes one cut, judges it, and sees that the next run completes. */
export const cutOnce = (cut: Cut): Promise<AfterCut> =>
  cut.loss === "unplug" ? unplugged(cut.at) : killed(cut.at);

/** How many bulk transfers such a flash has when nothing happens to it. */
export async function transfers(): Promise<number> {
  await using b = new ToolBench("sim:stm32f746g-disco?scenario=factory");
  b.folder.put("image.bin", IMAGE);
  b.board.putFlash(BASE, OLD);
  let count = 0;
  b.board.usb.meddler = (urb, deliver) => {
    count++;
    deliver(urb);
  };
  const { code, text } = await flash(b.folder, b.front.env);
  assertEquals(code, 0, text);
  return count;
}

/** The last transfers may fall away in a run that need not wait so often: a cut there would be none. */
export const LAST_PART = 0.95;
/** `count` cuts, half of each kind, anywhere in a flash of `length` transfers; the same ones for the same seed. */
export function randomCuts(count: number, seed: number, length: number): readonly Cut[] {
  let x = seed >>> 0;
  return Array.from({ length: count }, (_, i) => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0; // Numerical Recipes' generator
    return { loss: i % 2 === 0 ? "unplug" : "kill", at: 1 + Math.floor(x / 2 ** 32 * length) };
  });
}
