/** The board that is served: flash is opened anew when option bytes have moved its sectors; writes go to the journal first. */
import { type BoardState, Fault, hex } from "../base/mod.ts";
import type { Chip, Sector } from "../chip/mod.ts";
import type { Core } from "../cortex/mod.ts";
import type { AttachedBoard } from "../doctor/mod.ts";
import {
  type OpenedFlash,
  openFlash,
  type OptionBytes,
  type OptionPlan,
  sectorsText,
} from "../flash/mod.ts";
import type { Image } from "../image/mod.ts";
import { joinRanges, type ReadFlash } from "../plan/mod.ts";
import type { Say } from "./target.ts";
import { type Journalist, registerTexts } from "../recipe/mod.ts";

/** What a target is made of. */
export interface TargetParts {
  readonly core: Core;
  readonly chip: Chip;
  readonly flash: OpenedFlash;
  /** Reads an image file for monitor commands; `base` for raw binaries. */
  readonly readImage: (file: string, base: number | undefined) => Promise<Image>;
  /** program although a hardware watchdog is on: the image serves it; false when absent */
  readonly watchdogOk?: boolean;
  /** which probe it is, for `monitor doctor` */
  readonly probe?: AttachedBoard["probe"];
  /** what is about to be overwritten is noted by it; nothing is noted when absent */
  readonly journal?: Pick<Journalist, "write" | "settle">;
}

const rangesOf = (sectors: readonly Sector[]) => sectors.map((s) => ({ at: s.at, length: s.size }));

/** See the file's comment. */
export class Held {
  #flash: OpenedFlash;
  #writes = 0;
  /** what is being written now, in words */
  #doing: string | undefined;
  constructor(readonly parts: TargetParts) {
    this.#flash = parts.flash;
  }
  get core(): Core {
    return this.parts.core;
  }
  get chip(): Chip {
    return this.parts.chip;
  }
  get flash(): OpenedFlash {
    return this.#flash;
  }

  /** What has become of the chip's flash and option bytes. */
  get state(): BoardState {
    if (this.#doing !== undefined) {
      return { state: "unknown", text: `interrupted when ${this.#doing}` };
    }
    return this.#writes === 0
      ? { state: "untouched", text: "nothing was written" }
      : { state: "as-planned", text: "all that was written before was read back" };
  }
  async #during(what: string, work: () => Promise<void>): Promise<void> {
    this.#doing = what;
    try {
      await work();
    } catch (e) {
      // the fault itself says what became of the board
      if (e instanceof Fault && e.options.board?.state === "untouched") this.#doing = undefined;
      throw e;
    }
    this.#doing = undefined;
    this.#writes++;
  }

  /** After a reset that has loaded option bytes: sectors as they are now. Whether they are others. */
  async reopened(): Promise<boolean> {
    const { core, chip, flash } = this;
    const next = await openFlash(core, chip, { volts: flash.volts });
    const same = next.layout.sectors.length === flash.layout.sectors.length &&
      next.layout.sectors.every((s, i) => s.size === flash.layout.sectors[i]?.size);
    if (!same) this.#flash = next;
    return !same;
  }

  /** Erases and programs sectors, by `act`; what they hold is kept before, when it is to be `lost`. */
  async overwriting(
    doing: "writing" | "erasing",
    sectors: readonly Sector[],
    act: () => Promise<void>,
    how: { readonly say: Say; readonly lost?: boolean; readonly read?: ReadFlash },
  ): Promise<void> {
    const { journal } = this.parts;
    const ranges = rangesOf(sectors);
    const be = sectors.length === 1 ? "was" : "were";
    const done = doing === "writing" ? "written" : "erased";
    const text = `${sectorsText(sectors)} ${be} being ${done} for gdb`;
    const work = () => this.#during(text, act);
    if (!journal || how.lost === false) return await work();
    const read = how.read ??
      ((at: number, length: number) => this.#flash.read(at, length, () => how.say("")));
    const keep = async () => {
      const out: { at: number; bytes: Uint8Array }[] = [];
      for (const { at, length } of joinRanges(ranges, 1)) {
        out.push({ at, bytes: await read(at, length) });
      }
      return out;
    };
    const effect = doing === "writing" ? "reversible" : "destructive";
    await journal.write({ id: doing }, { what: "flash", effect, text, ranges }, work, keep);
    await journal.settle({ flash: ranges }, true);
  }

  /** One write of option bytes, by `work`, which ends with a reset. */
  async writingOptions(
    now: OptionBytes,
    plan: OptionPlan,
    act: () => Promise<void>,
  ): Promise<void> {
    const { journal } = this.parts;
    const changes = plan.changes.map((c) => `${c.field} ${c.beforeText} -> ${c.afterText}`);
    const text = `option bytes were being written for gdb: ${changes.join(", ")}`;
    const work = () => this.#during(text, act);
    if (!journal) return await work();
    const after = Object.fromEntries(
      Object.entries(plan.words).map(([name, w]) => [name, hex(w.after)]),
    );
    await journal.write({ id: "options" }, {
      what: "options",
      effect: plan.permanent ? "irreversible" : plan.massErases ? "destructive" : "reversible",
      text,
      before: registerTexts(now.registers),
      wanted: { ...registerTexts(now.registers), ...after },
      ...(plan.massErases ? { mass_erase: true as const } : {}),
    }, work);
    await journal.settle({ options: true }, true);
  }
}
