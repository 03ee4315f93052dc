/** C programs on two cores: ours, and QEMU's Cortex-M7 on its MPS2 board with AN500. */
import {
  BusError,
  type CoreHost,
  type SystemBus,
  type Window,
} from "../../../src/sim/contracts.ts";
import { type CortexM7, createCortexM7 } from "../../../src/sim/cpu/mod.ts";
import { u16le, u32le } from "../../../src/base/mod.ts";

const SOURCES = new URL("../../firmware/", import.meta.url).pathname;
export const LEVELS = ["-O0", "-O2", "-Os"] as const;
export const FLOATS = {
  soft: ["-mfloat-abi=soft"],
  hard: ["-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"],
} as const;
export type Floats = keyof typeof FLOATS;

/** The names of programs that this machine lacks. */
export function missing(programs: readonly string[]): string[] {
  const path = (Deno.env.get("PATH") ?? "").split(":");
  return programs.filter((p) =>
    !path.some((dir) => {
      try {
        return Deno.statSync(`${dir}/${p}`).isFile;
      } catch {
        return false;
      }
    })
  );
}

/** A test that needs programs: left out by name where they are absent, but not in CI. */
export function testWith(
  programs: readonly string[],
  name: string,
  body: (t: Deno.TestContext) => Promise<void>,
): void {
  const absent = missing(programs);
  const ignore = absent.length > 0 && Deno.env.get("CI") !== "true";
  Deno.test({
    name: ignore ? `${name} (left out: no ${absent.join(", ")})` : name,
    ignore,
    fn: body,
  });
}

/** a compiler or QEMU that takes this long never ends */
const HANGS_AFTER_MS = 120_000;

async function output(program: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(HANGS_AFTER_MS),
  }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(`${program} failed:\n${text.decode(stderr)}${text.decode(stdout)}`);
  return text.decode(stdout);
}

/** Compiles a program of tests/firmware with newlib; gives the path of its ELF file. */
export async function build(
  source: string,
  level: string,
  floats: Floats,
  into: string,
): Promise<string> {
  const cpu = ["-mcpu=cortex-m7", "-mthumb", ...FLOATS[floats]];
  const crt0 = (await output("arm-none-eabi-gcc", [...cpu, "-print-file-name=rdimon-crt0.o"]))
    .trim();
  const elf = `${into}/${source}${level}-${floats}.elf`;
  await output("arm-none-eabi-gcc", [
    ...cpu,
    level,
    "-std=gnu11",
    "-Wall",
    "-Werror",
    "-ffunction-sections",
    "-fno-strict-aliasing",
    "-Wl,--gc-sections",
    "--specs=rdimon.specs",
    "-nostartfiles",
    "-T",
    `${SOURCES}an500.ld`,
    `${SOURCES}startup.c`,
    `${SOURCES}${source}.c`,
    crt0,
    "-lm",
    "-o",
    elf,
  ]);
  return elf;
}

/** What the program writes on QEMU. */
export const onQemu = (elf: string): Promise<string> =>
  output("qemu-system-arm", [
    "-M",
    "mps2-an500",
    "-display",
    "none",
    "-serial",
    "none",
    "-monitor",
    "none",
    "-semihosting-config",
    "enable=on,target=native",
    // time by counted instructions: SysTick does not depend on how busy this machine is
    "-icount",
    "shift=0,sleep=off",
    "-kernel",
    elf,
  ]);

const CODE_SIZE = 4 << 20;
const RAM = 0x2000_0000;

/** Two memories as on the AN500, and no peripherals. */
class An500 implements SystemBus, CoreHost {
  readonly code = new Uint8Array(CODE_SIZE);
  readonly ram = new Uint8Array(CODE_SIZE);
  readonly windows: readonly Window[] = [
    { at: 0, bytes: this.code, writable: true, executable: true, open: true },
    { at: RAM, bytes: this.ram, writable: true, executable: true, open: true },
  ];
  readonly bus = this;
  readonly warnings: string[] = [];
  text = "";
  read(at: number): number {
    throw new BusError(at, "nobody answers");
  }
  write(at: number): void {
    throw new BusError(at, "nobody answers");
  }
  requestSystemReset(): void {}
  warn(note: string): void {
    this.warnings.push(note);
  }
  semihosting(text: string): void {
    this.text += text;
  }
}

/** A program loaded by its ELF segments' physical addresses. */
export function load(
  elf: Uint8Array,
): { host: An500; core: CortexM7; exit: () => number | undefined } {
  const host = new An500();
  let code: number | undefined;
  const core = createCortexM7(host, { irqs: 32, onExit: (c) => code = c });
  const at = u32le(elf, 28);
  for (let i = 0; i < u16le(elf, 44); i++) {
    const header = at + i * u16le(elf, 42);
    const [type, offset, , physical, size] = [0, 4, 8, 12, 16].map((o) => u32le(elf, header + o));
    if (type !== 1 || physical === undefined || offset === undefined || size === undefined) {
      continue;
    }
    const bytes = elf.subarray(offset, offset + size);
    if (physical < CODE_SIZE) host.code.set(bytes, physical);
    else host.ram.set(bytes, physical - RAM);
  }
  core.powerOnReset();
  core.held = false;
  return { host, core, exit: () => code };
}

/** What the program writes on our core. Fails when it does not end within `cycles`. */
export function onOurs(
  elf: Uint8Array,
  cycles = 400_000_000,
): { text: string; cycles: number; ms: number } {
  const { host, core, exit } = load(elf);
  const before = performance.now();
  while (exit() === undefined && core.cycles < cycles) {
    if (core.run(1_000_000) === 0 || core.lockedUp) break;
  }
  const ms = performance.now() - before;
  if (exit() !== 0) {
    throw new Error(
      `exit ${exit()} after ${core.cycles} cycles, PC ${
        core.pc.toString(16)
      }, locked up ${core.lockedUp}, ` +
        `CFSR ${core.readPpb(0xE000_ED28, 4, "debug").toString(16)}\n${host.text}${
          host.warnings.join("\n")
        }`,
    );
  }
  return { text: host.text, cycles: core.cycles, ms };
}
