import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import type { UsbDevice, UsbEndpoints, UsbPipe, UsbSource } from "../../src/usb/mod.ts";
import { listProbes, openProbe } from "../../src/probe/mod.ts";
import { FakeStlink } from "../support/fake_stlink.ts";
import { device } from "../support/scripted_pipe.ts";

class Bus implements UsbSource {
  readonly kind = "test";
  readonly clock;
  readonly opened: UsbEndpoints[] = [];
  constructor(readonly devices: readonly UsbDevice[], readonly fake = new FakeStlink()) {
    this.clock = fake.clock;
  }
  list(): Promise<readonly UsbDevice[]> {
    return Promise.resolve(this.devices);
  }
  open(_: UsbDevice, ends: UsbEndpoints): Promise<UsbPipe> {
    this.opened.push(ends);
    return Promise.resolve(this.fake);
  }
  async [Symbol.asyncDispose](): Promise<void> {}
}

Deno.test("listProbes() shows ST-LINKs only, with why one cannot be used", async () => {
  const bus = new Bus([
    { ...device(0x1234), vendorId: 0x1D6B },
    device(0x374B, "A"),
    { ...device(0x3748, ""), unreadable: "usb-no-permission" },
    device(0x374D, "L"),
    device(0x3744, "1"),
  ]);
  assertEquals((await listProbes(bus)).map((p) => [p.name, p.serial, p.place, p.problem]), [
    ["ST-LINK/V2-1", "A", "1-4", undefined],
    ["ST-LINK/V2", "", "1-4", "usb-no-permission"],
    ["STLINK-V3 loader", "L", "1-4", "probe-in-loader"],
    ["ST-LINK/V1", "1", "1-4", "probe-unsupported"],
  ]);
});

Deno.test("openProbe() claims the right endpoints", async () => {
  const bus = new Bus([]);
  await using probe = await openProbe(bus, device(0x374B));
  assertEquals(bus.opened, [{ interface: 0, out: 1, in: 0x81 }]);
  assertEquals(probe.id.firmware, "V2J37M26");
});

Deno.test("openProbe() refuses loaders, V1 and strangers without opening them", async () => {
  const cases: [UsbDevice, string, string][] = [
    [
      device(0x374D, ""),
      "probe-in-loader",
      "The probe STLINK-V3 loader is in its firmware loader and cannot debug",
    ],
    [
      device(0x3744, ""),
      "probe-unsupported",
      "ST-LINK/V1 cannot be used: it speaks the protocol of ST-LINK/V1",
    ],
    [
      { ...device(1, ""), product: "Mouse" },
      "probe-unsupported",
      "Mouse cannot be used: it is no ST-LINK that probekit knows",
    ],
  ];
  for (const [which, slug, message] of cases) {
    const bus = new Bus([]);
    const fault = await assertRejects(() => openProbe(bus, which), Fault);
    assertEquals([fault.slug, fault.message], [slug, message]);
    assertEquals(bus.opened, []);
  }
});
