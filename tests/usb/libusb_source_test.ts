import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { diagnose, Fault } from "../../src/base/mod.ts";
import { LibusbSource } from "../../src/usb/libusb_pipe.ts";
import { type LibraryHost, loadOnce } from "../../src/usb/library.ts";
import { udevRules, type UsbPipe } from "../../src/usb/mod.ts";
import { udevRule } from "../../src/usb/udev.ts";
import { type FakeDevice, FakeLibusb } from "./support/fake_libusb.ts";

const ENDS = { interface: 0, out: 1, in: 0x81 };
const SERIAL = "066BFF313833554E43254512";
// bus 250 is on no machine, so that nothing is found in the sysfs of this one
const stlink = (more: Partial<FakeDevice> = {}): FakeDevice => ({
  vendorId: 0x0483,
  productId: 0x374B,
  bus: 250,
  address: 7,
  ports: [4, 2],
  strings: ["STMicroelectronics", "STM32 STLink", SERIAL],
  ...more,
});
function source(...devices: FakeDevice[]): { fake: FakeLibusb; source: LibusbSource } {
  const fake = new FakeLibusb(devices);
  const library = { lib: fake.lib, context: 9n, path: "/fake/libusb.so", version: "1.0.26" };
  return { fake, source: new LibusbSource(library) };
}
async function opened(
  ...bulk: NonNullable<FakeDevice["bulk"]>
): Promise<{ fake: FakeLibusb; pipe: UsbPipe }> {
  const { fake, source: s } = source(stlink({ bulk }));
  const [device] = await s.list();
  fake.log.length = 0;
  if (!device) throw new Error("not listed");
  return { fake, pipe: await s.open(device, ENDS) };
}
const refusal = async (more: Partial<FakeDevice>): Promise<Fault> => {
  const { source: s } = source(stlink(more));
  const [device] = await s.list();
  return await assertRejects(() => s.open(device ?? fail(), ENDS), Fault);
};
const fail = (): never => {
  throw new Error("not listed");
};

Deno.test("list: place, ids and texts; a root hub is named after its bus", async () => {
  const { fake, source: s } = source(stlink(), stlink({ ports: [], vendorId: 0x1D6B }));
  const [probe, hub] = await s.list();
  assertEquals(probe, {
    vendorId: 0x0483,
    productId: 0x374B,
    place: "250-4.2",
    serial: SERIAL,
    manufacturer: "STMicroelectronics",
    product: "STM32 STLink",
  });
  assertEquals(hub?.place, "usb250");
  assertEquals(fake.log, ["open", "close", "free list"], "another maker's device is not opened");
});
Deno.test("list: twelve raw bytes are an old ST-LINK's serial, and twelve characters of another device are not", async () => {
  // with a zero and a byte above 0x7F, which a text of the kernel or of libusb's helper would damage
  const raw = String.fromCharCode(
    0x50,
    0xFF,
    0,
    0x06,
    0x49,
    0x70,
    0x54,
    0x53,
    0x24,
    0x12,
    0x08,
    0x87,
  );
  const strings = ["STMicroelectronics", "ST-LINK", raw] as const;
  const dfu = stlink({ productId: 0xDF11, strings: ["ST", "DFU", "FFFFFFFEFFFF"] });
  const { source: s } = source(stlink({ productId: 0x3748, strings }), dfu);
  assertEquals((await s.list()).map((d) => d.serial), ["50FF00064970545324120887", "FFFFFFFEFFFF"]);
});
Deno.test("list: a device that may not be opened says so and stays in the list", async () => {
  const { source: s } = source(stlink({ openCode: -3 }), stlink({ openCode: -99 }));
  assertEquals((await s.list()).map((d) => [d.serial, d.unreadable]), [
    ["", "usb-no-permission"],
    ["", "usb-failed"],
  ]);
});

