import { assertEquals } from "@std/assert";
import { modelOf, stlinkEndpoints } from "../../src/probe/stlink/usb_ids.ts";
import { device } from "../support/scripted_pipe.ts";

const ends = (out: number) => ({ interface: 0, out, in: 0x81 });

Deno.test("stlinkEndpoints() knows every debuggable product id", () => {
  assertEquals(stlinkEndpoints(device(0x3748)), ends(2));
  for (const pid of [0x374A, 0x374B, 0x3742, 0x3752, 0x374E, 0x374F, 0x3753, 0x3754, 0x3757]) {
    assertEquals(stlinkEndpoints(device(pid)), ends(1), pid.toString(16));
  }
});

Deno.test("stlinkEndpoints() refuses V1, loaders and strangers", () => {
  for (const pid of [0x3744, 0x374D, 0x3755, 0x1234]) {
    assertEquals(stlinkEndpoints(device(pid)), undefined, pid.toString(16));
  }
  assertEquals(stlinkEndpoints({ ...device(0x3748), vendorId: 0x1209 }), undefined);
  assertEquals(modelOf(device(0x374D))?.unusable, "probe-in-loader");
  assertEquals(modelOf(device(0x3744))?.unusable, "probe-unsupported");
});
