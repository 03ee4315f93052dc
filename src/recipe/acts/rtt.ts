/**
 * What a program writes to its RTT up-buffer, read while it runs. Layout (SEGGER_RTT.h, struct SEGGER_RTT_CB,
 * as at os.mbed.com/users/GlimwormBeacons/code/SEGGER_RTT): acID[16], MaxNumUpBuffers, MaxNumDownBuffers, then
 * for each up-buffer sName, pBuffer, SizeOfBuffer, WrOff, RdOff, Flags, all of 32 bits. The target moves WrOff,
 * the host RdOff; equal means empty.
 */
import { equal, type Memory, u32le } from "../../base/mod.ts";

/** A stretch of RAM. */
export interface RamRange {
  readonly at: number;
  readonly length: number;
}

const ID = new TextEncoder().encode("SEGGER RTT\0\0\0\0\0\0");
const HEAD = 24;
const RING = 24;
const MOST_BUFFERS = 64;
/** searched in such pieces; a block may lie across two */
const PART = 0x1000;

/** Where control blocks begin, in order; none is trusted yet. Ends early once `over` says so. */
async function* idsIn(
  memory: Memory,
  ranges: readonly RamRange[],
  over: () => boolean = () => false,
): AsyncGenerator<number> {
  for (const { at, length } of ranges) {
    let tail = new Uint8Array(0);
    for (let done = 0; done < length; done += PART) {
      if (over()) return;
      const part = await memory.read(at + done, Math.min(PART, length - done));
      const bytes = new Uint8Array(tail.length + part.length);
      bytes.set(tail);
      bytes.set(part, tail.length);
      const from = at + done - tail.length;
      for (let i = bytes.indexOf(ID[0] ?? 0); i >= 0; i = bytes.indexOf(ID[0] ?? 0, i + 1)) {
        const whole = i + ID.length <= bytes.length;
        if (whole && equal(bytes.subarray(i, i + ID.length), ID)) yield from + i;
      }
      tail = bytes.slice(Math.max(0, bytes.length - ID.length + 1));
    }
  }
}

/** Takes the names off all control blocks that an earlier run left in RAM. The core must be halted. */
export async function forgetRtt(memory: Memory, ranges: readonly RamRange[]): Promise<number> {
  const found: number[] = [];
  for await (const at of idsIn(memory, ranges)) found.push(at);
  for (const at of found) await memory.write(at, new Uint8Array(ID.length));
  return found.length;
}

/** The first up-buffer of a program. */
export class RttUp {
  private constructor(
    readonly memory: Memory,
    /** of the control block */
    readonly at: number,
    readonly buffer: number,
    readonly size: number,
  ) {}

  /** Looks for it; undefined as long as the program has not set it up. */
  static async find(
    memory: Memory,
    ranges: readonly RamRange[],
    over: () => boolean,
  ): Promise<RttUp | undefined> {
    const inRam = (at: number, length: number) =>
      ranges.some((r) => at >= r.at && at + length <= r.at + r.length);
    for await (const at of idsIn(memory, ranges, over)) {
      if (!inRam(at, HEAD + RING)) continue;
      const head = await memory.read(at, HEAD + RING);
      const [ups, buffer, size] = [u32le(head, 16), u32le(head, HEAD + 4), u32le(head, HEAD + 8)];
      const good = ups >= 1 && ups <= MOST_BUFFERS && size > 1 && inRam(buffer, size);
      if (good) return new RttUp(memory, at, buffer, size);
    }
  }

  /** What came since the last look; makes room for more. Empty when nothing did, or when it is damaged. */
  async take(): Promise<Uint8Array> {
    const { memory, at, buffer, size } = this;
    const words = await memory.batch([
      { read: at + HEAD + 12 },
      { read: at + HEAD + 16 },
    ]);
    const [written = 0, read = 0] = words;
    if (written === read || written >= size || read >= size) return new Uint8Array(0);
    const first = written > read ? written - read : size - read;
    const out = new Uint8Array(written > read ? first : first + written);
    out.set(await memory.read(buffer + read, first));
    if (written < read && written > 0) out.set(await memory.read(buffer, written), first);
    await memory.batch([{ write: at + HEAD + 16, value: written }]);
    return out;
  }
}