Deno.test("open: claims, moves bytes, releases and closes; a second close does nothing", async () => {
  const { fake, pipe } = await opened({ code: 0 }, { code: 0, data: Uint8Array.of(1, 2) });
  await pipe.send(new Uint8Array(16), 500);
  assertEquals([...await pipe.receive(6, 500)], [1, 2]);
  await pipe.clearHalt("in");
  await pipe[Symbol.asyncDispose]();
  await pipe[Symbol.asyncDispose]();
  assertEquals(fake.log, [
    "open",
    "claim 0",
    "free list",
    "out 16 within 500",
    "in 6 within 500",
    "halt 129",
    "release",
    "close",
  ]);
});
Deno.test("a closed pipe is refused before its handle reaches libusb", async () => {
  const { fake, pipe } = await opened({ code: 0 });
  await pipe[Symbol.asyncDispose]();
  const calls = fake.log.length;
  for (
    const act of [
      () => pipe.send(new Uint8Array(1), 9),
      () => pipe.receive(1, 9),
      () => pipe.reset(),
    ]
  ) {
    assertEquals((await assertRejects(act, Fault)).slug, "usb-gone");
  }
  assertEquals(fake.log.length, calls);
});
Deno.test("a source gives its context back after its last pipe, once", async () => {
  const { fake, source: s } = source(stlink());
  const [device] = await s.list();
  const pipes = [await s.open(device ?? fail(), ENDS), await s.open(device ?? fail(), ENDS)];
  await pipes[0]?.[Symbol.asyncDispose]();
  await s[Symbol.asyncDispose]();
  assertEquals(fake.log.filter((l) => l.startsWith("exit")), [], "a handle is open");
  await pipes[1]?.[Symbol.asyncDispose]();
  assertEquals(fake.log.slice(-2), ["close", "exit 9"]);
  await s[Symbol.asyncDispose]();
  await pipes[1]?.[Symbol.asyncDispose]();
  assertEquals((await assertRejects(() => s.list(), Fault)).slug, "usb-gone");
  assertEquals(fake.log.slice(-2), ["close", "exit 9"]);
});
Deno.test("transfers are served in the order of asking, also after one that failed", async () => {
  const { fake, pipe } = await opened({ code: -9 }, { code: 0, data: Uint8Array.of(7) });
  const sent = assertRejects(() => pipe.send(new Uint8Array(3), 10), Fault);
  const got = pipe.receive(1, 20);
  assertEquals([(await sent).slug, [...await got]], ["usb-stall", [7]]);
  assertEquals(fake.log.slice(-2), ["out 3 within 10", "in 1 within 20"]);
});
Deno.test("a long wait is cut into slices of a second, and bytes that came meanwhile are kept", async () => {
  const { fake, pipe } = await opened(
    { code: -7 },
    { code: -7, data: Uint8Array.of(1, 2) },
    { code: 0, data: Uint8Array.of(3) },
  );
  assertEquals([...await pipe.receive(64, 2500)], [1, 2, 3]);
  assertEquals(fake.log.slice(-3), ["in 64 within 1000", "in 64 within 1000", "in 62 within 500"]);
});
Deno.test("each error of libusb is one fault with its own sentence", async () => {
  const cases: [code: number, slug: string, says: string][] = [
    [-7, "usb-timeout", "The probe did not answer within 300 ms (receiving 64 bytes)"],
    [-9, "usb-stall", "The probe refused a USB transfer with a stall (receiving 64 bytes)"],
    [-8, "usb-overflow", "The probe sent more bytes than were asked for (receiving 64 bytes)"],
    [-4, "usb-gone", "The probe is no longer there (receiving 64 bytes)"],
    [-1, "usb-failed", "A USB transfer failed: LIBUSB_ERROR_IO (-1) (receiving 64 bytes)"],
  ];
  for (const [code, slug, says] of cases) {
    const { pipe } = await opened({ code });
    const f = await assertRejects(() => pipe.receive(64, 300), Fault);
    assertEquals([f.slug, f.message, f.exit], [slug, says, 20]);
  }
  const { pipe } = await opened();
  assertEquals((await assertRejects(() => pipe.reset(), Fault)).slug, "usb-gone");
});

Deno.test("no permission: names the place, the rule that is missing and how to install all rules", async () => {
  const d = diagnose(await refusal({ openCode: -3 }));
  assertEquals([d.slug, d.exit, d.title], [
    "usb-no-permission",
    20,
    "This user may not open the USB device 250-4.2",
  ]);
  assertStringIncludes(d.next[0]?.text ?? "", 'ATTR{idVendor}=="0483", ATTR{idProduct}=="374b"');
  assertStringIncludes(d.next[1]?.command ?? "", "probekit udev | sudo tee");
  assertEquals(d.causes[0]?.because, ["/dev/bus/usb/250/007 is not writable"]);
  assertStringIncludes(udevRules(), udevRule(0x0483, 0x374B));
});
Deno.test("busy: exit 75; the handle is closed again", async () => {
  const { fake, source: s } = source(stlink({ claimCode: -6 }));
  const [device] = await s.list();
  const f = await assertRejects(() => s.open(device ?? fail(), ENDS), Fault);
  assertEquals([f.slug, f.exit, f.message], [
    "usb-busy",
    75,
    "Another program holds the probe at 250-4.2",
  ]);
  assertEquals(fake.log.slice(-3), ["claim 0", "close", "free list"]);
});
Deno.test("open: unplugged, without a driver, and any other error", async () => {
  assertEquals((await refusal({ openCode: -4 })).slug, "usb-gone");
  assertEquals(
    (await refusal({ openCode: -99 })).message,
    "A USB transfer failed: LIBUSB_ERROR_OTHER (-99) (opening 250-4.2)",
  );
  const d = diagnose(await refusal({ openCode: -12 }));
  assertEquals([d.slug, d.title], [
    "usb-no-driver",
    "The USB device 250-4.2 has no driver that lets programs use it",
  ]);
  const { source: s } = source(stlink());
  const [device] = await s.list();
  const moved = { ...device ?? fail(), place: "250-9" };
  assertEquals((await assertRejects(() => s.open(moved, ENDS), Fault)).slug, "usb-gone");
});

Deno.test("loading: each way to fail has its own fault and says what to do", () => {
  const host = (more: Partial<LibraryHost>): LibraryHost => ({
    os: "linux",
    override: undefined,
    exists: () => undefined,
    load: () => {
      throw new Error("wrong ELF class: ELFCLASS32");
    },
    ...more,
  });
  const refused = (more: Partial<LibraryHost>) =>
    diagnose(assertThrows(() => loadOnce(host(more)), Fault));
  const missing = refused({ exists: () => false, osRelease: 'ID="opensuse-leap"\nID_LIKE="suse"' });
  assertEquals([missing.slug, missing.next[0]?.command], [
    "no-libusb",
    "sudo zypper install libusb-1_0-0",
  ]);
  assertEquals(refused({ override: "/opt/x.so", exists: () => false }).slug, "no-libusb");
  assertStringIncludes(refused({}).title, "cannot be used: wrong ELF class: ELFCLASS32");
  const denied = refused({ allowed: () => "denied", load: () => notCapable() });
  assertEquals(denied.slug, "libusb-not-allowed");
  assertStringIncludes(denied.next[0]?.text ?? "", "--allow-ffi=/usr/lib/");
});
const notCapable = (): never => {
  throw Object.assign(new Error("Requires ffi access"), { name: "NotCapable" });
};
