import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { VirtualBoard } from "../../src/sim/board.ts";
import { BOARDS } from "../../src/sim/boards/all.ts";
import * as firmware from "../../src/sim/boards/firmware.ts";
import * as trouble from "../doctor/programs.ts";
import { makeCore } from "../../src/sim/boards/parts.ts";
import { SCENARIOS } from "../../src/sim/scenarios.ts";
import { NullProbe } from "./silicon/null_probe.ts";

const [DISCO, F767, F722] = BOARDS as [typeof BOARDS[0], typeof BOARDS[0], typeof BOARDS[0]];
const OPTCR = 0x4002_3C14;

function board(scenario: string, spec = DISCO): VirtualBoard {
  const found = SCENARIOS.find((s) => s.name === scenario)!;
  return new VirtualBoard({ spec, scenario: found }, {
    makeCore,
    makeProbe: (_, wish) => new NullProbe(wish.serial),
  });
}

Deno.test("every scenario can be had on some board, and the core is in a state that can be named", () => {
  for (const scenario of SCENARIOS) {
    const spec = scenario.needs === "pcrop" ? F722 : scenario.needs === "dual-bank" ? F767 : DISCO;
    const b = board(scenario.name, spec);
    assert(
      ["running", "sleeping", "locked-up", "in-reset", "off"].includes(b.core),
      `${scenario.name}: ${b.core}`,
    );
  }
});

Deno.test("names are unique and every one has a title", () => {
  assertEquals(new Set(SCENARIOS.map((s) => s.name)).size, SCENARIOS.length);
  assert(SCENARIOS.every((s) => s.title.length > 3));
});

Deno.test("factory: runs its loop, options as from ST, on all three boards", () => {
  const want = [[DISCO, 0xC0FF_AAFD], [F767, 0xFFFF_AAFD], [F722, 0xC0FF_AAFD]] as const;
  for (const [spec, optcr] of want) {
    const b = board("factory", spec);
    assertEquals([b.core, b.peek(OPTCR), b.warnings], ["running", optcr, []], spec.name);
    assertEquals(b.peek(0xE004_2000)! & 0xFFF, spec.chip.silicon.devId);
    assertEquals(b.chip.core.pc! & ~3, 0x0800_0200);
  }
});

Deno.test("CPUID is the silicon's", () => {
  assertEquals(
    [DISCO, F767, F722].map((s) => board("factory", s).peek(0xE000_ED00)),
    [0x410F_C271, 0x411F_C270, 0x411F_C270],
  );
});

Deno.test("blank: lockup at PC 0xFFFFFFFE; caught at reset, MSP is 0xFFFFFFFC", () => {
  const b = board("blank");
  const msp = () => {
    b.chip.debugWrite(0xE000_EDF4, 4, 17);
    return b.peek(0xE000_EDF8);
  };
  assertEquals([b.core, b.chip.core.pc], ["locked-up", 0xFFFF_FFFE]);
  b.chip.debugWrite(0xE000_EDF0, 4, 0xA05F_0003);
  assertEquals([b.core, msp()], ["halted", 0xFFFF_FFD8]); // the HardFault frame was still taken off
  b.chip.debugWrite(0xE000_EDFC, 4, 1); // VC_CORERESET
  b.pressReset();
  assertEquals([b.core, b.chip.core.pc, msp()], ["halted", 0xFFFF_FFFE, 0xFFFF_FFFC]);
});

Deno.test("so36160986: OPTCR 0x00FFAAED, reset by the window watchdog every 16.4 ms", () => {
  const b = board("so36160986");
  assertEquals(b.peek(OPTCR), 0x00FF_AAED);
  b.run(100);
  assertEquals(b.resets, Array(6).fill("WWDG"));
});

Deno.test("optcr-f4-svd: bits that do not exist fall away, the watchdog stays", () => {
  const b = board("optcr-f4-svd");
  assertEquals(b.peek(OPTCR), 0x00FF_AAED);
});

Deno.test("watchdog scenarios bite in their own way", () => {
  for (
    const [name, which] of [["iwdg-hw", "IWDG"], ["wwdg-hw", "WWDG"], ["watchdog-loop", "IWDG"]]
  ) {
    const b = board(name!);
    b.run(1100);
    assert(b.resets.length > 0 && b.resets.every((r) => r === which), `${name}: ${b.resets}`);
  }
});

Deno.test("wrp and wrp-all", () => {
  assertEquals(board("wrp").peek(OPTCR), 0xC0FC_AAFD);
  assertEquals(board("wrp-all").peek(OPTCR), 0xC000_AAFD);
  assertEquals(board("wrp-all", F767).peek(OPTCR), 0xF000_AAFD);
});

Deno.test("rdp1: firmware runs until a debugger connects; rdp2: nothing answers", () => {
  const one = board("rdp1");
  assertEquals([one.core, one.options.level], ["running", 1]);
  one.target.debuggerAttached(true);
  one.run(1);
  assertEquals(one.core, "locked-up");
  assertEquals(one.peek(0x0800_0000), undefined);
  assertEquals(one.peek(OPTCR), 0xC0FF_55FD);
  const two = board("rdp2");
  assertEquals([two.core, two.options.level, two.target.debugPortAlive], ["running", 2, false]);
});

Deno.test("boot addresses: erased falls back to flash, RAM runs what chance left there, system memory is said", () => {
  const erased = board("boot-add-erased");
  assertEquals([erased.core, erased.peek(0x4002_3C18)], ["running", 0xFFFF_FFFF]);
  assertEquals(erased.peek(0x1FFF_0010), 0xFFFF_FFFF);
  assertEquals(board("boot-add-ram").chip.core.bootAddress, 0x2000_0000);
  assertStringIncludes(board("boot-add-system").warnings[0]!, "boot loader");
});

