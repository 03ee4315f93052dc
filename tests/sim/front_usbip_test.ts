/** Our USB/IP server and our USB/IP client, on the loopback: each is the other's witness. */
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { ByteStream, HungUp } from "../../src/sim/front/byte_stream.ts";
import { serveUsbip } from "../../src/sim/front/usbip_server.ts";
import { openSim, type VirtualBoard } from "../../src/sim/mod.ts";
import { usbipSource, type UsbSource } from "../../src/usb/mod.ts";
import { noise } from "../tools/support/noise.ts";
import { ownFlash } from "../tools/support/own_flash.ts";

const BOARD = "sim:stm32f746g-disco";
const ENDS = { interface: 0, out: 0x01, in: 0x81 };

async function connect(hostname: string, port: number): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname, port });
  connection.setNoDelay(true);
  return connection;
}

/** A board behind a server, and a client of it. */
class Bench implements AsyncDisposable {
  readonly warnings: string[] = [];
  readonly boards: readonly VirtualBoard[];
  readonly server;
  readonly source: UsbSource;
  constructor(selector = BOARD) {
    const warn = (note: string) => void this.warnings.push(note);
    this.boards = openSim(selector, { warn }).boards;
    this.server = serveUsbip(this.boards, 0, { warn });
    this.source = this.client();
  }
  get board(): VirtualBoard {
    return this.boards[0]!;
  }
  client(busid = ""): UsbSource {
    return usbipSource(`usbip://127.0.0.1:${this.server.port}/${busid}`, connect);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.source[Symbol.asyncDispose]();
    await this.server.close();
  }
}
const exitOf = async (work: Promise<unknown>): Promise<number> => {
  try {
    await work;
    return 0;
  } catch (e) {
    assertInstanceOf(e, Fault);
    return e.exit;
  }
};

Deno.test("usbip: two boards are listed with what they say of themselves", async () => {
  await using b = new Bench(`${BOARD}?boards=2`);
  const listed = await b.source.list();
  assertEquals(
    listed,
    ["1-1", "1-2"].map((place, i) => ({
      vendorId: 0x0483,
      productId: 0x374B,
      place,
      serial: b.boards[i]!.usb.serial,
      manufacturer: "STMicroelectronics",
      product: "STM32 STLink",
    })),
  );
  const one = b.client("1-2");
  assertEquals((await one.list()).map((d) => d.place), ["1-2"]);
  assertEquals(b.warnings, []);
});

Deno.test("usbip: a board is flashed through it, and given back", async () => {
  await using b = new Bench();
  for (let round = 0; round < 2; round++) {
    const { differing, place } = await ownFlash(b.source, 0x4000);
    assertEquals([differing, place], [0, "1-1"]);
  }
  assertEquals(b.board.flash.slice(0, 0x4000), noise(0x4000));
  assertEquals(b.warnings, []);
});

Deno.test("usbip: one client at a time; the other is told that it is busy", async () => {
  await using b = new Bench();
  const [device] = await b.source.list();
  await using first = await b.source.open(device!, ENDS);
  assertEquals(await b.client().list(), [], "what is in use is not offered");
  const second = b.client();
  const busy = await assertRejects(() => second.open(device!, ENDS), Fault);
  assertEquals(busy.slug, "usb-busy");
  await first.send(Uint8Array.of(0xF1, ...new Array(15).fill(0)), 1000);
  assertEquals((await first.receive(6, 1000)).length, 6);
});

