/**
 * The program and its neighbours with a real kernel: usbfs' permissions and claims, the serial port, unplugging. A
 * stage of its own, because it needs QEMU and downloads a kernel once: `deno test -A tests/rig/guest_rig.ts`.
 * One guest is booted for all of it.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { loadImage } from "../../src/image/mod.ts";
import { hasQemu } from "../../tasks/rig/guest.ts";
import { needs } from "../support/need.ts";
import { firmware } from "../cli/support/program.ts";
import { openocdArgs } from "../tools/support/tool.ts";
import { CASES, play } from "./support/cases.ts";
import { type GuestBench, GuestPlace } from "./support/guest_place.ts";
import { BOARD } from "./support/place.ts";
import { killed } from "./support/trouble_cases.ts";
import { upperFirmware } from "../support/upper_firmware.ts";

const KIB_4 = 0x1000;
/** of the descriptors: debug, for which there is no driver, mass storage, CDC control, CDC data */
const INTERFACES = ["ff - ", "08 usb-storage", "02 cdc_acm", "0a cdc_acm"];

let guest: GuestPlace | undefined;
const there = hasQemu();
if (there) {
  Deno.test.beforeAll(async () => {
    guest = await GuestPlace.boot();
  });
  Deno.test.afterAll(async () => await guest?.[Symbol.asyncDispose]());
}
/** A test in the one guest. What it holds open is older than the test. */
function inGuest(name: string, act: (place: GuestPlace) => Promise<void>): void {
  const title = `guest: ${name}`;
  const fn = async () => await act(guest ?? fail());
  if (there) Deno.test({ name: title, fn, sanitizeOps: false, sanitizeResources: false });
  else needs("qemu-system-x86", there, title, fn);
}
function fail(): never {
  throw new Error("the guest did not start");
}
const onBoard = (name: string, act: (bench: GuestBench) => Promise<void>, selector = BOARD) =>
  inGuest(name, async (place) => {
    await using bench = await place.bench(selector);
    await act(bench);
    assertEquals(bench.warnings, []);
  });
/** What a program said that ended with 0. */
async function good(b: GuestBench, command: string): Promise<string> {
  const { code, out, err } = await b.run(command);
  assertEquals(code, 0, `${command}\n${out}${err}`);
  return out + err;
}
const openocd = (...commands: readonly string[]): string =>
  ["openocd", ...openocdArgs("hla", ...commands)].map((a) => `'${a}'`).join(" ");

onBoard("the kernel's tree has the probe and its interfaces", async (b) => {
  const said = await good(
    b,
    `cd /sys/bus/usb/devices
    for d in *; do
      [ -f $d/idVendor ] && [ $(cat $d/idVendor) = 0483 ] || continue
      echo "$(cat $d/idVendor):$(cat $d/idProduct) $(cat $d/serial) $(cat $d/speed) $(cat $d/product)"
      for i in $d:*; do
        driver=-; [ -e $i/driver ] && driver=$(basename $(readlink $i/driver))
        echo "$(cat $i/bInterfaceClass) $driver"
      done
    done`,
  );
  const [probe, ...interfaces] = said.trim().split("\n");
  assertEquals(probe, `0483:374b ${b.board.usb.serial} 12 STM32 STLink`);
  assertEquals(interfaces, INTERFACES.map((line) => line.trimEnd()));
});

onBoard(
  "the kernel's storage driver finds a drive without a medium, and never resets the probe",
  async (b) => {
    const said = await good(
      b,
      `since() { dmesg | awk '/New USB device found, idVendor=0483/ { text = "" } { text = text $0 "\\n" }
      END { printf "%s", text }'; }
    for i in $(seq 100); do since | grep -q 'SCSI removable disk' && break; sleep 0.1; done
    since`,
    );
    assertStringIncludes(said, "Attached SCSI removable disk");
    assertEquals(said.split("\n").filter((line) => /reset|error/i.test(line)), []);
  },
);

