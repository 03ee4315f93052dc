/** The USB/IP client against servers that are none, and what it says then. */
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { type Clock, diagnose, Fault } from "../../src/base/mod.ts";
import { isUsbipAddress, type UsbipConnection, usbipSource } from "../../src/usb/mod.ts";

/** A clock on which nothing is ever late. */
const still: Clock = {
  now: () => 0,
  sleep: (_, signal) =>
    new Promise((_resolve, reject) =>
      signal?.addEventListener("abort", () => reject(signal.reason))
    ),
};
/** A clock on which everything is late. */
const hasty: Clock = { now: () => 0, sleep: () => Promise.resolve() };

/** A server that says these bytes to each who connects, then hangs up. */
function saying(...bytes: readonly number[]): () => Promise<UsbipConnection> {
  return () => {
    let left = Uint8Array.from(bytes);
    return Promise.resolve({
      read(into) {
        if (left.length === 0) return Promise.resolve(null);
        into.set(left);
        const n = left.length;
        left = new Uint8Array(0);
        return Promise.resolve(n);
      },
      write: (b) => Promise.resolve(b.length),
      close: () => {},
    });
  };
}
const silent = (): Promise<UsbipConnection> =>
  Promise.resolve({
    read: () => new Promise(() => {}),
    write: (b) => Promise.resolve(b.length),
    close: () => {},
  });
const ADDRESS = "usbip://bench.lan:3241";
const DEVICE = { vendorId: 0x0483, productId: 0x374B, serial: "", place: "1-1" };
const ENDS = { interface: 0, out: 1, in: 0x81 };

async function said(work: () => Promise<unknown>): Promise<string> {
  const f = await assertRejects(work, Fault);
  return `${f.code} ${f.slug}: ${diagnose(f).title}`;
}

Deno.test("usbip: addresses", () => {
  assertEquals(["usbip://a", "sim:x", "1-1"].map(isUsbipAddress), [true, false, false]);
  for (
    const bad of ["usbip://", "usbip://a:b", "usbip://a:99999", "usbip://a/1 2", "usbip://a:0"]
  ) {
    const f = assertThrows(() => usbipSource(bad, silent), Fault);
    assertEquals(f.slug, "usbip-bad-address");
    assertStringIncludes(f.message, `${bad} is no address of a USB/IP server`);
  }
  for (const good of ["usbip://a", "usbip://a/", "usbip://a:1/1-1.2", "usbip://[::1]:3240/1-1"]) {
    assertEquals(usbipSource(good, silent).kind, "usbip");
  }
});

Deno.test("usbip: nobody there, or nobody who answers", async () => {
  const refusing = () => Promise.reject(new Error("Connection refused (os error 111)"));
  assertEquals(
    await said(() => usbipSource(ADDRESS, refusing, still).list()),
    "E2013 usbip-no-server: No USB/IP server answers at bench.lan:3241: Connection refused (os error 111)",
  );
  assertStringIncludes(
    await said(() => usbipSource(ADDRESS, silent, hasty).list()),
    "usbip-no-server: No USB/IP server answers at bench.lan:3241: it did not answer within 5000 ms",
  );
  assertStringIncludes(
    await said(() => usbipSource(ADDRESS, () => new Promise(() => {}), hasty).list()),
    "no connection within 5000 ms",
  );
});

Deno.test("usbip: refused, by what the server says", async () => {
  const opening = (status: number) =>
    said(() =>
      usbipSource(ADDRESS, saying(1, 0x11, 0, 3, 0, 0, 0, status), still).open(DEVICE, ENDS)
    );
  assertEquals(
    await opening(4),
    "E2014 usbip-refused: The USB/IP server at bench.lan:3241 does not give 1-1: there is no such device",
  );
  assertStringIncludes(
    await opening(2),
    "E7500 usb-busy: Another program holds the probe at usbip://",
  );
  assertStringIncludes(await opening(9), "status 9");
  const list = usbipSource(ADDRESS, saying(1, 0x11, 0, 5, 0, 0, 0, 5), still);
  assertStringIncludes(await said(() => list.list()), "does not give its list: status 5");
});

Deno.test("usbip: what answers is no USB/IP", async () => {
  const listing = (...bytes: number[]) =>
    said(() => usbipSource(ADDRESS, saying(...bytes), still).list());
  assertEquals(
    await listing(...new TextEncoder().encode("SSH-2.0-OpenSSH")),
    "E2016 usbip-nonsense: What answers at bench.lan:3241 does not speak USB/IP 1.1.1: it begins with 5353 482d",
  );
  assertStringIncludes(await listing(1, 0x11, 0), "the server closed the connection");
  assertStringIncludes(
    await listing(1, 0x11, 0, 5, 0, 0, 0, 0, 0x7F, 0, 0, 0),
    "a list of 2130706432 devices",
  );
});

/** `numbers` big endian, each in `size` bytes */
const big = (size: number, ...numbers: readonly number[]): number[] =>
  numbers.flatMap((n) =>
    Array.from({ length: size }, (_, i) => (n / 256 ** (size - 1 - i)) & 0xFF)
  );
/** the answer to an import: a device with these ids */
const imported = (vendorId: number, productId: number): number[] => [
  ...big(2, 0x111, 3),
  ...big(4, 0),
  ...new Array(288).fill(0),
  ...big(4, 1, 2, 2),
  ...big(2, vendorId, productId, 0x100),
  ...[0xEF, 2, 1, 1, 1, 4],
];

Deno.test("usbip: another device than the one that was listed is not taken for it", async () => {
  const open = () =>
    usbipSource(ADDRESS, saying(...imported(0x1234, 0x5678)), still).open(DEVICE, ENDS);
  assertStringIncludes(await said(open), "another device is there now");
});

Deno.test("usbip: an answer that is longer than asked for is an overflow, not data", async () => {
  const answer = [
    ...big(4, 3, 1, 0, 0, 0, 0, 70),
    ...new Array(20).fill(0),
    ...new Array(70).fill(7),
  ];
  const server = saying(...imported(0x0483, 0x374B), ...answer);
  await using pipe = await usbipSource(ADDRESS, server, still).open(DEVICE, ENDS);
  assertStringIncludes(await said(() => pipe.receive(64, 100)), "usb-overflow");
});

Deno.test("usbip: a server that says 1 for a failure", async () => {
  const answer = [...big(4, 3, 1, 0, 0, 0, 1, 0), ...new Array(20).fill(0)];
  const server = saying(...imported(0x0483, 0x374B), ...answer);
  await using pipe = await usbipSource(ADDRESS, server, still).open(DEVICE, ENDS);
  assertStringIncludes(await said(() => pipe.receive(64, 100)), "errno 1 ");
});
