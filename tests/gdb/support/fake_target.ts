/** A target of plain memory and registers, for tests of packets. Every call is written down. */
import { catalogue } from "../../../src/base/mod.ts";
import type {
  BreakpointChange,
  CoreState,
  Stepped,
  StepWish,
  StopReason,
} from "../../../src/cortex/mod.ts";
import type { GdbTarget } from "../../../src/gdb/mod.ts";

export const testFault = catalogue({
  "core-cannot-break-there": {
    code: "E2298",
    class: "unit",
    title: "No breakpoint at {at}",
    next: [{ text: "Try another" }],
  },
  "test-refused": {
    code: "E2299",
    class: "unit",
    title: "The bus refused {at}",
    next: [{ text: "Try another" }],
  },
});

const FLASH = 0x0800_0000;
const RAM = 0x2000_0000;
const SIZES = [32, 32, 32, 32, 128, 256, 256, 256].map((k) => k * 1024);

export class FakeTarget implements GdbTarget {
  readonly calls: string[] = [];
  readonly flash: Uint8Array = new Uint8Array(0x10_0000).fill(0xFF);
  readonly ram: Uint8Array = new Uint8Array(0x1000);
  readonly registers: Record<string, number> = {
    pc: 0x0800_0100,
    sp: 0x2000_1000,
    xpsr: 0x0100_0000,
  };
  now = 0;
  core: CoreState = "halted";
  reason: StopReason = { why: "debug-request" };
  banner: readonly string[] = [];
  /** called at each look at a running core */
  onLook: () => void = () => {};
  closed: number[] = [];
  options: Record<string, number> = { OPTCR: 0xC0FF_AAFD };
  readonly hasFpu = true;
  readonly clock = {
    now: () => this.now,
    sleep: (ms: number) => Promise.resolve(void (this.now += ms)),
  };
  readonly map = [
    { type: "flash" as const, at: FLASH, length: 0x2_0000, block: 0x8000 },
    { type: "flash" as const, at: FLASH + 0x2_0000, length: 0xE_0000, block: 0x2_0000 },
    { type: "ram" as const, at: RAM, length: 0x1000 },
    { type: "ram" as const, at: 0xE000_0000, length: 0x10_0000 },
  ];
  readonly #layout = (() => {
    let at = FLASH;
    const sectors = SIZES.map((size, index) => ({
      bank: 1,
      index,
      snb: index,
      at: (at += size) - size,
      size,
    }));
    return { sectors, at: FLASH, size: 0x10_0000, erased: 0xFF, dualBank: false };
  })();

  #note<T>(text: string, value?: T): Promise<T> {
    this.calls.push(text);
    return Promise.resolve(value as T);
  }
  get board(): GdbTarget["board"] {
    return {
      layout: this.#layout,
      chipText: "STM32F74x/F75x (0x449 rev Z), 1024 KiB",
      protectedSectors: () => Promise.resolve(this.closed),
      eraseSectors: (indexes) => this.#note(`erase ${indexes}`),
      massErase: () => this.#note("mass erase"),
      protect: (indexes, on) => {
        const changed = indexes.some((i) => this.closed.includes(i) !== on);
        this.closed = on
          ? [...new Set([...this.closed, ...indexes])]
          : this.closed.filter((i) => !indexes.includes(i));
        return this.#note(`protect ${indexes} ${on}`, changed);
      },
      optionWords: () => Promise.resolve(this.options),
      optionLines: () => Promise.resolve(["OPTCR 0xC0FFAAFD"]),
      writeOptions: (wanted) => this.#note(`options ${JSON.stringify(wanted)}`, []),
      optionNames: ["nWRP", "RDP"],
      setOptions: (wanted) => this.#note(`set ${JSON.stringify(wanted)}`, []),
      recover: () => this.#note("recover", undefined),
      doctorLines: () => Promise.resolve(["nothing is wrong"]),
      requirePlaced: (_file, pieces) => {
        const wrong = pieces.find((p) => p.at < FLASH || p.at + p.bytes.length > FLASH + 0x10_0000);
        if (wrong) throw testFault("test-refused", { at: `0x${wrong.at.toString(16)}` });
      },
      acceptWatchdog: () => void this.calls.push("accept watchdog"),
      readImage: (file, base) => {
        this.calls.push(`image ${file} ${base}`);
        return Promise.resolve([{ at: base ?? FLASH, bytes: Uint8Array.of(1, 2, 3, 4) }]);
      },
    };
  }
  state(): Promise<CoreState> {
    this.onLook();
    return Promise.resolve(this.core);
  }
  stopReason = () => Promise.resolve(this.reason);
  halt(): Promise<void> {
    this.core = "halted";
    return this.#note("halt");
  }
  resume(_pc?: number, change: BreakpointChange = {}): Promise<void> {
    this.#change(change);
    this.core = "running";
    return this.#note("resume");
  }
  step(_pc?: number, { breakpoints = {} }: StepWish = {}): Promise<Stepped> {
    this.#change(breakpoints);
    this.registers["pc"] = (this.registers["pc"] ?? 0) + 2;
    return this.#note("step", {});
  }
  #change({ set = [], clear = [] }: BreakpointChange): void {
    for (const at of clear) void this.breakpoint(at, false);
    for (const at of set) void this.breakpoint(at, true);
  }
  reset = (halt: boolean) => this.#note<void>(`reset ${halt ? "halt" : "run"}`);
  readRegisters = (names: readonly string[]) =>
    Promise.resolve(names.map((n) => this.registers[n] ?? 0));
  writeRegisters(values: Readonly<Record<string, number>>): Promise<void> {
    Object.assign(this.registers, values);
    return this.#note(`registers ${JSON.stringify(values)}`);
  }
  #place(at: number, length: number): Uint8Array {
    if (at >= FLASH && at + length <= FLASH + this.flash.length) {
      return this.flash.subarray(at - FLASH, at - FLASH + length);
    }
    if (at >= RAM && at + length <= RAM + this.ram.length) {
      return this.ram.subarray(at - RAM, at - RAM + length);
    }
    throw testFault("test-refused", { at: `0x${at.toString(16)}` });
  }
  reads = 0;
  readMemory = (at: number, length: number) =>
    new Promise<Uint8Array>((resolve) => {
      this.reads++;
      resolve(this.#place(at, length).slice());
    });
  writeMemory = (at: number, bytes: Uint8Array) =>
    new Promise<void>((resolve) => resolve(this.#place(at, bytes.length).set(bytes)));
  /** as version 1 of the breakpoint unit: flash only */
  flashBreakpointsOnly = false;
  breakpoint = (at: number, set: boolean) =>
    set && at >= RAM && this.flashBreakpointsOnly
      ? Promise.reject(testFault("core-cannot-break-there", { at: `0x${at.toString(16)}` }))
      : this.#note<void>(`breakpoint ${at.toString(16)} ${set}`);
  watchpoint = (at: number, length: number, kind: string, set: boolean) =>
    this.#note<void>(`watchpoint ${at.toString(16)} ${length} ${kind} ${set}`);
  program: GdbTarget["program"] = (pieces, erase) =>
    this.#note(
      `program ${pieces.map((p) => `${p.at.toString(16)}+${p.bytes.length}`)} erase ${
        erase.map((e) => `${e.at.toString(16)}+${e.length}`)
      }`,
      { sectorsErased: 1, bytesProgrammed: 4, vectorProblems: ["the vector table is blank"] },
    );
  catchHardFaults = () => Promise.resolve();
  notes = () => Promise.resolve<readonly string[]>([]);
  faultBanner = () => Promise.resolve(this.banner);
  boardState: GdbTarget["boardState"] = () => ({ state: "untouched", text: "nothing was written" });
  explain: GdbTarget["explain"] = (fault) => Promise.resolve(fault);
}
