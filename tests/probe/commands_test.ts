import { assertEquals } from "@std/assert";
import { hexBytes } from "../../src/base/mod.ts";
import * as c from "../../src/probe/stlink/commands.ts";
import * as m from "../../src/probe/stlink/memory_commands.ts";
import { fromHex } from "../support/scripted_pipe.ts";

const AP0 = { ap: 0, csw: 0 };

/** name, the command, its 16 bytes, length of the answer, whether byte 0 is a status */
const BYTES: readonly [c.Command<unknown>, string, number, boolean][] = [
  [c.getVersion(), "f1", 6, false],
  [c.getVersionEx(), "fb", 12, false],
  [c.getCurrentMode(), "f5", 2, false],
  [c.getTargetVoltage(), "f7", 8, false],
  [c.dfuExit(), "f3 07", 0, false],
  [c.swimExit(), "f4 01", 0, false],
  [c.debugExit(), "f2 21", 0, false],
  [c.enterSwd(), "f2 30 a3", 2, true],
  [c.readIdcodes(), "f2 31", 12, true],
  [c.driveNrst("low"), "f2 3c 00", 2, true],
  [c.driveNrst("release"), "f2 3c 01", 2, true],
  [c.driveNrst("pulse"), "f2 3c 02", 2, true],
  [c.swdSetFrequency(798), "f2 43 1e 03", 2, true],
  [c.setComFrequency(24000), "f2 61 00 00 c0 5d 00 00", 8, true],
  [c.getComFrequencies(), "f2 62 00", 52, true],
  [c.readDapRegister(c.DP, 0x04), "f2 45 ff ff 04 00", 8, true],
  [c.readDapRegister(1, 0xFC), "f2 45 01 00 fc 00", 8, true],
  [c.writeDapRegister(c.DP, 0, 0x1E), "f2 46 ff ff 00 00 1e 00 00 00", 2, true],
  [c.initAp(3), "f2 4b 03", 2, true],
  [c.readDebugRegister(0xE000EDF0), "f2 36 f0 ed 00 e0 00", 8, true],
  [c.readDebugRegister(0xE000EDF0, 2), "f2 36 f0 ed 00 e0 02", 8, true],
  [c.writeDebugRegister(0xE000EDFC, 0x01000501), "f2 35 fc ed 00 e0 01 05 00 01 00", 2, true],
  [c.writeDebugRegister(0x20000000, 1, 2), "f2 35 00 00 00 20 01 00 00 00 02", 2, true],
  [c.readAllRegisters(), "f2 3a", 88, true],
  [c.stopTrace(), "f2 41", 2, true],
  [m.readMemory(4, 0x08000000, 6144, AP0), "f2 07 00 00 00 08 00 18 00 00 00 00", 6144, false],
  [m.readMemory(2, 0x20000002, 4, AP0), "f2 47 02 00 00 20 04 00", 4, false],
  [m.readMemory(1, 0x20000003, 1, AP0), "f2 0c 03 00 00 20 01 00", 2, false],
  [
    m.readMemory(4, 0x20000000, 8, { ap: 1, csw: 0xAA000000 }),
    "f2 07 00 00 00 20 08 00 01 00 00 aa",
    8,
    false,
  ],
  [m.lastStatus(), "f2 3e", 12, false],
  [m.miscIn(3), "f2 52", 24, false],
];

for (const [command, bytes, reply, status] of BYTES) {
  Deno.test(`${command.name} is ${bytes}`, () => {
    const padded = fromHex(bytes);
    const want = new Uint8Array(16);
    want.set(padded);
    assertEquals(hexBytes(command.packet, " "), hexBytes(want, " "));
    assertEquals([command.reply, command.status], [reply, status]);
    assertEquals(command.data, undefined);
  });
}

Deno.test("writeMemory() carries its data in a second transfer", () => {
  const data = fromHex("01 02 03 04");
  const command = m.writeMemory(4, 0x20001000, data, AP0);
  assertEquals(hexBytes(command.packet, " "), "f2 08 00 10 00 20 04 00 00 00 00 00 00 00 00 00");
  assertEquals(command.data, data);
  assertEquals(command.reply, 0);
  assertEquals(command.pure, false);
  assertEquals(m.writeMemory(1, 0, data, AP0).packet[1], 0x0D);
  assertEquals(m.writeMemory(2, 0, data, AP0).packet[1], 0x48);
});

