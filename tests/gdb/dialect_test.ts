/** Every monitor command that IDE templates and old scripts are known to send (facts, gdb-rsp §7): done, or refused with a reason. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { encodeHex } from "../../src/image/ihex.ts";
import { firmware } from "../cli/support/program.ts";
import { visitBoard } from "./support/board_client.ts";

const image = firmware(1024);
const hex = (at: number) => new TextEncoder().encode(encodeHex([{ at, bytes: image }]));
const FILES = { "app.bin": image, "fw.hex": hex(0x0800_0000), "ram.hex": hex(0x2000_0000) };

/** The command, and what it must say. */
const DONE: readonly (readonly [string, string])[] = [
  // Eclipse Embedded CDT, PlatformIO, CLion, Cortex-Debug
  ["reset init", "halted, mode: Thread"],
  ["halt", ""],
  ["arm semihosting enable", "semihosting is enabled"],
  ["reset halt", "pc: 0x08000200"],
  ["reg", "===== arm v7m registers"],
  ["reg xPSR", "(16) xpsr (/32): 0x"],
  ["reg 0 0x1234", "(0) r0 (/32): 0x00001234"],
  ["init", ""],
  ["reset", ""],
  ["halt", "halted, mode: Thread"],
  ["gdb_sync", ""],
  ["gdb sync", ""],
  ["mwb 0x20000000 0x5a", ""],
  // ST's own server
  ["flash mass_erase", "mass erase complete"],
  // old scripts
  ["gdb_breakpoint_override hard", ""],
  ["poll", "core: halted"],
  ["sleep 500", ""],
  ["flash protect 0 0 11 off", "nothing written"],
  ["flash protect 0 0 last off", "nothing written"],
  ["flash write_image erase unlock app.bin 0x0 bin", "wrote 1024 bytes from file app.bin in"],
  ["flash write_image erase fw.hex", "wrote 1024 bytes from file fw.hex in"],
  ["flash verify_image fw.hex", "verified 1024 bytes in"],
  ["verify_image fw.hex", "verified 1024 bytes in"],
  ["program fw.hex verify", "** Verified OK **"],
  ["program fw.hex verify reset", "** Resetting Target **"],
  ["program app.bin preverify verify reset exit 0x08000000", "NOTE: the server stays"],
  ["halt", ""],
  ["flash erase_sector 0 0 last", "erased sectors 0 through 7 on flash bank 0 in"],
  ["flash erase_address 0x08000000 0x8000", "erased address 0x08000000 (length 32768) in"],
  ["flash info 0", "#  7: 0x000c0000 (0x40000 256kB) not protected"],
  ["flash banks", "#0 : flash (stm32f2x) at 0x08000000, size 0x00100000"],
  ["flash probe 0", "flash 'stm32f2x' found at 0x08000000"],
  ["stm32f2x mass_erase 0", "stm32f2x mass erase complete"],
  ["stm32f7x mass_erase 0", "stm32f7x mass erase complete"],
  ["stm32f7x options_read 0", "OPTCR 0xC0FFAAFD"],
  ["stm32f2x unlock 0", "nothing differs"],
  ["adapter_khz 333", "adapter speed"],
  ["adapter speed 4000", "adapter speed"],
  ["load_image ram.hex", "1024 bytes written at address 0x20000000"],
  ["mdw 0x20000000 2", "0x20000000: 20010000 08000201"],
  ["mww 0x20000000 7", ""],
  ["cortex_m vector_catch all", "hard_err: catch"],
  ["reset_config srst_only", "nothing to set: a reset goes by NRST"],
  ["debug_level 1", "nothing to set"],
  ["echo two words", "two words"],
  ["wait_halt 100", ""],
  ["reset halt; mdw 0x20000000", "0x20000000: 00000007"],
  ["targets", "halted"],
  ["version", "probekit"],
  ["flash write_image erase fw.hex", "wrote 1024 bytes"],
  ["reset halt", "pc: 0x08000200"],
  ["resume", ""],
];
const REFUSED: readonly (readonly [string, string])[] = [
  ["wait_halt 20", "E2248 monitor-still-runs: The core still runs after 20 ms"],
  ["rtt setup 0x20000000 0x1000 {SEGGER RTT}", "RTT is not served"],
  ["rtt server start 9090 0", "RTT is not served"],
  ["CDSWOConfigure 216000000 2000000 swo.log", "SWO is not served"],
  ["tpiu config internal :6464 uart false 200000000 115200", "SWO is not served"],
  ["itm port 0 on", "SWO is not served"],
  ["swdp_scan", "the chip is attached before gdb connects"],
  ["soft_reset_halt", "say monitor reset halt"],
  ["rtos auto", "no thread awareness"],
  ["stm32l4x lock 0", "it belongs to another family"],
  ["flash write_bank 0 file", "say flash write_image erase"],
  ["flash fillw 0x08000000 0 1", "say flash write_image erase"],
  ["dump_image x 0 16", "say dump binary memory"],
  ["bp 0x08000200 2 hw", "say break, hbreak or tbreak"],
  ["wp 0x20000000 4", "say watch"],
  ["step", "say stepi"],
  ["stm32f2x otp 0 show", "one-time programmable memory is not written"],
  ["shutdown", "end it there with Ctrl-C"],
  ["gdb_port 3334", "There is no monitor command `gdb_port` here"],
  ["reg nothing", "`reg` is called as: reg [name|number [value]]"],
  ["flash unknown 1", "of flash there are: flash probe"],
];

Deno.test("dialect: what IDEs and old scripts send is done, or refused with the reason, never silently skipped", () =>
  visitBoard("sim:stm32f746g-disco", async (v) => {
    for (const [command, says] of DONE) {
      const [reply, text] = await v.client.monitor(command);
      assertEquals(reply, "OK", `${command}: ${text}`);
      assertStringIncludes(text, says, command);
    }
    for (const [command, says] of REFUSED) {
      const [reply, text] = await v.client.monitor(command);
      assertEquals(reply, "E01", command);
      assertStringIncludes(text, says, command);
    }
  }, { files: FILES }));
Deno.test("dialect: help lists every command once, and tells of those that are not served", () =>
  visitBoard("sim:stm32f746g-disco", async (v) => {
    const [, text] = await v.client.monitor("help");
    const lines = text.trim().split("\n");
    assert(lines.length > 60, String(lines.length));
    assertEquals(new Set(lines).size, lines.length);
    assertStringIncludes(text, "not served: SWO is not served yet");
    const [, one] = await v.client.monitor("help flash protect");
    assertEquals(one.trim().split("\n").length, 1);
  }));

Deno.test("dialect: what the doctor recommends on a fault is gdb's own word here, not this program's in a shell", () =>
  visitBoard("sim:stm32f746g-disco?scenario=hardfault", async (v) => {
    const [reply, text] = await v.client.monitor("doctor");
    assertEquals(reply, "OK");
    assertStringIncludes(text, "backtrace   [gone after a power cycle]");
    assertStringIncludes(text, "break FUNCTION, then step   [gone after a power cycle]");
    assertEquals(/probekit (gdb|doctor)/.test(text), false, text);
  }));
