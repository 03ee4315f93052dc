/** Letting the core go: on, by one instruction, or by steps until it leaves a range; and watching it. */
import { u16le } from "../base/mod.ts";
import type { GdbSession } from "./session.ts";
import { tellStop } from "./stop_reply.ts";

/** ms of the board's time between two looks at a running core: short functions end soon, loops do not */
const LOOKS_MS = [1, 2, 4, 8, 16, 25];
// ARMv7-M ARM §A7.7.261, §A7.7.262, §A7.7.17
const WAITS = [0xBF30, 0xBF20]; // WFI, WFE
const [BKPT, SEMIHOSTING] = [0xBE, 0xAB];
const INSTRUCTION = 2;

/** Addresses from … to - 1 that steps stay in. */
export interface StepRange {
  readonly from: number;
  readonly to: number;
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** What the core is about between two stops. */
export class Running {
  #how: "continue" | "step" | "wait" = "continue";
  #range: StepRange | undefined;
  #stack: readonly number[] | undefined;
  /** where a wait of a stepped program ends */
  #temporary: number | undefined;
  #looks = 0;
  constructor(readonly session: GdbSession) {}

  async go(how: "continue" | "step", range?: StepRange): Promise<void> {
    const { session } = this;
    this.#how = how;
    this.#range = range;
    this.#stack = undefined;
    session.running = true;
    session.console = true;
    if (how === "continue") await this.#resume();
    else await this.look();
  }

  async #resume(): Promise<void> {
    const { session } = this;
    const { target, hard, registers } = session;
    this.#looks = 0;
    session.toldFault = 0;
    session.cache.clear();
    session.ram.running();
    const pc = await this.#pastOwnBreakpoint(await registers.pc());
    session.forget();
    const { done, ...change } = hard.turn();
    await target.resume(pc, change);
    done();
  }

  /** A BKPT in the program's own code has stopped it: it would again, for ever. */
  async #pastOwnBreakpoint(pc: number): Promise<number> {
    const { session } = this;
    if (session.hard.has(pc) || session.soft.has(pc)) return pc;
    if ((await session.target.stopReason()).why !== "breakpoint") return pc;
    const code = await session.readMemory(pc, INSTRUCTION).catch(() => undefined);
    if (code?.[1] !== BKPT) return pc;
    if (code[0] === SEMIHOSTING && session.options.semihosting.enabled) return pc; // served there
    await session.registers.write({ pc: pc + INSTRUCTION });
    return pc + INSTRUCTION;
  }

  /** One look at a running core, or one more step. */
  async look(): Promise<void> {
    if (this.#how === "step") return await this.#step();
    const { session } = this;
    const state = await session.target.state();
    if (state === "locked-up") {
      await session.target.halt();
      return await tellStop(session);
    }
    if (state === "halted") return await this.#halted();
    const ms = LOOKS_MS[Math.min(this.#looks++, LOOKS_MS.length - 1)] ?? 0;
    await session.target.clock.sleep(ms);
    await pause();
  }

  async #halted(): Promise<void> {
    const { session } = this;
    session.forget();
    const done = await session.options.semihosting.serve(session.target);
    session.forget();
    if (done === "served") {
      this.#looks = 0;
      return await session.target.resume();
    }
    const over = this.#temporary !== undefined &&
      await session.registers.pc() === this.#temporary;
    this.removeTemporary();
    if (this.#how !== "wait" || !over) {
      await session.target.stopReason(); // first: the core was seen halted just now
      await session.ram.fill();
      return await tellStop(session);
    }
    this.#how = "step";
    await this.#stepped();
  }

  async #step(): Promise<void> {
    const { session } = this;
    const { target, registers, ram, hard } = session;
    const at = await registers.pc();
    const pc = await this.#pastOwnBreakpoint(at);
    if (pc !== at) return await this.#stepped(); // that was the step
    if (await this.#waits(pc) && await this.#wait(pc)) return;
    session.cache.stepping();
    // within a range the stack of its first step does: reading SP anew would cost more than a miss
    const stack = this.#stack ?? await ram.stackWords();
    if (this.#range) this.#stack = stack;
    const code = await ram.codeWords();
    const peek = [...code, ...ram.askedWords([...code, ...stack]), ...stack];
    session.forget();
    const { done, ...breakpoints } = hard.leave(pc);
    const wish = { peek, tcm: ram.tcm, breakpoints, pc: this.#range !== undefined };
    const came = await target.step(pc, wish);
    done();
    if (came.words) ram.know(came.words);
    if (came.pc !== undefined) registers.knowPc(came.pc);
    const { why } = await target.stopReason();
    if (why === "breakpoint" && await session.options.semihosting.serve(target) === "served") {
      session.forget();
    } else if (why !== "step") return await tellStop(session);
    await this.#stepped();
  }

  /** After one instruction: on within the range, or the stop is told. */
  async #stepped(): Promise<void> {
    const { session } = this;
    const range = this.#range;
    if (!range) return await tellStop(session);
    const pc = await session.registers.pc();
    const stays = pc >= range.from && pc < range.to;
    if (!stays || session.hard.has(pc) || session.soft.has(pc)) return await tellStop(session);
    await pause(); // Ctrl-C and the connection's end come in between
  }

  /** WFI and WFE: stepped with interrupts masked they would end at once, and what is waited for never come. */
  async #waits(pc: number): Promise<boolean> {
    const code = await this.session.readMemory(pc, INSTRUCTION).catch(() => undefined);
    return code !== undefined && WAITS.includes(u16le(code));
  }

  /** Runs up to the instruction behind it, with interrupts. False when no comparator is left for that. */
  async #wait(pc: number): Promise<boolean> {
    const { session } = this;
    const behind = pc + INSTRUCTION;
    this.#kept = session.hard.has(behind) || session.soft.has(behind);
    if (!this.#kept && !await session.hard.tryNow(behind)) return false;
    this.#temporary = behind;
    this.#how = "wait";
    await this.#resume();
    return true;
  }
  /** gdb has its own breakpoint there */
  #kept = false;

  /** Takes back what a wait has set. */
  removeTemporary(): void {
    if (this.#temporary !== undefined && !this.#kept) this.session.hard.clear(this.#temporary);
    this.#temporary = undefined;
    this.#kept = false;
  }
}
