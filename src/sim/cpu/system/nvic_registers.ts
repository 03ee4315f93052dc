/** The interrupt controller's registers, as views on the table of exceptions. ARM DDI 0403 §B3.4 */
import { type ExceptionTable, FIRST_IRQ } from "./exceptions.ts";

const ISER = 0x100;
const ICER = 0x180;
const ISPR = 0x200;
const ICPR = 0x280;
const IABR = 0x300;
const IPR = 0x400;
const IPR_END = 0x4F0;

/** Whether a system control space offset is one of the controller's. */
export const isNvic = (offset: number): boolean => offset >= ISER && offset < IPR_END;

function word(bits: Uint8Array, from: number): number {
  let value = 0;
  for (let i = 0; i < 32; i++) if (bits[from + i]) value |= 1 << i;
  return value >>> 0;
}

/** Four priorities, the first in the low byte. */
export function readPriorities(x: ExceptionTable, from: number): number {
  let value = 0;
  for (let i = 3; i >= 0; i--) value = (value << 8) | ((x.priority[from + i] ?? 0) & 0xFF);
  return value >>> 0;
}
export function writePriorities(x: ExceptionTable, from: number, value: number): void {
  for (let i = 0; i < 4; i++) x.setPriority(from + i, (value >>> (8 * i)) & 0xFF);
}

/** Which bank of 32 interrupts an offset stands for: the exception number of its first. */
const bank = (offset: number): number => FIRST_IRQ + (offset & 0x7C) * 8;

export function readNvic(x: ExceptionTable, offset: number): number {
  if (offset >= IPR) return readPriorities(x, FIRST_IRQ + offset - IPR);
  if (offset >= IABR) return word(x.active, bank(offset));
  return word(offset >= ISPR ? x.pending : x.enabled, bank(offset));
}

export function writeNvic(x: ExceptionTable, offset: number, value: number): void {
  if (offset >= IPR) return writePriorities(x, FIRST_IRQ + offset - IPR, value);
  if (offset >= IABR) return; // read-only
  const from = bank(offset);
  for (let i = 0; i < 32; i++) {
    if ((value & (1 << i)) === 0) continue;
    if (offset >= ICPR) x.setPending(from + i, false);
    else if (offset >= ISPR) x.setPending(from + i, true);
    else x.setEnabled(from + i, offset < ICER);
  }
}
