/** usbfs as the umockdev front-end answers it: what tools rarely do, and what goes wrong. */
import { assertEquals, assertThrows } from "@std/assert";
import { Fault, u32le } from "../../src/base/mod.ts";
import { LiveTime } from "../../src/sim/front/live_time.ts";
import { withUmockdev } from "../../src/sim/front/umockdev.ts";
import { writeDevice, writeHub } from "../../src/sim/front/umockdev_tree.ts";
import { type Claims, UsbfsHandle } from "../../src/sim/front/usbfs.ts";
import { openSim } from "../../src/sim/mod.ts";

const ioctl = (nr: number): number => 0x5500 + nr;
const ERRNO = {
  ENOENT: 2,
  EAGAIN: 11,
  EBUSY: 16,
  ENODEV: 19,
  EINVAL: 22,
  ENOTTY: 25,
  EPIPE: 32,
  ENODATA: 61,
};
const good = { result: 0, errno: 0 };
const bad = (errno: number) => ({ result: -1, errno });

/** A process with memory, and handles on one board. */
class Process implements Disposable {
  readonly sim = openSim("sim:stm32f746g-disco");
  readonly memory = new Uint8Array(0x1_0000);
  readonly warnings: string[] = [];
  readonly live = new LiveTime(this.sim.boards);
  readonly claims: Claims = new Map();
  open(): UsbfsHandle {
    const memory = {
      read: (at: bigint, n: number) =>
        Promise.resolve(this.memory.slice(Number(at), Number(at) + n)),
      write: (at: bigint, bytes: Uint8Array) => this.memory.set(bytes, Number(at)),
    };
    const warn = (note: string) => void this.warnings.push(note);
    return new UsbfsHandle(this.sim.board.usb, memory, this.claims, this.live, warn);
  }
  /** Puts bytes into memory; gives their address. */
  put(at: number, ...bytes: readonly number[]): bigint {
    this.memory.set(bytes, at);
    return BigInt(at);
  }
  /** A URB at `at` over `length` bytes at `buffer`. */
  urb(at: number, type: number, endpoint: number, buffer: number, length: number): bigint {
    const view = new DataView(this.memory.buffer);
    this.memory.fill(0, at, at + 56);
    this.memory.set([type, endpoint], at);
    view.setBigInt64(at + 16, BigInt(buffer), true);
    view.setInt32(at + 24, length, true);
    return BigInt(at);
  }
  /** status, actual length of a URB that was reaped */
  ended(at: number): [number, number] {
    const view = new DataView(this.memory.buffer);
    return [view.getInt32(at + 4, true), view.getInt32(at + 28, true)];
  }
  [Symbol.dispose](): void {
    this.live[Symbol.dispose]();
  }
}
const BULK = 3;
const CONTROL = 2;

Deno.test("usbfs: an interface is one handle's; closing gives it back", async () => {
  using p = new Process();
  const [first, second] = [p.open(), p.open()];
  const face = p.put(0x100, 0, 0, 0, 0);
  assertEquals(await first.ioctl(ioctl(15), face), good);
  assertEquals(await second.ioctl(ioctl(15), face), bad(ERRNO.EBUSY));
  assertEquals(await second.ioctl(ioctl(27), face), bad(ERRNO.EBUSY));
  assertEquals(await second.ioctl(ioctl(16), face), bad(ERRNO.EINVAL));
  first.close();
  assertEquals(await second.ioctl(ioctl(15), face), good);
  assertEquals(await second.ioctl(ioctl(16), face), good);
});

Deno.test("usbfs: as the kernel has it, a transfer needs its interface, and an endpoint that there is", async () => {
  using p = new Process();
  const [first, second] = [p.open(), p.open()];
  assertEquals(await first.ioctl(ioctl(15), p.put(0x100, 9, 0, 0, 0)), bad(ERRNO.ENOENT));
  assertEquals(
    await first.ioctl(ioctl(10), p.urb(0x200, BULK, 0x8F, 0x2000, 64)),
    bad(ERRNO.ENOENT),
  );
  await first.ioctl(ioctl(15), p.put(0x100, 0, 0, 0, 0));
  const read = () => second.ioctl(ioctl(10), p.urb(0x200, BULK, 0x81, 0x2000, 64));
  assertEquals(await read(), bad(ERRNO.EBUSY));
  first.close();
  assertEquals(await read(), good);
  assertEquals(
    await p.open().ioctl(ioctl(15), 0x100n),
    bad(ERRNO.EBUSY),
    "the read has claimed it",
  );
});