for (const one of CASES) inGuest(`probekit: ${one.name}`, (place) => play(one, place));

inGuest("probekit: the emulator is killed in the middle of a flash", killed);

onBoard("probekit as users start it", async (b) => {
  const { code, out, err } = await b.process("", "flash", "hello.elf");
  assertEquals(code, 0, out + err);
  assertStringIncludes(out, "flash: the new image is in sector 0");
  b.board.run(50);
  assertStringIncludes(b.board.text, "hello from an STM32F746 at 216 MHz");
});

onBoard("st-info, st-flash and OpenOCD work, and probekit agrees with them", async (b) => {
  b.put("one.bin", firmware(KIB_4, 1));
  b.put("two.bin", firmware(KIB_4, 2));
  const verify = (name: string) => ["verify", name, "--base", "0x08000000"];
  assertStringIncludes(await good(b, "st-info --probe"), "chipid:     0x0449");
  await good(b, "st-flash write one.bin 0x08000000");
  assertEquals(b.board.flash.slice(0, KIB_4), firmware(KIB_4, 1));
  await b.ends(0, ...verify("one.bin"));
  const said = await good(b, openocd("program two.bin verify exit 0x08000000"));
  assertStringIncludes(said, "** Verified OK **");
  assertEquals(b.board.flash.slice(0, KIB_4), firmware(KIB_4, 2));
  await b.ends(10, ...verify("one.bin"));
  await b.ends(0, ...verify("two.bin"));
});

onBoard("what OpenOCD holds is busy: exit 75, and OpenOCD is named", async (b) => {
  b.put("wait.tcl", "exec touch held\nwhile {![file exists done]} {sleep 50}\n");
  const holding = b.run(openocd("init", "source wait.tcl", "exit"));
  await b.appears("held");
  const before = b.board.flash;
  const { err } = await b.ends(75, "flash", "hello.elf");
  assertStringIncludes(err, "error[E7500 usb-busy]: Another program holds the probe at ");
  assertMatch(err, /it is held by openocd \(\d+\) \(proven\)/);
  assertEquals(b.board.flash, before);
  b.put("done", "");
  assertEquals((await holding).code, 0);
  await b.ends(0, "flash", "hello.elf");
});

onBoard("a user without permission is told the udev rule; with it the probe is his", async (b) => {
  const asNobody = () => b.process("setpriv --reuid 65534 --clear-groups", "info");
  const { code, out, err } = await asNobody();
  assertEquals(code, 20, out + err);
  assertMatch(err, /^error\[E2005 usb-no-permission\]: This user may not open the USB device /m);
  assertStringIncludes(err, "probekit udev | sudo tee /etc/udev/rules.d/69-probekit.rules");
  assertStringIncludes(err, `ATTR{idProduct}=="374b"`);
  await good(b, "chmod 0666 /dev/bus/usb/*/*"); // as udev does by that rule; the guest has no udev
  const allowed = await asNobody();
  assertEquals(allowed.code, 0, allowed.out + allowed.err);
  assertStringIncludes(allowed.out, b.board.usb.serial);
});

onBoard("the UART is /dev/ttyACM0, both ways", async (b) => {
  for (const { at, bytes } of loadImage("upper.elf", await upperFirmware()).pieces) {
    b.board.putFlash(at, bytes);
  }
  const tty = "/dev/ttyACM0";
  // the port is held open from before the program starts; its first line comes out, then what is typed comes back
  const talk = b.run(`/run/busybox stty -F ${tty} 115200 raw -echo
    exec 4<>${tty}
    touch open
    read -r line <&4; echo "$line"
    printf 'hello, f746\\n' >&4
    read -r line <&4; echo "$line"`);
  await b.appears("open");
  b.board.pressReset();
  const { code, out, err } = await talk;
  assertEquals([code, out], [0, "ready\nHELLO, F746\n"], err);
  assertEquals(b.board.text, "ready\nHELLO, F746\n");
});
