/** Whether a chip could start from a vector table. Pure. */
import { hex } from "../base/mod.ts";

/** Addresses `at` … `at + length - 1`. */
export interface Range {
  readonly at: number;
  readonly length: number;
}

/** One thing that is wrong. */
export interface VectorProblem {
  readonly vector: "stack" | "reset" | "both";
  readonly text: string;
}

const within = (ranges: readonly Range[], at: number): boolean =>
  ranges.some((r) => at >= r.at && at < r.at + r.length);
const BLANK = 0xFFFF_FFFF;

/**
 * What is wrong with the first two words of a vector table: the first stack pointer and the reset vector.
 * `ram` and `flash` are where a stack and code may be. Empty when nothing is.
 */
export function checkVectors(
  words: readonly number[],
  places: { readonly ram: readonly Range[]; readonly flash: readonly Range[] },
): readonly VectorProblem[] {
  const [stack = BLANK, reset = BLANK] = words;
  if (stack === BLANK && reset === BLANK) {
    return [{
      vector: "both",
      text: "the vector table is blank (0xFFFFFFFF): nothing is programmed",
    }];
  }
  const problems: VectorProblem[] = [];
  const bad = (vector: "stack" | "reset", text: string) => problems.push({ vector, text });
  // a full stack pointer points just behind its RAM
  if (stack % 4 !== 0) bad("stack", `the first stack pointer ${hex(stack)} is not a multiple of 4`);
  if (!within(places.ram, stack - 1)) {
    const where = within(places.ram, stack)
      ? "is where RAM begins: there is nothing below it"
      : "is in no RAM of this chip";
    bad("stack", `the first stack pointer ${hex(stack)} ${where}`);
  }
  if (reset % 2 === 0) {
    bad("reset", `the reset vector ${hex(reset)} is even: a Cortex-M needs bit 0 set (Thumb)`);
  }
  if (!within([...places.flash, ...places.ram], reset - reset % 2)) {
    bad("reset", `the reset vector ${hex(reset)} is in no flash or RAM of this chip`);
  }
  return problems;
}