Deno.test("usbfs: a command and its answer; a read that is taken back ends with -2", async () => {
  using p = new Process();
  const h = p.open();
  p.put(0x1000, 0xF1, ...new Array(15).fill(0));
  assertEquals(await h.ioctl(ioctl(10), p.urb(0x200, BULK, 0x01, 0x1000, 16)), good);
  assertEquals(await h.ioctl(ioctl(13), 0x300n), good);
  assertEquals([u32le(p.memory, 0x300), ...p.ended(0x200)], [0x200, 0, 16]);
  await h.ioctl(ioctl(10), p.urb(0x200, BULK, 0x81, 0x2000, 64));
  await h.ioctl(ioctl(13), 0x300n);
  assertEquals([...p.memory.slice(0x2000, 0x2006)], [0x29, 0x5A, 0x83, 0x04, 0x4B, 0x37]);
  assertEquals(p.ended(0x200), [0, 6]);
  await h.ioctl(ioctl(10), p.urb(0x200, BULK, 0x81, 0x2000, 64));
  assertEquals(await h.ioctl(ioctl(13), 0x300n), bad(ERRNO.EAGAIN));
  assertEquals(await h.ioctl(ioctl(11), 0x200n), good);
  assertEquals(await h.ioctl(ioctl(11), 0x200n), bad(ERRNO.EINVAL));
  assertEquals(await h.ioctl(ioctl(13), 0x300n), good);
  assertEquals(p.ended(0x200), [-2, 0]);
});

Deno.test("usbfs: control transfers, both ways they are asked for", async () => {
  using p = new Process();
  const h = p.open();
  p.put(0x1000, 0x80, 6, 0, 1, 0, 0, 18, 0);
  await h.ioctl(ioctl(10), p.urb(0x200, CONTROL, 0, 0x1000, 8 + 18));
  assertEquals(await h.ioctl(ioctl(13), 0x300n), good);
  assertEquals([p.memory[0x1008], ...p.ended(0x200)], [18, 0, 18]);
  p.put(0x400, 0x80, 6, 0, 1, 0, 0, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0);
  assertEquals(await h.ioctl(ioctl(0), 0x400n), { result: 18, errno: 0 });
  assertEquals([...p.memory.slice(0x2008, 0x200C)], [0x83, 0x04, 0x4B, 0x37]);
  p.put(0x400, 0xC0, 0x77); // nobody knows this one
  assertEquals(await h.ioctl(ioctl(0), 0x400n), bad(ERRNO.EPIPE));
});

Deno.test("usbfs: halt and its end, reset, configuration, speed, what has no driver", async () => {
  using p = new Process();
  const h = p.open();
  p.put(0x1000, 0x02, 0x03, 0, 0, 0x81, 0, 0, 0);
  await h.ioctl(ioctl(10), p.urb(0x200, CONTROL, 0, 0x1000, 8));
  await h.ioctl(ioctl(13), 0x300n);
  await h.ioctl(ioctl(10), p.urb(0x200, BULK, 0x81, 0x2000, 64));
  await h.ioctl(ioctl(13), 0x300n);
  assertEquals(p.ended(0x200), [-32, 0]);
  assertEquals(await h.ioctl(ioctl(21), p.put(0x100, 0x81, 0, 0, 0)), good);
  await h.ioctl(ioctl(10), p.urb(0x200, BULK, 0x81, 0x2000, 64));
  assertEquals(await h.ioctl(ioctl(13), 0x300n), bad(ERRNO.EAGAIN));
  await h.ioctl(ioctl(11), 0x200n);
  assertEquals(await h.ioctl(ioctl(20), 0n), good);
  assertEquals(await h.ioctl(ioctl(5), p.put(0x100, 1, 0, 0, 0)), good);
  assertEquals(await h.ioctl(ioctl(4), p.put(0x100, 0, 0, 0, 0, 0, 0, 0, 0)), good);
  assertEquals(await h.ioctl(ioctl(31), 0n), { result: 2, errno: 0 });
  assertEquals(await h.ioctl(ioctl(8), 0x100n), bad(ERRNO.ENODATA));
  assertEquals(p.warnings, []);
});

