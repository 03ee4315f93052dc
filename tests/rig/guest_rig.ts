/**
 * What only a real kernel can show: usbfs' permissions and claims, the serial port, an unplug in the middle. A stage
 * of its own, because it needs QEMU and downloads a kernel once: `deno test -A tests/rig/guest_rig.ts`.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { serveUsbip } from "../../src/sim/front/usbip_server.ts";
import { openSim } from "../../src/sim/mod.ts";
import { Guest, type GuestRun, hasQemu } from "../../tasks/rig/guest.ts";
import { attachCommand } from "../../tasks/rig/main.ts";
import { prepare } from "../../tasks/rig/prepare.ts";
import { needs } from "../support/need.ts";
import { noise } from "../tools/support/noise.ts";

const KIB_16 = 0x4000;
const BASE = 0x0800_0000;
const OWN = new URL("../tools/support/own_flash.ts", import.meta.url).pathname;
const MAIN = new URL("../../tasks/probekit.ts", import.meta.url).pathname;
const deno = (program: string, ...args: readonly string[]): string =>
  [Deno.execPath(), "run", "-A", "--no-check", program, ...args].join(" ");
const HLA = "openocd -f interface/stlink.cfg -f target/stm32f7x.cfg " +
  "-c 'gdb_port disabled; tcl_port disabled; telnet_port disabled'";
/** As a user whom no udev rule has given the probe to. */
const asNobody = (command: string): string =>
  `chmod 0600 /dev/bus/usb/*/*; setpriv --reuid 65534 --clear-groups ${command}`;

const good = ({ code, out, err }: GuestRun): string => {
  assertEquals(code, 0, out + err);
  return out + err;
};

needs("qemu-system-x86", hasQemu(), "a guest's kernel and the virtual board", async (t) => {
  const warnings: string[] = [];
  const warn = (note: string) => void warnings.push(note);
  const { boards, board } = openSim("sim:stm32f746g-disco?boards=2", { warn });
  await using server = serveUsbip(boards, 0, { warn });
  await using guest = await Guest.boot(await prepare());
  good(await guest.run(attachCommand(server.port, 1)));

  await t.step("st-info and OpenOCD find it", async () => {
    assertStringIncludes(good(await guest.run("st-info --probe")), "chipid:     0x0449");
    const said = good(await guest.run(`${HLA} -c 'init; reset halt; exit'`));
    assertStringIncludes(said, "pc: 0x08000200");
  });
  await t.step("our libusb path flashes and compares", async () => {
    const said = good(await guest.run(deno(OWN, String(KIB_16))));
    assertStringIncludes(said, `"differing":0`);
    assertEquals(board.flash.slice(0, KIB_16), noise(KIB_16));
  });
  await t.step("probekit lists it at the kernel's place for it", async () => {
    assertStringIncludes(good(await guest.run(deno(MAIN, "probes"))), board.usb.serial);
  });
  await t.step("a claimed interface is busy", async () => {
    const inner = `exec ${deno(OWN, "64")}`;
    const { out, err } = await guest.run(`${HLA} -c 'init; catch {${inner}} r; echo $r; exit'`);
    assertStringIncludes(out + err, `"slug":"usb-busy"`);
  });
  await t.step("a node that is not ours is named", async () => {
    const { out, err } = await guest.run(asNobody(deno(OWN, "64")));
    assertStringIncludes(out + err, `"slug":"usb-no-permission"`);
  });
  await t.step("the UART is a serial port", async () => {
    const tty = "/dev/ttyACM0";
    const read = guest.run(`/run/busybox stty -F ${tty} raw -echo; timeout 20 head -c 5 ${tty}`);
    // the firmware is silent: the chip's own text comes from the board's UART
    const beat = setInterval(
      () => board.target.uart.onText?.(new TextEncoder().encode("hello")),
      200,
    );
    const { out } = await read.finally(() => clearInterval(beat));
    assertEquals(out, "hello");
  });
  await t.step("unplugged in the middle of a flash: exit 20, no hang", async () => {
    board.putFlash(BASE, new Uint8Array(KIB_16));
    let count = 0;
    board.usb.meddler = (urb, deliver) => ++count === 70 ? board.unplug() : deliver(urb);
    const { code, out, err } = await guest.run(deno(OWN, String(KIB_16)));
    assertEquals(code, 20, out + err);
    assert(count >= 70);
  });
  await t.step("plugged in again, with a second one: told apart by serial", async () => {
    board.usb.meddler = (urb, deliver) => deliver(urb);
    board.replug();
    for (const n of [1, 2]) good(await guest.run(attachCommand(server.port, n)));
    const said = good(await guest.run("st-info --probe"));
    for (const { usb } of boards) assertStringIncludes(said, usb.serial);
  });
  assertEquals(warnings, []);
});
