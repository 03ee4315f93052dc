/**
 * Speed of the virtual core, with debug hooks on, and of rp2040js, on the same Thumb program in one run:
 * `deno run -A tasks/bench/cpu.ts [--rounds N]`. The program is cpu.s, beside this file.
 */
// deno-lint-ignore no-import-prefix -- only this bench knows it; users never load it
import { RP2040 } from "npm:rp2040js@1.3.3";
import { createCortexM7 } from "../../src/sim/cpu/mod.ts";

const HEX = `
2848294a294b08b42149224c224d234e002766437619bb00c65001378f42f8db4b0898461c00a500
4559260043469e4209dbf71abf00c759af4204ddb300c7504346f61af2e7b600855101348c42eadb
43465b08e5d18b000024055d155501349c42fadb00240025ed430d4e175d7d4008276d0800d37540
013ffad101349c42f4dba94608bc013bbdd1484600be0000001000000d6619005ff36e3c39300000
2083b8ed000000200040002001000000`.replaceAll("\n", "");
const PROGRAM = Uint8Array.from(HEX.match(/../g)!, (x) => parseInt(x, 16));
/** r0 at the end */
const RESULT = 0x7F14_0639;

/** The program with its parameters. */
function program(data: number, rounds: number): Uint8Array {
  const bytes = PROGRAM.slice();
  const view = new DataView(bytes.buffer);
  view.setUint32(bytes.length - 12, data, true);
  view.setUint32(bytes.length - 8, data + 0x4000, true);
  view.setUint32(bytes.length - 4, rounds, true);
  return bytes;
}
interface Measured {
  readonly result: number;
  readonly seconds: number;
}

/** The whole core: debugger attached, two breakpoints and the cycle counter armed, SysTick counting. */
function ours(rounds: number): Measured {
  const flash = new Uint8Array(0x1_0000);
  const ram = new Uint8Array(0x1_0000);
  const view = new DataView(flash.buffer);
  view.setUint32(0, 0x2001_0000, true);
  view.setUint32(4, 0x0800_0101, true);
  flash.set(program(0x2000_0000, rounds), 0x100);
  const none = () => 0;
  const core = createCortexM7({
    bus: {
      read: none,
      write: () => {},
      windows: [
        { at: 0x0800_0000, bytes: flash, writable: false, executable: true, open: true },
        { at: 0x2000_0000, bytes: ram, writable: true, executable: true, open: true },
      ],
    },
    requestSystemReset: () => {},
    warn: () => {},
  });
  core.bootAddress = 0x0800_0000;
  core.powerOnReset();
  core.writePpb(0xE000_EDF0, 4, 0xA05F_0001, "debug"); // DHCSR.C_DEBUGEN
  core.writePpb(0xE000_2000, 4, 3, "debug"); // FP_CTRL
  core.writePpb(0xE000_2008, 4, 0x0800_F001, "debug"); // two places that are never reached
  core.writePpb(0xE000_200C, 4, 0x2000_F001, "debug");
  core.writePpb(0xE000_EDFC, 4, 0x0100_0000, "debug"); // DEMCR.TRCENA
  core.writePpb(0xE000_1000, 4, 1, "debug"); // DWT_CTRL.CYCCNTENA
  core.writePpb(0xE000_E014, 4, 15_999, "debug"); // SYST_RVR, SYST_CSR
  core.writePpb(0xE000_E010, 4, 5, "debug");
  core.held = false;
  const began = performance.now();
  while (!core.halted) core.run(16_000);
  const seconds = (performance.now() - began) / 1000;
  core.writePpb(0xE000_EDF4, 4, 0, "debug"); // DCRSR: r0
  return { result: core.readPpb(0xE000_EDF8, 4, "debug"), seconds };
}

/** rp2040js: its core alone, instruction after instruction. */
function theirs(rounds: number): Measured & { readonly count: number } {
  const mcu = new RP2040();
  mcu.flash.set(program(0x2000_0000, rounds), 0);
  let stopped = false;
  mcu.onBreak = () => stopped = true;
  const { core } = mcu;
  core.registers[13] = 0x2001_0000;
  core.PC = 0x1000_0000;
  let count = 0;
  const began = performance.now();
  while (!stopped) {
    core.executeInstruction();
    count++;
  }
  return { result: core.registers[0]! >>> 0, seconds: (performance.now() - began) / 1000, count };
}

const at = Deno.args.indexOf("--rounds");
const rounds = at < 0 ? 30 : Number(Deno.args[at + 1]);
const b = theirs(rounds);
const a = ours(rounds);
const million = b.count / 1e6;
console.log(
  `${million.toFixed(1)} million instructions, both ended with 0x${a.result.toString(16)}`,
);
console.log(
  `probekit  ${(million / a.seconds).toFixed(0)} MIPS (debugger attached, 2 breakpoints armed)`,
);
console.log(`rp2040js  ${(million / b.seconds).toFixed(0)} MIPS`);
console.log(`ratio     ${(b.seconds / a.seconds).toFixed(1)}`);
if (a.result !== RESULT || b.result !== RESULT) throw new Error("the results differ");