Deno.test("usbip: who asks for 4 GiB is hung up on, and the board is free again", async () => {
  await using b = new Bench();
  for (const isIn of [0, 1]) {
    const stream = new ByteStream(await connect("127.0.0.1", b.server.port));
    const busid = [..."1-1"].map((c) => c.charCodeAt(0));
    stream.put(Uint8Array.from([1, 0x11, 0x80, 3, 0, 0, 0, 0, ...busid, ...new Array(29).fill(0)]));
    await stream.take(320);
    const submit = new Uint8Array(48);
    [1, 1, 0x10002, isIn, 1, 0, 0xFFFF_FFFF].forEach((word, i) =>
      new DataView(submit.buffer).setUint32(4 * i, word)
    );
    stream.put(submit);
    await assertRejects(() => stream.take(48), HungUp);
    stream.close();
  }
  assertEquals(b.warnings, new Array(2).fill("USB/IP: a transfer of 4294967295 bytes"));
  assertEquals((await b.source.list()).length, 1);
});
Deno.test("usbip: a silent endpoint is a timeout, and the next command is answered", async () => {
  await using b = new Bench();
  const [device] = await b.source.list();
  await using pipe = await b.source.open(device!, ENDS);
  const late = await assertRejects(() => pipe.receive(6, 30), Fault);
  assertEquals(late.slug, "usb-timeout");
  const command = Uint8Array.of(0xF1, ...new Array(15).fill(0));
  await pipe.send(command, 1000);
  assertEquals((await pipe.receive(6, 1000)).length, 6);
  // halted by the device, cleared by the host; reset as Linux' own server understands it
  const setup = Uint8Array.of(0x02, 0x03, 0, 0, 0x81, 0, 0, 0);
  const urb = { endpoint: 0, in: false, length: 0, setup, data: new Uint8Array(0) };
  b.board.usb.submit({ ...urb, done: () => {} });
  const halted = await assertRejects(() => pipe.receive(6, 1000), Fault);
  assertEquals(halted.slug, "usb-stall");
  await pipe.clearHalt("in");
  await pipe.send(command, 1000);
  assertEquals((await pipe.receive(6, 1000)).length, 6);
  await pipe.send(command, 1000);
  await pipe.reset();
  const dropped = await assertRejects(() => pipe.receive(6, 30), Fault);
  assertEquals(dropped.slug, "usb-timeout", "the answer went with the reset");
});

Deno.test("usbip: an unplugged board ends what waits; it can be opened after it is back", async () => {
  await using b = new Bench();
  const [device] = await b.source.list();
  {
    await using pipe = await b.source.open(device!, ENDS);
    const waiting = assertRejects(() => pipe.receive(6, 60_000), Fault);
    b.board.unplug();
    assertEquals((await waiting).slug, "usb-gone");
    const after = await assertRejects(() => pipe.send(new Uint8Array(16), 1000), Fault);
    assertEquals(after.slug, "usb-gone");
  }
  assertEquals(await b.source.list(), []);
  const refused = await assertRejects(() => b.source.open(device!, ENDS), Fault);
  assertEquals(refused.slug, "usbip-refused");
  b.board.replug();
  assertEquals((await b.source.list()).length, 1);
});

/** Places in a flash of 4 KiB, which takes some 90 transfers: every part of it is met. */
const places = (count: number, seed: number): number[] =>
  Array.from(noise(count, seed), (x) => 1 + Math.floor(x * 90 / 256));

Deno.test("usbip: unplugged at 25 places of a flash: exit 20, 22 or 40, never a hang", async () => {
  for (const at of places(25, 11)) {
    await using b = new Bench(`${BOARD}?host=direct&chaos=unplug@${at}`);
    const exit = await exitOf(ownFlash(b.source, 0x1000));
    assert([20, 22, 40].includes(exit), `exit ${exit} at exchange ${at}`);
  }
});

Deno.test("usbip: the server dies at 25 places of a flash: exit 20, 22 or 40, never a hang", async () => {
  for (const at of places(25, 12)) {
    await using b = new Bench(`${BOARD}?host=direct`);
    let count = 0;
    const killed: Promise<void>[] = [];
    b.board.usb.meddler = (urb, deliver) => {
      if (++count === at) killed.push(b.server.close());
      deliver(urb);
    };
    const exit = await exitOf(ownFlash(b.source, 0x1000));
    assert([20, 22, 40].includes(exit), `exit ${exit} at exchange ${at}`);
    await Promise.all(killed);
    b.server.close = () => Promise.resolve();
  }
});
