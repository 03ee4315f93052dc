/**
 * JavaScript text for the instructions that programs spend their time in; `compile.ts` makes functions of it.
 * Values live in constants t0, t1 …: a register or flag is a name until something outside has to see it. Then, and
 * at every way out, `spill` writes what changed to the state. Slow paths spill too, so that a fault finds all
 * registers in place; the fast ones carry no bookkeeping at all.
 */
import type { Op } from "./op.ts";

type Flag = "n" | "z" | "c" | "v";
const FLAGS: readonly Flag[] = ["n", "z", "c", "v"];

/** What is known at one point of the text. */
export class Emitter {
  readonly lines: string[] = [];
  /** cycles of the instructions before this one */
  cycles = 0;
  #temps = 0;
  #regs: (string | undefined)[] = new Array<string | undefined>(16).fill(undefined);
  #dirty = new Set<number>();
  #flags: Partial<Record<Flag, string>> = {};
  #changed = new Set<Flag>();
  /** operands of a comparison or subtraction whose flags are current; their difference */
  #compared: readonly [a: string, b: string] | undefined;
  #result: string | undefined;

  add(text: string): void {
    this.lines.push(text);
  }
  /** A new constant. */
  temp(expression: string): string {
    const name = `t${this.#temps++}`;
    this.add(`const ${name}=${expression};`);
    return name;
  }
  reg(n: number): string {
    return this.#regs[n] ??= this.temp(`r[${n}]`);
  }
  set(n: number, expression: string): string {
    const name = this.temp(expression);
    this.#regs[n] = name;
    this.#dirty.add(n);
    return name;
  }
  /** The register already holds what `name` is. */
  setTo(n: number, name: string): void {
    this.#regs[n] = name;
    this.#dirty.add(n);
  }
  flag(x: Flag): string {
    return this.#flags[x] ??= this.temp(`s.${x}`);
  }
  setFlag(x: Flag, expression: string): void {
    this.#flags[x] = expression;
    this.#changed.add(x);
    this.#compared = undefined;
    if (x === "n" || x === "z") this.#result = undefined;
  }
  setNZ(result: string): void {
    this.setFlag("n", `(${result}>>>31)`);
    this.setFlag("z", `(${result}===0?1:0)`);
    this.#result = result;
  }
  /** Flags of a + b = result. */
  setAdd(a: string, b: string, result: string): void {
    this.setFlag("c", `(((${a}&${b})|((${a}|${b})&~${result}))>>>31)`);
    this.setFlag("v", `(((${a}^${result})&(${b}^${result}))>>>31)`);
    this.setNZ(result);
  }
  /** Flags of a - b = result. */
  setSub(a: string, b: string, result: string): void {
    this.setFlag("c", `((${a}>>>0)>=(${b}>>>0)?1:0)`);
    this.setFlag("v", `(((${a}^${b})&(${a}^${result}))>>>31)`);
    this.setNZ(result);
    this.#compared = [a, b];
  }

  /** A condition as an expression. */
  condition(c: number): string {
    const positive = this.#positive(c & ~1);
    return (c & 1) !== 0 ? `!(${positive})` : positive;
  }
  #positive(c: number): string {
    const pair = this.#compared;
    if (c === 0 && this.#result !== undefined) return `${this.#result}===0`;
    if (c === 4 && this.#result !== undefined) return `${this.#result}<0`;
    if (pair !== undefined) {
      const [a, b] = pair;
      if (c === 2) return `(${a}>>>0)>=(${b}>>>0)`;
      if (c === 8) return `(${a}>>>0)>(${b}>>>0)`;
      if (c === 10) return `${a}>=${b}`;
      if (c === 12) return `${a}>${b}`;
    }
    switch (c) {
      case 0:
        return `${this.flag("z")}!==0`;
      case 2:
        return `${this.flag("c")}!==0`;
      case 4:
        return `${this.flag("n")}!==0`;
      case 6:
        return `${this.flag("v")}!==0`;
      case 8:
        return `${this.flag("c")}!==0&&${this.flag("z")}===0`;
      case 10:
        return `${this.flag("n")}===${this.flag("v")}`;
      case 12:
        return `${this.flag("z")}===0&&${this.flag("n")}===${this.flag("v")}`;
      default:
        return "true";
    }
  }

  /** Text that writes all that changed to the state. */
  spill(): string {
    let text = "";
    for (const n of this.#dirty) text += `r[${n}]=${this.#regs[n]};`;
    for (const x of FLAGS) if (this.#changed.has(x)) text += `s.${x}=${this.#flags[x]};`;
    return text;
  }
  /** The state is up to date, and may be changed by what comes next. */
  forget(): void {
    this.add(this.spill());
    this.#regs.fill(undefined);
    this.#dirty.clear();
    this.#flags = {};
    this.#changed.clear();
    this.#compared = undefined;
    this.#result = undefined;
  }
  /** Text that leaves with `at` as the PC, after `more` cycles. */
  leave(at: number | string, more: number): string {
    return `${this.spill()}r[15]=${at};s.spent+=${this.cycles + more};return;`;
  }
  /** Text of a call that may throw, and may want to leave after `commit` has completed the instruction. */
  slow(op: Op, call: string, commit: string): string {
    return `{${this.spill()}r[15]=${op.at};s.spent+=${this.cycles};const e=mem.epoch;${call}` +
      `if(s.attention!==0||mem.epoch!==e){${commit}r[15]=${op.after};s.spent+=${op.cycles};return;}` +
      `s.spent-=${this.cycles};}`;
  }

  /** Loads `width` bytes at the address in a constant; `commit` names the value "v". */
  load(op: Op, width: number, at: string, commit: (value: string) => string): string {
    const page = this.temp(`reads[(${at}>>>14)&65535]`);
    const name = `t${this.#temps++}`;
    const [array, scale, mask] = WIDTHS[width]!;
    const aligned = mask === 0 ? "" : `&&(${at}&${mask})===0`;
    this.add(
      `let ${name};if(${page}.tag===${at}>>>14${aligned})` +
        `${name}=${page}.${array}[(${at}&16383)>>${scale}];else ` +
        this.slow(op, `${name}=load${8 * width}(s,sys,${at});`, commit(name)),
    );
    return name;
  }
  store(op: Op, width: number, at: string, value: string, commit: string): void {
    const page = this.temp(`writes[(${at}>>>14)&65535]`);
    const [array, scale, mask] = WIDTHS[width]!;
    const aligned = mask === 0 ? "" : `&&(${at}&${mask})===0`;
    this.add(
      `if(${page}.tag===${at}>>>14${aligned})` +
        `${page}.${array}[(${at}&16383)>>${scale}]=${value};else ` +
        this.slow(op, `store${8 * width}(s,sys,${at},${value});`, commit),
    );
  }
}
const WIDTHS: Readonly<Record<number, readonly [array: string, scale: number, mask: number]>> = {
  1: ["u8", 0, 0],
  2: ["u16", 1, 1],
  4: ["i32", 2, 3],
};
