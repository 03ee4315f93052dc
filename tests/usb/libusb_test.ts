import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { errorText } from "../../ffi/libusb.ts";
import { libraryCandidates } from "../../ffi/find_library.ts";
import { udevRules } from "../../src/usb/mod.ts";
import { firstFile, needs } from "../support/need.ts";

const LIBRARY = firstFile(...libraryCandidates(Deno.build.os, undefined));
const door = new URL("../../src/usb/mod.ts", import.meta.url).href;

const OVERRIDE = ["--allow-ffi", "--allow-read", "--allow-env=PROBEKIT_LIBUSB"];

/** Lists the devices in a process with these permissions; gives what it printed. */
async function list(flags: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const program = `import { libusbSource } from ${JSON.stringify(door)};
    try { const s = await libusbSource(); const l = await s.list(); console.log("devices", l.length, s.library.version); }
    catch (e) { console.log(e.slug ?? e.name, e.message); }`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", ...flags, "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env,
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(program));
  await writer.close();
  const { stdout, stderr, signal } = await child.output();
  assertEquals(signal, null); // libusb's own thread outlives what this process has open of it
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

needs(
  "libusb-1.0-0",
  LIBRARY !== undefined,
  "libusb: its own path is all the permission it needs: no read, no env",
  async () => {
    assertMatch(await list([`--allow-ffi=${LIBRARY}`]), /^devices \d+ 1\.0\.\d+\n$/);
  },
);
needs(
  "libusb-1.0-0",
  LIBRARY !== undefined,
  "libusb: without the permission the message names the flag's path",
  async () => {
    assertStringIncludes(
      await list([]),
      `libusb-not-allowed Deno was started without the permission to load ${LIBRARY}`,
    );
  },
);
Deno.test("libusb: a missing library says so", async () => {
  assertStringIncludes(
    await list(OVERRIDE, { PROBEKIT_LIBUSB: "/nowhere/libusb.so" }),
    "no-libusb libusb-1.0 is not on this machine",
  );
});
Deno.test("libusb: a file that is no library says so", async () => {
  const file = await Deno.makeTempFile();
  assertStringIncludes(await list(OVERRIDE, { PROBEKIT_LIBUSB: file }), "libusb-unfit");
  await Deno.remove(file);
});
Deno.test("errorText: libusb's own name and number", () => {
  assertEquals([errorText(-4), errorText(-77)], [
    "LIBUSB_ERROR_NO_DEVICE (-4)",
    "LIBUSB_ERROR_UNKNOWN (-77)",
  ]);
});
Deno.test("udevRules: every ST-LINK and CMSIS-DAP, one rule a line", () => {
  const rules = udevRules().split("\n").filter((l) => l.startsWith("SUBSYSTEM"));
  assertEquals(rules.length, 14);
  for (const r of rules) {
    assertMatch(r, /^SUBSYSTEM=="usb", .*MODE="0660", GROUP="plugdev", TAG\+="uaccess"$/);
  }
  assertStringIncludes(udevRules(), 'ATTR{idProduct}=="374b"');
});
