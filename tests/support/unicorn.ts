/**
 * Debian's libunicorn2 (Unicorn 2.0.1, which is QEMU 5.0's translator) through Deno FFI: the second witness for the
 * virtual core. Test-only. Constants are those of its headers, unicorn/unicorn.h and unicorn/arm.h; tried by hand:
 * with UC_MODE_MCLASS the library takes a Cortex-M33 whatever model is asked for, without it the model counts.
 */

const ARCH_ARM = 1;
const MODE_THUMB = 1 << 4;
/** UC_CTL(type, number of arguments, direction) for writing */
const control = (type: number, count: number): number => (type | (count << 26) | (1 << 30)) >>> 0;
const CTL_CPU_MODEL = 7;
const CTL_TB_REMOVE_CACHE = 9;
export const MODELS = { "cortex-m7": 10, "cortex-m33": 11 } as const;

// uc_arm_reg
const REG_CPSR = 3;
const REG_FPSCR = 6;
const REG_LR = 10;
const REG_PC = 11;
const REG_SP = 12;
const REG_R0 = 66;
const REG_S0 = 79;
const ORDER: readonly number[] = [
  ...Array.from({ length: 13 }, (_, i) => REG_R0 + i),
  REG_SP,
  REG_LR,
  REG_PC,
  REG_CPSR,
  REG_FPSCR,
  ...Array.from({ length: 32 }, (_, i) => REG_S0 + i),
];
const WRITTEN = ORDER.filter((id) => id !== REG_PC);
/** CPSR of a Thumb machine: mode bits and T as the library shows them */
const CPSR_FIXED = 0x1F3;

const symbols = {
  uc_version: { parameters: ["buffer", "buffer"], result: "u32" },
  uc_open: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  uc_close: { parameters: ["pointer"], result: "i32" },
  uc_ctl: { parameters: ["pointer", "u32", "u64"], result: "i32" },
  uc_ctl_range: {
    name: "uc_ctl",
    parameters: ["pointer", "u32", "u64", "u64"],
    result: "i32",
  },
  uc_strerror: { parameters: ["i32"], result: "pointer" },
  uc_mem_map_ptr: { parameters: ["pointer", "u64", "u64", "u32", "buffer"], result: "i32" },
  uc_mem_write: { parameters: ["pointer", "u64", "buffer", "u64"], result: "i32" },
  uc_reg_write_batch: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "i32" },
  uc_reg_read_batch: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "i32" },
  uc_emu_start: { parameters: ["pointer", "u64", "u64", "u64", "u64"], result: "i32" },
} as const;

/** What is compared: r0 … r15, xPSR flags as in APSR with GE and IT, S registers, FPSCR. */
export interface Registers {
  readonly r: Int32Array;
  readonly s: Uint32Array;
  /** N Z C V Q in 31 … 27, GE in 19 … 16 */
  apsr: number;
  it: number;
  fpscr: number;
}
export const newRegisters = (): Registers => ({
  r: new Int32Array(16),
  s: new Uint32Array(32),
  apsr: 0,
  it: 0,
  fpscr: 0,
});

const NAMES = ["libunicorn.so.2", "libunicorn.2.dylib"];
type Library = Deno.DynamicLibrary<typeof symbols>;
let found: Library | null | undefined;

/** The library, or undefined when it is not on this machine. */
export function findUnicorn(): Library | undefined {
  if (found === undefined) {
    found = null;
    for (const name of NAMES) {
      try {
        found = Deno.dlopen(name, symbols);
        break;
      } catch { /* not under this name */ }
    }
  }
  return found ?? undefined;
}

/** A Cortex-M in the library. */
export class Unicorn implements Disposable {
  #lib: Library;
  #handle: Deno.PointerValue;
  #memory: Uint8Array<ArrayBuffer>[] = [];
  // one 64-bit slot a register, whatever the library writes
  #slots = new Uint32Array(ORDER.length * 2);
  #readIds = new Int32Array(ORDER);
  #readAt = new BigUint64Array(ORDER.length);
  #writeIds = new Int32Array(WRITTEN);
  #writeAt = new BigUint64Array(WRITTEN.length);