Deno.test("locked-cr: keys do not open it, a reset does", () => {
  const b = board("locked-cr");
  assertThrows(() => b.chip.debugWrite(0x4002_3C04, 4, 0x4567_0123));
  b.pressReset();
  b.chip.debugWrite(0x4002_3C04, 4, 0x4567_0123);
  b.chip.debugWrite(0x4002_3C04, 4, 0xCDEF_89AB);
  assertEquals(b.peek(0x4002_3C10), 0);
});

Deno.test("supply and NRST scenarios", () => {
  assertEquals([board("low-voltage").volts, board("low-voltage").core], [2.0, "running"]);
  assertEquals([board("no-power").volts, board("no-power").core], [0, "off"]);
  const held = board("nrst-held");
  assertEquals([held.core, held.target.nrstLow], ["in-reset", true]);
  held.pressReset();
  assertEquals(held.core, "in-reset");
  assertEquals(board("nrst-unwired").target.nrstWired, false);
});

Deno.test("swd-disabled and sleeping: dead to a debugger unless under reset", () => {
  for (const name of ["swd-disabled", "sleeping"]) {
    const b = board(name);
    assertEquals(b.target.debugPortAlive, false, name);
    b.target.driveNrst(true);
    assertEquals(b.target.debugPortAlive, true, name);
    b.target.driveNrst(false);
    b.run(1);
    assertEquals(b.target.debugPortAlive, false, name);
  }
});

Deno.test("hardfault: in the handler, with the cause in CFSR, HFSR and BFAR", () => {
  const b = board("hardfault");
  assertEquals(b.core, "running");
  assertEquals(b.peek(0xE000_ED28), 0x8200); // PRECISERR, BFARVALID
  assertEquals(b.peek(0xE000_ED2C), 0x4000_0000); // FORCED
  assertEquals(b.peek(0xE000_ED38), 0x6000_0000);
});

Deno.test("lockup and the three bad vector tables", () => {
  assertEquals(board("lockup").core, "locked-up");
  assertEquals(board("vector-sp").peek(0x0800_0000), 0xDEAD_BEEF);
  assert(board("vector-thumb").core !== "off");
  assertEquals(board("vector-pc").peek(0x0800_0004), 0x0C00_0001);
});

Deno.test("pcrop on F722, dual-bank on F767; elsewhere a clear refusal", () => {
  const pcrop = board("pcrop", F722);
  assertEquals([pcrop.peek(0x0800_4000), pcrop.core], [undefined, "running"]);
  assertEquals(board("dual-bank", F767).chip.options.dualBank, true);
  for (
    const [name, spec] of [["pcrop", DISCO], ["dual-bank", DISCO], ["dual-bank", F722]] as const
  ) {
    const f = assertThrows(() => board(name, spec), Fault);
    assertEquals([f.code, f.slug], ["E0204", "sim-bad-option"]);
    assertStringIncludes(f.message, name);
  }
});

Deno.test("options-mismatch and options-erased load as level 1, with a warning", () => {
  const mismatch = board("options-mismatch");
  assertEquals([mismatch.options.level, mismatch.peek(OPTCR)], [1, 0xC0FF_FFFD]);
  const erased = board("options-erased");
  assertEquals([erased.options.level, erased.peek(0x4002_3C18)], [1, 0xFFFF_FFFF]);
  assertStringIncludes(erased.warnings[0]!, "do not match");
});

Deno.test("probe scenarios reach the probe half", () => {
  const seen: unknown[] = [];
  for (const name of ["old-firmware", "clone-probe", "factory"]) {
    const scenario = SCENARIOS.find((s) => s.name === name)!;
    new VirtualBoard({ spec: DISCO, scenario }, {
      makeCore,
      makeProbe: (_, wish) => {
        seen.push([wish.firmware, wish.clone]);
        return new NullProbe(wish.serial);
      },
    });
  }
  assertEquals(seen, [["V2J14S4", false], ["V2J37M26", true], ["V2J37M26", false]]);
});

Deno.test({
  name:
    "firmware: the halfwords are what the assembler makes of the assembly (needs binutils-arm-none-eabi)",
  ignore: !has("arm-none-eabi-as") && Deno.env.get("CI") !== "true",
  fn() {
    for (const [name, p] of Object.entries({ ...firmware, ...trouble })) {
      if (typeof p !== "object") continue;
      assertEquals(assemble(p.assembly), [...p.halfwords], name);
    }
  },
});

function has(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["--version"] }).outputSync().success;
  } catch {
    return false;
  }
}
function assemble(text: string): number[] {
  const dir = Deno.makeTempDirSync();
  try {
    const source = `.syntax unified\n.cpu cortex-m7\n.thumb\n${text}\n`;
    Deno.writeTextFileSync(`${dir}/a.s`, source);
    const run = (program: string, ...args: string[]) => {
      const { success, stderr } = new Deno.Command(program, { args, cwd: dir }).outputSync();
      assert(success, new TextDecoder().decode(stderr));
    };
    run("arm-none-eabi-as", "a.s", "-o", "a.o");
    run("arm-none-eabi-objcopy", "-O", "binary", "-j", ".text", "a.o", "a.bin");
    const bytes = Deno.readFileSync(`${dir}/a.bin`);
    const view = new DataView(bytes.buffer);
    return Array.from({ length: bytes.length / 2 }, (_, i) => view.getUint16(2 * i, true));
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}
