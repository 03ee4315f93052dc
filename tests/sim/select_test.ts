import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import type { UsbSource } from "../../src/usb/mod.ts";
import { makeCore } from "../../src/sim/boards/parts.ts";
import { isSimSelector, openSimWith, type SimHalves, type SimIo } from "../../src/sim/select.ts";
import { NullProbe } from "./silicon/null_probe.ts";

const halves: SimHalves = {
  makeCore,
  makeProbe: (_, wish) => new NullProbe(wish.serial),
  makeSource: (boards, clock): UsbSource => ({
    kind: "sim",
    clock,
    list: () =>
      Promise.resolve(boards.map(({ usb }) => ({
        vendorId: usb.vendorId,
        productId: usb.productId,
        serial: usb.serial,
        place: "sim",
      }))),
    open: () => Promise.reject(new Error("not here")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }),
};
const DISCO = "sim:stm32f746g-disco";
const open = (selector: string, io: SimIo = {}) => openSimWith(selector, io, halves);

/** A file system of one directory. */
function files() {
  const kept = new Map<string, Uint8Array>();
  let writes = 0;
  const io: SimIo = {
    readState: (path) => kept.get(path),
    writeState: (path, bytes) => {
      kept.set(path, bytes);
      writes++;
    },
  };
  return { kept, io, writes: () => writes };
}

Deno.test("a selector says what it is", () => {
  assert(isSimSelector("sim:stm32f746g-disco") && isSimSelector("sim"));
  assert(!isSimSelector("simon") && !isSimSelector("1-4.2"));
});

Deno.test("everything that can be said", () => {
  const { board } = open(
    `${DISCO}?scenario=wrp&seed=0x7&host=slow&serial=ABC&firmware=V2J20&volts=3.0&supply=own&chaos=nrst`,
  );
  assertEquals(board.scenario.name, "wrp");
  assertEquals([board.usb.serial, board.volts, board.target.nrstWired], ["ABC", 3.0, false]);
  board.unplug();
  assertEquals(board.core, "running");
});

Deno.test("all three boards by name", () => {
  for (const name of ["stm32f746g-disco", "nucleo-f767zi", "nucleo-f722ze"]) {
    assertEquals(open(`sim:${name}`).board.spec.name, name);
  }
});

Deno.test("an unknown board: named, with the ones there are", () => {
  for (
    const [text, likely] of [["sim:stm32f746", "stm32f746g-disco"], [
      "sim:nucleo-f7",
      "nucleo-f767zi",
    ]]
  ) {
    const f = assertThrows(() => open(text!), Fault);
    assertEquals([f.code, f.slug, f.exit], ["E0203", "sim-unknown-board", 2]);
    assertEquals(f.message, `There is no virtual board ${text!.slice(4)}`);
    assertEquals(f.facts.likely, likely);
    assertStringIncludes(String(f.facts.boards), "nucleo-f722ze");
  }
  assertStringIncludes(assertThrows(() => open("sim"), Fault).message, "without a name");
});

Deno.test("what cannot be understood: named, with what can", () => {
  const cases = [
    ["scenario=broken", "No scenario broken", "so36160986"],
    ["sceanrio=wrp", "No key sceanrio", "scenario (a scenario's name)"],
    ["seed=x", "seed=x", "0 … 4294967295"],
    ["seed=1.5", "seed=1.5", "a number"],
    ["seed=", "seed has no value", "a number"],
    ["host=mars", "host=mars", "direct, typical, slow"],
    ["volts=5", "volts=5", "0 … 3.6"],
    ["boards=0", "boards=0", "1 … 16"],
    ["boards=17", "boards=17", "1 … 16"],
    ["chaos=meteor", "No trouble is called meteor", "unplug"],
    ["supply=solar", "supply=solar", "usb, own"],
    ["seed=1&seed=2", "seed is given twice", "a number"],
    ["serial=%zz", "serial=%zz is not well-formed", "%25"],
    ["scenario=pcrop", "Scenario pcrop does not fit", "nucleo-f722ze"],
  ];
  for (const [query, what, allowed] of cases as [string, string, string][]) {
    const f = assertThrows(() => open(`${DISCO}?${query}`), Fault);
    assertEquals([f.code, f.slug], ["E0204", "sim-bad-option"], query);
    assertStringIncludes(f.message, what);
    assertStringIncludes(String(f.facts.allowed), allowed);
  }
});

Deno.test("several boards never share a serial number, whatever the first one's is", () => {
  const own = "0670FF4855507551871217";
  for (const last of ["01", "02", "10", "23"]) {
    const { boards } = open(`${DISCO}?boards=16&serial=${own}${last}`);
    assertEquals(boards[0]?.usb.serial, own + last);
    assertEquals(new Set(boards.map((b) => b.usb.serial)).size, 16, last);
  }
});

Deno.test("the same selector gives the same board to the last byte of RAM", () => {
  const ram = (text: string) => {
    const { board } = open(text);
    return Array.from({ length: 64 }, (_, i) => board.peek(0x2000_4000 + 4 * i));
  };
  assertEquals(ram(`${DISCO}?seed=5`), ram(`${DISCO}?seed=5`));
});

Deno.test("several boards: one source, serial numbers of their own, one clock", async () => {
  const { boards, source } = open("sim:nucleo-f767zi?boards=3");
  const serials = (await source.list()).map((d) => d.serial);
  assertEquals(new Set(serials).size, 3);
  assert(serials.every((s) => s.length === 24));
  const before = boards.map((b) => b.ms);
  await source.clock.sleep(10);
  assertEquals(boards.map((b, i) => Math.round(b.ms - before[i]!)), [10, 10, 10]);
});

const FLASH = 0x4002_3C00;
function program(board: ReturnType<typeof open>["board"], at: number, value: number): void {
  for (const key of [0x4567_0123, 0xCDEF_89AB]) board.chip.debugWrite(FLASH + 4, 4, key);
  board.chip.debugWrite(FLASH + 0x10, 4, 0x201);
  board.chip.debugWrite(at, 4, value);
}

Deno.test("state: the next command finds the board as it was left", () => {
  const { io, kept, writes } = files();
  const first = open(`${DISCO}?scenario=so36160986&state=b.pk`, io);
  first.board.chip.debugWrite(0xE004_2008, 4, 0x1800);
  first.board.chip.debugWrite(0xE000_EDF0, 4, 0xA05F_0003);
  program(first.board, 0x0804_0000, 0xCAFE_F00D);
  first.save();
  assertEquals([...kept.keys()], ["b.pk"]);
  const second = open(`${DISCO}?state=b.pk`, io);
  assertEquals(second.board.peek(0x0804_0000), 0xCAFE_F00D);
  assertEquals([second.board.scenario.name, second.board.peek(FLASH + 0x14)], [
    "so36160986",
    0x00FF_AAED,
  ]);
  second.save();
  assertEquals(writes(), 1, "nothing changed: the file is left alone");
});

Deno.test("state: looking at a board does not touch the file", () => {
  const { io, kept } = files();
  open(`${DISCO}?state=b.pk`, io).save();
  const before = kept.get("b.pk")!.slice();
  const again = open(`${DISCO}?state=b.pk`, io);
  again.board.target.debuggerAttached(true);
  again.board.chip.debugWrite(0xE004_2008, 4, 0x1800);
  again.board.target.driveNrst(true);
  again.board.run(10);
  again.board.target.driveNrst(false);
  again.board.run(100);
  again.save();
  assertEquals(kept.get("b.pk"), before);
});

Deno.test("state: another board's or scenario's file is refused and left alone", () => {
  const { io, kept } = files();
  open(`${DISCO}?scenario=wrp&state=b.pk`, io).save();
  const before = kept.get("b.pk")!.slice();
  for (
    const [text, held] of [
      ["sim:nucleo-f767zi?state=b.pk", "holds stm32f746g-disco, not nucleo-f767zi"],
      [`${DISCO}?scenario=rdp1&state=b.pk`, "began as wrp, not one that began as rdp1"],
    ]
  ) {
    const f = assertThrows(() => open(text!, io), Fault);
    assertEquals([f.code, f.slug], ["E0206", "sim-state-other"]);
    assertStringIncludes(f.message, held!);
    assertEquals(f.facts.selector, "sim:stm32f746g-disco?scenario=wrp&state=b.pk");
  }
  assertEquals(kept.get("b.pk"), before);
});

Deno.test("state: a damaged file is refused and left alone", () => {
  const { io, kept } = files();
  open(`${DISCO}?state=b.pk`, io).save();
  const bytes = kept.get("b.pk")!;
  bytes[bytes.length >> 1]! ^= 1;
  const before = bytes.slice();
  const f = assertThrows(() => open(`${DISCO}?state=b.pk`, io), Fault);
  assertEquals([f.code, f.exit], ["E0205", 2]);
  assertStringIncludes(f.message, "checksum");
  assertEquals(kept.get("b.pk"), before);
});

Deno.test("state: each of several boards has a file", () => {
  const { io, kept } = files();
  const bench = open(`${DISCO}?boards=2&state=b.pk`, io);
  program(bench.boards[1]!, 0x0804_0000, 1);
  bench.save();
  assertEquals([...kept.keys()], ["b.pk", "b.pk.2"]);
  const again = open(`${DISCO}?boards=2&state=b.pk`, io);
  assertEquals(again.boards.map((b) => b.peek(0x0804_0000)), [0xFFFF_FFFF, 1]);
});

Deno.test("warnings reach the caller and the trace, once each", () => {
  const notes: string[] = [];
  const trace: string[] = [];
  const { board } = open(DISCO, {
    warn: (note) => notes.push(note),
    trace: (event) => trace.push(event.type),
  });
  board.peek(0x4001_3000);
  board.peek(0x4001_3000);
  assertEquals([notes.length, trace, board.warnings.length], [1, ["sim.warning"], 1]);
});

Deno.test("a scenario can be changed: option registers, raw words, image, NRST, BOOT0", () => {
  const image = new Uint8Array(16).fill(0x11);
  const io: SimIo = { readImage: (path) => path === "a.bin" ? image : undefined };
  const { board } = open(
    `${DISCO}?scenario=rdp1&optcr=0xC0FFAAED&optcr1=0x00402000&image=a.bin&nrst=unwired&boot0=1`,
    io,
  );
  const { OPTCR, OPTCR1 } = board.options.loaded;
  assertEquals([OPTCR, OPTCR1, board.options.level], [0xC0FF_AAEC, 0x0040_2000, 0]);
  assertEquals([board.flash[15], board.flash[16]], [0x11, 0xFF]);
  assertEquals([board.target.nrstWired, board.chip.bootPin], [false, true]);
  const damaged = open(`${DISCO}?words=-,-,0xFF7F0081`).board;
  assertEquals(damaged.options.loaded.OPTCR1, 0x0040_FFFF);
  assertEquals(
    open("sim:nucleo-f722ze?optcr2=0x80000001").board.options.loaded.OPTCR2,
    0x8000_0001,
  );
  assertEquals(open(`${DISCO}?nrst=held`).board.core, "in-reset");
});

Deno.test("changes that make no sense are refused by name", () => {
  const cases = [
    ["optcr2=1", "STM32F746G-DISCO has no OPTCR2"],
    ["optcr=zero", "optcr=zero"],
    ["words=1,2", "words=1,2"],
    ["words=0x1,0x2,0x3,0x4,0x5,0x6,0x7", "words=0x1"],
    ["image=none.bin", "image=none.bin cannot be read"],
    ["nrst=high", "nrst=high"],
  ] as const;
  for (const [query, says] of cases) {
    const f = assertThrows(() => open(`${DISCO}?${query}`), Fault);
    assertEquals(f.slug, "sim-bad-option");
    assertStringIncludes(f.message, says);
  }
  const big: SimIo = { readImage: () => new Uint8Array(2 ** 21) };
  const f = assertThrows(() => open(`${DISCO}?image=big.bin`, big), Fault);
  assertStringIncludes(f.message, "2097152 bytes");
});
