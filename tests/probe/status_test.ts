import { assertEquals, assertStringIncludes } from "@std/assert";
import { isWait, statusFault, statusOf } from "../../src/probe/stlink/status.ts";

// facts/stlink.md §9: which codes are repeated
Deno.test("isWait() repeats on AP WAIT and DP WAIT only", () => {
  const waits = Array.from({ length: 256 }, (_, code) => code).filter(isWait);
  assertEquals(waits, [0x10, 0x14]);
});

Deno.test("statusOf() sorts every documented code", () => {
  const kinds: Record<string, number[]> = {};
  for (let code = 0; code < 256; code++) {
    if (statusOf(code).name !== "UNKNOWN") (kinds[statusOf(code).kind] ??= []).push(code);
  }
  assertEquals(kinds, {
    refused: [1, 2, 3, 4, 6, 7, 8, 0x0A, 0x0C, 0x0D, 0x0E, 0x1D, 0x20, 0x29, 0x40, 0x41, 0x42],
    silent: [5, 9, 0x0B, 0x13, 0x16, 0x17],
    wait: [0x10, 0x14],
    bus: [0x11, 0x12, 0x15, 0x18, 0x19, 0x1A, 0x81],
    ok: [0x80],
  });
});

Deno.test("statusFault() names the address of a refused access", () => {
  const fault = statusFault(0x11, {
    command: "READMEM32",
    access: "read",
    at: 0x08000000,
    length: 64,
  });
  assertEquals(fault.slug, "bus-refused");
  assertEquals(fault.message, "The chip's bus refused to read 0x08000000");
  assertEquals(fault.facts["at"], 0x08000000);
  assertEquals(fault.facts["length"], 64);
  assertEquals(fault.exit, 21);
});

Deno.test("statusFault() turns each kind into its own fault", () => {
  const doing = { command: "READ_DAP_REG" };
  assertEquals(statusFault(0x16, doing).slug, "link-lost");
  assertEquals(statusFault(0x10, { ...doing, waitedMs: 1000.4 }).slug, "bus-busy");
  assertStringIncludes(statusFault(0x10, { ...doing, waitedMs: 1000.4 }).message, "1000 ms");
  assertEquals(statusFault(0x42, doing).slug, "probe-status");
  assertEquals(
    statusFault(0x42, doing).message,
    "The probe refused READ_DAP_REG: its firmware does not know the command (status 0x42 UNKNOWN_COMMAND)",
  );
  assertStringIncludes(statusFault(0x77, doing).message, "0x77 UNKNOWN");
  assertEquals(
    statusFault(0x12, { ...doing, access: "read", where: "register 0x0C of access port 0" })
      .message,
    "The chip's bus refused to read register 0x0C of access port 0",
  );
});
