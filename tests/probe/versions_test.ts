import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  abilitiesOf,
  type Firmware,
  firmwareOf,
  gateOf,
  lacksOf,
  refusal,
} from "../../src/probe/stlink/versions.ts";
import { modelOf } from "../../src/probe/stlink/usb_ids.ts";
import { device } from "../support/scripted_pipe.ts";

const model = (pid: number) => modelOf(device(pid)) ?? fail(pid);
const fail = (pid: number): never => {
  throw new Error(`No model ${pid}`);
};
const reply = (major: number, jtag: number, third: number) => ({
  major,
  jtag,
  third,
  vendorId: 0x0483,
  productId: 0,
});
const v2 = (jtag: number): Firmware => ({ text: `V2J${jtag}S7`, major: 2, jtag });
const v3 = (jtag: number): Firmware => ({ text: `V3J${jtag}M1`, major: 3, jtag });

Deno.test("firmwareOf() names the third number by the product", () => {
  assertEquals(firmwareOf(model(0x374B), reply(2, 37, 26)).text, "V2J37M26");
  assertEquals(firmwareOf(model(0x3752), reply(2, 25, 14)).text, "V2J25M14");
  assertEquals(firmwareOf(model(0x3748), reply(2, 37, 7)).text, "V2J37S7");
  const ex = { major: 3, swim: 0, jtag: 13, massStorage: 4, bridge: 2, power: 0 };
  assertEquals(firmwareOf(model(0x374F), reply(3, 0, 0), ex).text, "V3J13M4B2");
  assertEquals(
    firmwareOf(model(0x3757), reply(3, 0, 0), { ...ex, major: 4, power: 1 }).text,
    "V4J13M4B2P1",
  );
});

Deno.test("firmwareOf() knows the SWIM firmware of STM8 Nucleo boards", () => {
  const firmware = firmwareOf(model(0x374B), reply(2, 25, 7));
  assertEquals(firmware, { text: "V2M25S7", major: 2, jtag: 0 });
  const fault = refusal(firmware, "ST-LINK/V2-1");
  assertEquals(fault?.slug, "probe-unsupported");
  assertStringIncludes(fault?.message ?? "", "STM8 chips only");
  // 13 is a mass-storage number again
  assertEquals(firmwareOf(model(0x374B), reply(2, 25, 13)).jtag, 25);
});

Deno.test("refusal() takes V2J24 and every V3, nothing older", () => {
  assertEquals(refusal(v2(24), "p"), undefined);
  assertEquals(refusal(v3(1), "p"), undefined);
  assertEquals(refusal(v2(23), "p")?.slug, "probe-firmware-too-old");
  assertEquals(refusal({ text: "V1J13S4", major: 1, jtag: 13 }, "p")?.slug, "probe-unsupported");
});

Deno.test("abilitiesOf() follows the gates of the firmware", () => {
  const old = abilitiesOf(v2(24));
  assertEquals([old.halfWords, old.opensAps, old.csw, old.miscItems], [false, false, false, 0]);
  assertEquals(abilitiesOf(v2(26)).halfWords, true);
  assertEquals([abilitiesOf(v2(27)).opensAps, abilitiesOf(v2(28)).opensAps], [false, true]);
  assertEquals([abilitiesOf(v2(31)).miscItems, abilitiesOf(v2(32)).miscItems], [0, 64]);
  assertEquals([abilitiesOf(v3(1)).miscItems, abilitiesOf(v3(2)).miscItems], [0, 1227]);
  assertEquals([abilitiesOf(v2(37)).bytesPerRead8, abilitiesOf(v2(37)).bytesPerWrite8], [64, 64]);
  assertEquals([abilitiesOf(v3(5)).bytesPerRead8, abilitiesOf(v3(5)).bytesPerWrite8], [64, 64]);
  assertEquals([abilitiesOf(v3(6)).bytesPerRead8, abilitiesOf(v3(6)).bytesPerWrite8], [128, 512]);
  assertEquals([abilitiesOf(v3(9)).topKhz, abilitiesOf(v3(10)).topKhz], [8000, undefined]);
  assertEquals(abilitiesOf(v2(37)).topKhz, undefined);
  assertEquals([abilitiesOf(v2(37)).reenters, abilitiesOf(v3(3)).reenters], [false, true]);
  const v4 = abilitiesOf({ text: "V4J1", major: 4, jtag: 1 });
  assertEquals([v4.csw, v4.miscItems, v4.bytesPerWrite8, v4.topKhz], [true, 1227, 512, undefined]);
});

Deno.test("lacksOf() says in sentences what a newer firmware would add", () => {
  assertEquals(lacksOf(v2(37)), []);
  assertEquals(lacksOf(v3(13)), []);
  assertEquals(lacksOf(v2(24)), [
    "V2J24S7 cannot access memory in 16-bit units; V2J26 can",
    "V2J24S7 cannot open access ports, so only access port 0 can be used; V2J28 can",
    "V2J24S7 cannot write many registers in one trip or see memory through the data cache, so flashing is slower and RAM behind an enabled cache may read stale; V2J32 can",
  ]);
  assertEquals(lacksOf(v3(2)).map((s) => s.split("; ")[1]), ["V3J3 can", "V3J6 can", "V3J10 can"]);
});

Deno.test("gateOf() names the firmware of the probe's own generation", () => {
  assertEquals(gateOf(v2(24), "csw").needed, "V2J32");
  assertEquals(gateOf(v3(1), "csw").needed, "V3J2");
});