Deno.test("usbfs: unplugged: pending ends, then no such device", async () => {
  using p = new Process();
  const h = p.open();
  await h.ioctl(ioctl(10), p.urb(0x200, BULK, 0x81, 0x2000, 64));
  p.sim.board.unplug();
  assertEquals(await h.ioctl(ioctl(13), 0x300n), good);
  assertEquals(p.ended(0x200), [-108, 0]);
  assertEquals(await h.ioctl(ioctl(13), 0x300n), bad(ERRNO.ENODEV));
  const urb = p.urb(0x200, BULK, 0x01, 0x1000, 16);
  assertEquals(await h.ioctl(ioctl(10), urb), bad(ERRNO.ENODEV));
});

Deno.test("usbfs: what is not modelled is said, with its number", async () => {
  using p = new Process();
  const h = p.open();
  assertEquals(await h.ioctl(ioctl(28), 0n), bad(ERRNO.ENOTTY));
  assertEquals(await h.ioctl(0x5401, 0n), bad(ERRNO.ENOTTY)); // TCGETS: isatty() asks everybody
  const iso = p.urb(0x200, 0, 0x81, 0x2000, 64);
  assertEquals(await h.ioctl(ioctl(10), iso), bad(ERRNO.EINVAL));
  assertEquals(p.warnings, [
    "usbfs ioctl 28 is not modelled",
    "usbfs: transfers of type 0 are not modelled",
  ]);
});

Deno.test("umockdev: the tree says where the device is, and forgets it", () => {
  const dir = Deno.makeTempDirSync();
  try {
    const { usb } = openSim("sim:stm32f746g-disco").board;
    writeHub(dir);
    const { remove, socket } = writeDevice(dir, 1, usb);
    const at = `${dir}/sys/bus/usb/devices/1-1`;
    const text = (name: string) => Deno.readTextFileSync(`${at}/${name}`).trimEnd();
    assertEquals(
      ["idVendor", "idProduct", "serial", "busnum", "devnum", "dev", "speed"].map(text),
      ["0483", "374b", usb.serial, "1", "2", "189:1", "12"],
    );
    assertEquals(Deno.realPathSync(`${at}/subsystem`), Deno.realPathSync(`${dir}/sys/bus/usb`));
    assertEquals(Deno.readFileSync(`${at}/descriptors`).length, 18 + usb.configDescriptor.length);
    assertEquals(Deno.readLinkSync(`${dir}/dev/.node/bus_usb_001_002`), "189:1");
    assertEquals(socket, `${dir}/ioctl/dev/bus/usb/001/002`);
    remove();
    assertThrows(() => Deno.lstatSync(at), Deno.errors.NotFound);
    assertThrows(() => Deno.lstatSync(`${dir}/dev/bus/usb/001/002`), Deno.errors.NotFound);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});

Deno.test("umockdev: not installed", () => {
  const f = assertThrows(() => withUmockdev([], { folders: ["/nowhere"] }), Fault);
  assertEquals([f.code, f.exit], ["E0207", 2]);
  assertEquals(
    f.message,
    "Programs cannot be shown a virtual board: libumockdev-preload.so.0 is not on this machine",
  );
});

Deno.test("live time: a host's waiting passes on the board", () => {
  const { boards, board } = openSim("sim:stm32f746g-disco");
  let now = 0;
  using live = new LiveTime(boards, 1, { now: () => now });
  const passed = (ms: number): number => {
    const before = board.ms;
    now += ms;
    live.passed();
    return board.ms - before;
  };
  assertEquals([passed(0), Math.round(passed(8)), Math.round(passed(60_000))], [0, 8, 100]);
  const before = board.ms;
  live.act(() => now += 50);
  assertEquals(
    [Math.round(board.ms - before), passed(0)],
    [0, 0],
    "the emulator's own time is not counted",
  );
});

Deno.test("live time: a core at 216 MHz gets a seventh of the time, one that sleeps all of it", () => {
  const { usb } = openSim("sim:stm32f746g-disco").board;
  for (const [cyclesPerMs, expected] of [[216_000, 1.5], [16_000, 10], [0, 10]] as const) {
    let [now, passed] = [0, 0];
    const chip = {
      core: { cycles: 0 },
      time: {
        now: 0,
        advance(ns: number): void {
          passed += ns / 1e6;
          chip.core.cycles += ns / 1e6 * cyclesPerMs;
        },
        at: () => () => {},
      },
    };
    using live = new LiveTime([{ usb, chip }], 1, { now: () => now });
    now += 10;
    live.passed();
    assertEquals(passed, expected);
  }
});