  constructor(model: keyof typeof MODELS = "cortex-m7") {
    const lib = findUnicorn();
    if (lib === undefined) throw new Error("libunicorn2 is not installed");
    this.#lib = lib;
    const handle = new BigUint64Array(1);
    this.#ok(lib.symbols.uc_open(ARCH_ARM, MODE_THUMB, handle));
    this.#handle = Deno.UnsafePointer.create(handle[0]!);
    this.#ok(
      lib.symbols.uc_ctl(this.#handle, control(CTL_CPU_MODEL, 1), BigInt(MODELS[model])),
    );
    const base = Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.#slots));
    ORDER.forEach((_, i) => this.#readAt[i] = base + BigInt(8 * i));
    WRITTEN.forEach((id, i) => this.#writeAt[i] = base + BigInt(8 * ORDER.indexOf(id)));
  }

  #ok(code: number): void {
    if (code !== 0) throw new Error(`unicorn: ${this.message(code)}`);
  }
  /** uc_strerror */
  message(code: number): string {
    const text = this.#lib.symbols.uc_strerror(code);
    return text === null ? `error ${code}` : Deno.UnsafePointerView.getCString(text);
  }
  /** "2.0.1" */
  version(): string {
    const major = new Uint32Array(1);
    const word = this.#lib.symbols.uc_version(major, new Uint32Array(1));
    return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}`;
  }
  /** Shares `bytes` (a multiple of 4 KiB) at `at`, readable, writable, executable. */
  map(at: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.#memory.push(bytes);
    this.#ok(
      this.#lib.symbols.uc_mem_map_ptr(this.#handle, BigInt(at), BigInt(bytes.length), 7, bytes),
    );
  }
  /** Writes code so that what was translated from there is forgotten. */
  write(at: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.#ok(
      this.#lib.symbols.uc_mem_write(this.#handle, BigInt(at), bytes, BigInt(bytes.length)),
    );
    this.#lib.symbols.uc_ctl_range(
      this.#handle,
      control(CTL_TB_REMOVE_CACHE, 2),
      BigInt(at),
      BigInt(at + bytes.length),
    );
  }
  /** Sets all registers but the PC. */
  set(from: Registers): void {
    const slots = this.#slots;
    for (let i = 0; i < 15; i++) slots[2 * i] = from.r[i]!;
    const it = ((from.it & 3) << 25) | ((from.it >> 2) << 10);
    slots[2 * 16] = (from.apsr & 0xF80F_0000) | it | CPSR_FIXED;
    slots[2 * 17] = from.fpscr;
    for (let i = 0; i < 32; i++) slots[2 * (18 + i)] = from.s[i]!;
    this.#ok(
      this.#lib.symbols.uc_reg_write_batch(
        this.#handle,
        this.#writeIds,
        this.#writeAt,
        WRITTEN.length,
      ),
    );
  }
  /** Reads all registers. */
  get(to: Registers): void {
    const slots = this.#slots;
    this.#ok(
      this.#lib.symbols.uc_reg_read_batch(this.#handle, this.#readIds, this.#readAt, ORDER.length),
    );
    for (let i = 0; i < 16; i++) to.r[i] = slots[2 * i]!;
    const cpsr = slots[2 * 16]!;
    to.apsr = (cpsr & 0xF80F_0000) >>> 0;
    to.it = ((cpsr >>> 25) & 3) | (((cpsr >>> 10) & 63) << 2);
    to.fpscr = slots[2 * 17]! | 0;
    for (let i = 0; i < 32; i++) to.s[i] = slots[2 * (18 + i)]!;
  }
  /** Runs from `at` until `until`, or `count` instructions (0: no limit). Gives uc_err, 0 when all went well. */
  run(at: number, until: number, count: number): number {
    return this.#lib.symbols.uc_emu_start(
      this.#handle,
      BigInt((at | 1) >>> 0),
      BigInt(until >>> 0),
      0n,
      BigInt(count),
    );
  }
  [Symbol.dispose](): void {
    this.#lib.symbols.uc_close(this.#handle);
  }
}
