/**
 * Text that a program writes by semihosting: it stops at BKPT 0xAB with the operation in r0 and its argument
 * in r1; the answer goes to r0. Numbers: ARM, "Semihosting for AArch32 and AArch64", §§2.4, 5, 6.
 */
import { type Memory, u32le } from "../../base/mod.ts";
import type { Core } from "../../cortex/mod.ts";

const BKPT_AB = 0xBEAB;
const SYS = {
  open: 0x01,
  writec: 0x03,
  write0: 0x04,
  write: 0x05,
  isTty: 0x09,
  exit: 0x18,
} as const;
const CONSOLE = 1;
const FAILED = 0xFFFF_FFFF;
const MOST_TEXT = 0x1000;
const PART = 64;

/** What one stop brought. */
export interface Semihosted {
  readonly bytes: Uint8Array;
  /** the program has ended */
  readonly ended: boolean;
}

async function textAt(memory: Memory, at: number): Promise<Uint8Array> {
  const out: number[] = [];
  while (out.length < MOST_TEXT) {
    const part = await memory.read(at + out.length, PART - (at + out.length) % PART);
    const end = part.indexOf(0);
    out.push(...(end < 0 ? part : part.subarray(0, end)));
    if (end >= 0) break;
  }
  return Uint8Array.from(out);
}

/** Serves the stop the core stands at and lets it go on; undefined when it is none of these. */
export async function serveSemihosting(core: Core): Promise<Semihosted | undefined> {
  const { memory } = core;
  const [op = 0, argument = 0, pc = 0] = await core.readRegisters(["r0", "r1", "pc"]);
  const code = await memory.read(pc - pc % 2, 2);
  if ((code[0] ?? 0) + (code[1] ?? 0) * 256 !== BKPT_AB) return undefined;
  let bytes = new Uint8Array(0);
  let answer = 0;
  if (op === SYS.writec) bytes = new Uint8Array(await memory.read(argument, 1));
  else if (op === SYS.write0) bytes = new Uint8Array(await textAt(memory, argument));
  else if (op === SYS.write) {
    const block = await memory.read(argument, 12);
    const length = Math.min(u32le(block, 8), MOST_TEXT);
    bytes = new Uint8Array(await memory.read(u32le(block, 4), length));
    answer = u32le(block, 8) - length; // bytes that were not written
  } else if (op === SYS.open) answer = await isConsole(memory, argument) ? CONSOLE : FAILED;
  else if (op === SYS.isTty) answer = 1;
  else if (op === SYS.exit) return { bytes, ended: true };
  else answer = FAILED;
  await core.writeRegisters({ r0: answer, pc: pc - pc % 2 + 2 });
  await core.resume(pc - pc % 2 + 2);
  return { bytes, ended: false };
}

/** Only the console, `:tt`, can be opened: a program under test gets none of this machine's files. */
async function isConsole(memory: Memory, argument: number): Promise<boolean> {
  const at = u32le(await memory.read(argument, 4));
  return new TextDecoder().decode(await textAt(memory, at)) === ":tt";
}
