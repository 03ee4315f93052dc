/** What a trace says was written through an ST-LINK, command by command. */

/** One write to the chip. */
export interface WireWrite {
  readonly at: number;
  readonly length: number;
}

const u16 = (b: Uint8Array, at: number): number => new DataView(b.buffer).getUint16(at, true);
const u32 = (b: Uint8Array, at: number): number => new DataView(b.buffer).getUint32(at, true);
const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (x) => parseInt(x, 16));

/** F2 07 … reads are not listed. Codes: facts/stlink.md §6 and §7. */
const MEMORY_WRITES: readonly number[] = [0x08, 0x0D, 0x48];
const DEBUG_WRITE = 0x35;
const MISC_OUT = 0x51;

/** Items of RW_MISC: 1 sets the address, 2 writes there. */
function* miscWrites(count: number, data: Uint8Array): Generator<WireWrite> {
  const values = Math.ceil(count / 4) * 4;
  let address = 0;
  for (let i = 0; i < count; i++) {
    const value = u32(data, values + 4 * i);
    if (data[i] === 1) address = value;
    if (data[i] === 2) yield { at: address, length: 4 };
  }
}

/** Every write of a trace, in order. */
export function wireWrites(trace: string): readonly WireWrite[] {
  const out: WireWrite[] = [];
  const sent = trace.trim().split("\n").map((l) => JSON.parse(l)).filter((l) => l.type === "out");
  for (let i = 0; i < sent.length; i++) {
    const packet = bytesOf(sent[i].data);
    if (packet[0] !== 0xF2) continue;
    const code = packet[1] ?? 0;
    if (code === DEBUG_WRITE) out.push({ at: u32(packet, 2), length: 4 });
    if (MEMORY_WRITES.includes(code)) {
      out.push({ at: u32(packet, 2), length: u16(packet, 6) });
      i++; // its data
    }
    if (code === MISC_OUT) out.push(...miscWrites(u32(packet, 2), bytesOf(sent[++i].data)));
  }
  return out;
}

/** Flash through both its doors, OTP and option bytes, and the flash controller's registers (RM0385 §2, §3). */
const LASTING: readonly (readonly [from: number, to: number])[] = [
  [0x0020_0000, 0x0040_0000],
  [0x0800_0000, 0x0820_0000],
  [0x1FF0_0000, 0x1FFF_FFFF],
  [0x4002_3C00, 0x4002_4000],
];

/** The writes that reach flash, or the registers that change it. */
export const lastingWrites = (trace: string): readonly WireWrite[] =>
  wireWrites(trace).filter((w) => LASTING.some(([from, to]) => w.at >= from && w.at < to));