Deno.test("miscOut() puts the codes first, padded to four, then one word each", () => {
  const command = m.miscOut([
    { ap: 0 },
    { address: 0x40023C04 },
    { write: 0x45670123 },
    { read: 0x40023C10 },
    { read: 0x40023C0C },
  ]);
  assertEquals(hexBytes(command.packet.subarray(0, 6), " "), "f2 51 05 00 00 00");
  assertEquals(
    hexBytes(command.data ?? new Uint8Array(), " "),
    "05 01 02 03 03 00 00 00 " +
      "00 00 00 00 04 3c 02 40 23 01 67 45 10 3c 02 40 0c 3c 02 40",
  );
});

Deno.test("getVersion() reads its first number big-endian, the ids little-endian", () => {
  // V2J37, third number 26
  assertEquals(c.getVersion().parse(fromHex("29 5a 83 04 4b 37")), {
    major: 2,
    jtag: 37,
    third: 26,
    vendorId: 0x0483,
    productId: 0x374B,
  });
});

Deno.test("getVersionEx() reads one number a byte", () => {
  assertEquals(c.getVersionEx().parse(fromHex("03 01 0d 04 02 05 00 00 83 04 4f 37")), {
    major: 3,
    swim: 1,
    jtag: 13,
    massStorage: 4,
    bridge: 2,
    power: 5,
  });
});

Deno.test("answers are read at their places", () => {
  assertEquals(c.getCurrentMode().parse(fromHex("02 00")), 2);
  assertEquals(c.getTargetVoltage().parse(fromHex("dc 05 00 00 d0 07 00 00")), {
    reference: 1500,
    measured: 2000,
  });
  assertEquals(
    c.readIdcodes().parse(fromHex("80 00 00 00 77 24 a0 5b 00 00 00 00")),
    0x5BA02477,
  );
  assertEquals(c.readDebugRegister(0).parse(fromHex("80 00 00 00 78 56 34 f2")), 0xF2345678);
  assertEquals(c.setComFrequency(1).parse(fromHex("80 00 00 00 40 1f 00 00")), 8000);
  const speeds = new Uint8Array(52);
  speeds.set(fromHex("80 00 00 00 40 1f 00 00 02 00 00 00 c0 5d 00 00 40 1f 00 00 ff ff ff ff"));
  assertEquals(c.getComFrequencies().parse(speeds), [24000, 8000]);
  speeds[8] = 200; // more than can be there: ten at most
  assertEquals(c.getComFrequencies().parse(speeds).length, 10);
  const all = new Uint8Array(88);
  all.set(fromHex("80 00 00 00 11 22 33 44"), 0);
  all.set(fromHex("04 03 02 01"), 4 + 4 * 18);
  const registers = c.readAllRegisters().parse(all);
  assertEquals([registers.length, registers[0], registers[18]], [19, 0x44332211, 0x01020304]);
  assertEquals(m.readMemory(1, 0, 1, AP0).parse(fromHex("5a ff")), fromHex("5a"));
  assertEquals(
    m.lastStatus().parse(fromHex("11 00 00 00 00 00 00 08 00 00 00 00")),
    { status: 0x11, at: 0x08000000 },
  );
  assertEquals(
    m.miscIn(2).parse(fromHex("01 00 00 00 02 00 00 00 80 00 00 00 10 00 00 00")),
    { values: [1, 2], statuses: [0x80, 0x10] },
  );
});

Deno.test("only what reads may be sent twice", () => {
  const pure = BYTES.filter(([command]) => command.pure).map(([command]) => command.name);
  assertEquals([...new Set(pure)], [
    "GET_VERSION",
    "GET_VERSION_EX",
    "GET_CURRENT_MODE",
    "GET_TARGET_VOLTAGE",
    "READ_IDCODES",
    "GET_COM_FREQ",
    "READ_DAP_REG",
    "READDEBUGREG",
    "READALLREGS",
    "READMEM32",
    "READMEM16",
    "READMEM8",
    "GETLASTRWSTATUS2",
  ]);
});
