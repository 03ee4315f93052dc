import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { diagnose, Fault } from "../../src/base/mod.ts";
import { findDevice, type UsbDevice, usbFault } from "../../src/usb/mod.ts";
import { readableSerial, stringFromDescriptor } from "../../src/usb/serial.ts";

const device = (place: string, serial: string): UsbDevice => ({
  vendorId: 0x0483,
  productId: 0x374B,
  place,
  serial,
  product: "STM32 STLink",
});
const two = [
  device("1-4.2", "066BFF313833554E43254512"),
  device("1-4.3", "066BFF313833554E43259999"),
];
const refused = (list: readonly UsbDevice[], wanted?: string) =>
  assertThrows(() => findDevice(list, wanted), Fault);

Deno.test("findDevice: by place, by serial, by its beginning or end in any case, or the only one", () => {
  assertEquals(findDevice(two, "1-4.3"), two[1]);
  assertEquals(findDevice(two, "066bff313833554e43254512"), two[0]);
  assertEquals(findDevice(two, "4512"), two[0]);
  assertEquals(findDevice(two.slice(0, 1)), two[0]);
});
Deno.test("findDevice: none, several, or another one each have their own fault", () => {
  assertEquals(refused([]).slug, "no-probe");
  assertEquals([refused([]).exit, refused(two).slug, refused(two, "066B").slug], [
    20,
    "probe-ambiguous",
    "probe-ambiguous",
  ]);
  assertEquals(refused(two, "451").slug, "probe-not-found");
  assertStringIncludes(
    diagnose(refused(two, "7777")).causes[0]?.text ?? "",
    "1-4.2 (STM32 STLink, serial 066BFF313833554E43254512)",
  );
});
Deno.test("findDevice: clones with one serial are told apart by place", () => {
  const clones = [device("1-1", "AAAA0000"), device("1-2", "AAAA0000")];
  assertStringIncludes(diagnose(refused(clones, "AAAA0000")).next[0]?.text ?? "", "--probe 1-1");
});
Deno.test("no-probe: names what was looked for and the virtual board, and shows only known causes", () => {
  const d = diagnose(usbFault("no-probe", { count: 4 }));
  assertEquals(d.causes.map((c) => c.text), [
    "4 USB devices were looked at, none is a probe this version knows",
  ]);
  assertStringIncludes(JSON.stringify(d.next), "--probe sim:stm32f746g-disco");
});
Deno.test("serial: raw bytes of old firmware become digits, proper ones stay", () => {
  assertEquals(readableSerial("066BFF313833554E43254512"), "066BFF313833554E43254512");
  assertEquals(
    readableSerial("P\u00ffm\u0006IpTS$\u0012\u0008\u0087"),
    "50FF6D06497054532412088" + "7",
  );
  const raw = new Uint8Array([10, 3, 0x41, 0, 0xFF, 0, 0x42, 0, 0x30, 0, 9, 9]);
  assertEquals(stringFromDescriptor(raw), "A\u00ffB0");
});
