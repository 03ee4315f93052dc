/** A chip with a core that does as it is told, instruction by instruction, so that the rest can be tested alone. */
import { BusError, type CoreHost, type CpuCore } from "../../../src/sim/contracts.ts";
import { type ChipConfig, Stm32F7 } from "../../../src/sim/silicon/chip.ts";
import f74 from "../../../src/sim/silicon/data/f74.ts";
import f76 from "../../../src/sim/silicon/data/f76.ts";
import f72 from "../../../src/sim/silicon/data/f72.ts";

export { f72, f74, f76 };
const DHCSR = 0xE000_EDF0;
const AIRCR = 0xE000_ED0C;

/** Executes `program` one entry a cycle, then loops. Vector fetch, halt bits and SYSRESETREQ as the real one. */
export class ScriptedCore implements CpuCore {
  program: ((bus: CoreHost["bus"]) => void)[] = [];
  /** what the program does when it starts over after a reset */
  onStart: () => void = () => {};
  halted = false;
  lockedUp = false;
  sleeping = false;
  cycles = 0;
  bootAddress = 0;
  sp = 0;
  pc = 0;
  faults: string[] = [];
  interrupts: number[] = [];
  invalidated: [number, number][] = [];
  scr = 0;
  #held = true;
  #debugen = false;
  #stop = false;
  constructor(readonly host: CoreHost) {}

  get held(): boolean {
    return this.#held;
  }
  set held(held: boolean) {
    const starts = this.#held && !held;
    this.#held = held;
    if (!starts) return;
    try {
      this.sp = this.host.bus.read(this.bootAddress, 4, "core") & ~3;
      this.pc = this.host.bus.read(this.bootAddress + 4, 4, "core") & ~1;
    } catch (e) {
      if (!(e instanceof BusError)) throw e;
      this.lockedUp = true;
    }
    this.onStart();
  }
  powerOnReset(): void {
    this.#debugen = this.halted = false;
  }
  systemReset(): void {
    this.lockedUp = this.sleeping = false;
    this.halted = false;
    this.program = [];
  }
  stop(): void {
    this.#stop = true;
  }
  run(cycles: number): number {
    if (this.halted || this.#held || this.sleeping || this.lockedUp) return 0;
    this.#stop = false;
    let used = 0;
    while (used < cycles && !this.#stop && !this.sleeping) {
      const next = this.program[0];
      if (next === undefined) {
        this.cycles += cycles - used;
        return cycles;
      }
      try {
        next(this.host.bus);
      } catch (e) {
        if (!(e instanceof BusError)) throw e; // a stall: the instruction is tried again
        this.faults.push(e.message);
      }
      this.program.shift();
      used++;
      this.cycles++;
    }
    return used;
  }
  interrupt(irq: number): void {
    this.interrupts.push(irq);
    this.sleeping = false;
  }
  readPpb(at: number): number {
    if (at === DHCSR) return (this.#debugen ? 1 : 0) | (this.halted ? 0x2_0002 : 0);
    if (at === 0xE000_ED10) return this.scr;
    return 0;
  }
  writePpb(at: number, _width: 1 | 2 | 4, value: number): void {
    if (at === DHCSR) {
      this.#debugen = (value & 1) !== 0;
      this.halted = (value & 3) === 3;
    }
    if (at === AIRCR && value === 0x05FA_0004) this.host.requestSystemReset();
  }
  invalidate(at: number, length: number): void {
    this.invalidated.push([at, length]);
  }
}

/** A chip on 3.3 V, switched on, with its scripted core and the warnings it gave. */
export function makeChip(wish: Partial<ChipConfig> & { volts?: number; off?: boolean } = {}): {
  chip: Stm32F7;
  core: ScriptedCore;
  warnings: string[];
} {
  const warnings: string[] = [];
  let core: ScriptedCore | undefined;
  const silicon = wish.silicon ?? f74;
  const chip = new Stm32F7({
    silicon,
    idcode: 0x1001_6000 + silicon.devId,
    flashKb: silicon.maxFlashKb,
    identity: { uid: [1, 2, 3], sizeKb: silicon.maxFlashKb, packageCode: 0 },
    hseHz: 25e6,
    uart: {
      usart: "USART1",
      tx: { port: "A", pin: 9, alternate: 7 },
      rx: { port: "B", pin: 7, alternate: 7 },
    },
    seed: 1,
    makeCore: (host) => core = new ScriptedCore(host),
    onWarning: (note) => warnings.push(note),
    ...wish,
  });
  if (wish.off !== true) chip.setVolts(wish.volts ?? 3.3);
  return { chip, core: core!, warnings };
}

/** Registers by name, for the debugger. */
export const FLASH = {
  ACR: 0x4002_3C00,
  KEYR: 0x4002_3C04,
  OPTKEYR: 0x4002_3C08,
  SR: 0x4002_3C0C,
  CR: 0x4002_3C10,
  OPTCR: 0x4002_3C14,
  OPTCR1: 0x4002_3C18,
  OPTCR2: 0x4002_3C1C,
} as const;

/** A debugger's hand on a chip. Accesses wait for stalls as they come. */
export class Hand {
  constructor(readonly chip: Stm32F7) {}
  get(at: number, width: 1 | 2 | 4 = 4): number {
    return this.chip.debugRead(at, width);
  }
  put(at: number, value: number, width: 1 | 2 | 4 = 4): void {
    this.chip.debugWrite(at, width, value);
  }
  unlock(): void {
    this.put(FLASH.KEYR, 0x4567_0123);
    this.put(FLASH.KEYR, 0xCDEF_89AB);
  }
  unlockOptions(): void {
    this.put(FLASH.OPTKEYR, 0x0819_2A3B);
    this.put(FLASH.OPTKEYR, 0x4C5D_6E7F);
  }
  halt(): void {
    this.put(DHCSR, 0xA05F_0003);
  }
  /** Polls SR.BSY; gives the ms it took. */
  wait(limitMs = 60_000): number {
    const from = this.chip.time.now;
    while ((this.get(FLASH.SR) & 0x1_0000) !== 0) {
      this.chip.time.advance(10_000);
      if (this.chip.time.now - from > limitMs * 1e6) throw new Error("BSY stays set");
    }
    return (this.chip.time.now - from) / 1e6;
  }
  reset(): void {
    this.chip.driveNrst(true);
    this.chip.time.advance(20_000);
    this.chip.driveNrst(false);
  }
  powerCycle(): void {
    const { volts } = this.chip;
    this.chip.setVolts(0);
    this.chip.time.advance(100e6);
    this.chip.setVolts(volts);
  }
  /** Programs options the way tools do. */
  setOptions(optcr: number, optcr1?: number): void {
    this.unlockOptions();
    if (optcr1 !== undefined) this.put(FLASH.OPTCR1, optcr1);
    this.put(FLASH.OPTCR, optcr & ~3);
    this.put(FLASH.OPTCR, (optcr & ~3) | 2);
    this.wait();
    this.put(FLASH.OPTCR, (optcr & ~2) | 1);
  }
}
