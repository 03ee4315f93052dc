/** The stlink-server front-end: what OpenOCD asks of it, and what nobody should. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { u32le } from "../../src/base/mod.ts";
import { ByteStream } from "../../src/sim/front/byte_stream.ts";
import { serveStlink } from "../../src/sim/front/stlink_server.ts";
import { openSim } from "../../src/sim/mod.ts";
import { needsProgram } from "../support/need.ts";
import { type OcdTransport, openocdArgs } from "../tools/support/tool.ts";

const BOARD = "sim:stm32f746g-disco";
const zeros = (n: number): number[] => new Array(n).fill(0);

async function withClient(
  selector: string,
  use: (ask: (bytes: readonly number[], answer: number) => Promise<Uint8Array>) => Promise<void>,
): Promise<string[]> {
  const warnings: string[] = [];
  const warn = (note: string) => void warnings.push(note);
  await using server = serveStlink(openSim(selector).boards, 0, { warn });
  const stream = new ByteStream(await Deno.connect({ hostname: "127.0.0.1", port: server.port }));
  try {
    await use((bytes, answer) => {
      stream.put(Uint8Array.from(bytes));
      return stream.take(answer);
    });
  } finally {
    stream.close();
  }
  return warnings;
}
/** SEND_USB_CMD */
const usb = (id: number, command: readonly number[], direction: number, size: number): number[] => [
  ...[5, 0, 0, 0, id, 0, 0, 0],
  ...command,
  ...zeros(16 - command.length),
  ...[direction, 0, 0, 0, size, 0, 0, 0],
];

Deno.test("stlink-server: two boards, opened by id; a command, an unknown one", async () => {
  const warnings = await withClient(`${BOARD}?boards=2`, async (ask) => {
    assertEquals([...await ask([6, 1, 0, 0], 16)].filter((_, i) => i % 4 === 0), [3, 2, 1, 1]);
    assertEquals(u32le(await ask([0, 0], 4)), 1);
    assertEquals(u32le(await ask([1], 4)), 2);
    const info = await ask([2, 1, 0, 0, 41, 0, 0, 0], 45);
    assertEquals([u32le(info), u32le(info, 4)], [1, 2]);
    assertStringIncludes(new TextDecoder().decode(info), "0670FF485550755187121702");
    assertEquals([...info.slice(40)], [0x83, 0x04, 0x4B, 0x37, 0]);
    assertEquals(u32le(await ask([2, 7, 0, 0, 41, 0, 0, 0], 45)), 1002);
    assertEquals(u32le(await ask(usb(2, [0xF1], 1, 6), 4)), 1002, "not opened yet");
    assertEquals(u32le(await ask([3, 0, 0, 0, 9, 0, 0, 0], 8)), 1003);
    const opened = await ask([3, 0, 0, 0, 2, 0, 0, 0], 8);
    assertEquals([u32le(opened), u32le(opened, 4)], [1, 2]);
    const version = await ask(usb(2, [0xF1], 1, 6), 10);
    assertEquals([...version.slice(4)], [0x29, 0x5A, 0x83, 0x04, 0x4B, 0x37]);
    assertEquals(u32le(await ask(usb(2, [0xF2, 0x21], 1, 0), 4)), 1, "EXIT has no answer");
    assertEquals(u32le(await ask(usb(2, [0xF2, 0x21], 1, 2), 4)), 1001, "nor has it when asked");
    assertEquals(u32le(await ask([4, 0, 0, 0, 2, 0, 0, 0], 4)), 1);
    assertEquals(u32le(await ask([99], 4)), 1053);
  });
  assertEquals(warnings, ["stlink-server: command 99"]);
});

Deno.test("stlink-server: a transfer of 4 GiB is refused, not waited for", async () => {
  const warnings = await withClient(BOARD, async (ask) => {
    await ask([3, 0, 0, 0, 1, 0, 0, 0], 8);
    const huge = [...usb(1, [0xF2, 0x08], 0, 0).slice(0, 28), 0xFF, 0xFF, 0xFF, 0xFF];
    assertEquals(u32le(await ask(huge, 4)), 1002);
  });
  assertEquals(warnings, ["stlink-server: a transfer of 4294967295 bytes"]);
});

for (const transport of ["hla", "dapdirect"] satisfies OcdTransport[]) {
  needsProgram("openocd", `openocd ${transport} by TCP: init, reset halt, memory`, async () => {
    const warnings: string[] = [];
    const warn = (note: string) => void warnings.push(note);
    await using server = serveStlink(openSim(BOARD, { warn }).boards, 0, { warn });
    const backend = transport === "hla" ? "hla_stlink_backend" : "st-link backend";
    const args = openocdArgs(transport, "init", "reset halt", "mdw 0xE0042000", "exit");
    args.splice(2, 0, "-c", `${backend} tcp ${server.port}`);
    const { code, stderr } = await new Deno.Command("openocd", { args }).output();
    const text = new TextDecoder().decode(stderr);
    assertEquals(code, 0, text);
    assertStringIncludes(text, "stlink-server API v3, version 2.1.1");
    assertStringIncludes(text, "pc: 0x08000200");
    assertStringIncludes(text, "0xe0042000: 10016449");
    assertEquals(warnings, []);
  });
}
