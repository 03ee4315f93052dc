/** What worlds are made of. */
import type { ExamineWish } from "../../../src/doctor/mod.ts";
import { LOOP, type SmallImage, smallImage } from "../../../src/sim/boards/firmware.ts";
import type { Scenario } from "../../../src/sim/mod.ts";

/** A board, and what may be done to find out. */
export interface World extends Omit<Partial<Scenario>, "title" | "name"> {
  readonly board?: "stm32f746g-disco" | "nucleo-f722ze" | "nucleo-f767zi";
  readonly boot0?: boolean;
  readonly chaos?: string;
  readonly wish?: ExamineWish;
  /** ms of the board's life before it is looked at */
  readonly life?: number;
  /** exit, and causes as `likelihood:slug`, in the order they are told; notes after `|` */
  readonly wants: readonly [exit: number, told: string];
}

export const F722 = "nucleo-f722ze";
export const F767 = "nucleo-f767zi";
export const running: SmallImage = { reset: LOOP };
export const HALT = { halt: true };
export const UNDER = { underReset: true };

/** Flash with small images at these offsets, erased elsewhere. */
export function flashOf(...parts: readonly (readonly [offset: number, image: SmallImage])[]) {
  const bytes = new Uint8Array(256 * 1024).fill(0xFF);
  for (const [offset, image] of parts) bytes.set(smallImage(image, 0x0800_0000 + offset), offset);
  return bytes;
}
/** A table whose words from `first` on are these. */
export function tableOf(first: number, ...words: readonly number[]): Uint8Array {
  const bytes = flashOf([0, running]);
  const view = new DataView(bytes.buffer);
  words.forEach((w, i) => view.setUint32(4 * (first + i), w, true));
  return bytes;
}

export const optcr = (OPTCR: number, more: object = {}) => ({
  image: running,
  options: { OPTCR, ...more },
});
export const optcr1 = (OPTCR1: number) => ({ image: running, options: { OPTCR1 } });
