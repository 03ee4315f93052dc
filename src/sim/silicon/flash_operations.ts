/** Erasing, programming, option bytes: how long they take, what they leave, and what is left when they are cut short. */
import {
  ERASE_MS,
  MASS_ERASE_MS_PER_MIB,
  OPTION_ERASE_NS,
  OPTION_WORD_NS,
} from "./data/timings.ts";
import { PROGRAM_NS } from "./data/timings.ts";
import type { Master } from "../contracts.ts";
import type { Sector } from "./family.ts";
import { CR_BITS, type Flash } from "./flash.ts";
import type { FlashCells } from "./flash_cells.ts";
import { levelOf, type OptionValues, PCROP_RDP } from "./flash_options.ts";

/** volts that PSIZE 0 … 3 needs: stm32f7xx_hal_flash.c, notes at FLASH_Program_*; x64 wants VPP, which no board has */
const MIN_VOLTS = [1.7, 2.1, 2.7, Infinity] as const;

interface Running {
  readonly kind: "erase" | "program" | "options";
  readonly from: number;
  readonly until: number;
  /** banks that cannot be read meanwhile */
  readonly banks: readonly number[];
  /** what is left when it stops after `done` (0 … 1) of its time */
  readonly cut: (done: number) => void;
  readonly cancel: () => void;
}

/** The controller's one operation at a time. */
export class FlashOperations {
  #running: Running | undefined;
  constructor(readonly flash: Flash) {}

  get busy(): boolean {
    return this.#running !== undefined;
  }
  get running(): Running["kind"] | undefined {
    return this.#running?.kind;
  }
  /** ns; not later than now when idle */
  get busyUntil(): number {
    return this.#running?.until ?? -1;
  }
  /** Whether a read of this bank has to wait. Only dual bank mode reads one bank while the other is written. */
  blocks(bank: number): boolean {
    return this.#running !== undefined && this.#running.banks.includes(bank);
  }

  #start(
    kind: Running["kind"],
    ns: number,
    banks: readonly number[],
    finish: () => void,
    cut: (done: number) => void,
  ): void {
    const { host } = this.flash;
    const from = host.time.now;
    const cancel = host.time.at(from + ns, () => {
      this.#running = undefined;
      finish();
      this.flash.finished();
      host.reopen();
    });
    this.#running = { kind, from, until: from + ns, banks, cut, cancel };
    host.reopen();
  }

  /** A reset or the loss of power in the middle. */
  abort(): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    running.cancel();
    running.cut((this.flash.host.time.now - running.from) / (running.until - running.from));
  }

  #banksOf(bank: number): readonly number[] {
    return this.flash.options.dualBank ? [bank] : [0, 1];
  }
  get #psize(): 0 | 1 | 2 | 3 {
    return ((this.flash.cr & CR_BITS.PSIZE) >>> 8) as 0 | 1 | 2 | 3;
  }
  /** x64 has no figures of its own here: it cannot work without VPP */
  get #column(): 0 | 1 | 2 {
    return Math.min(this.#psize, 2) as 0 | 1 | 2;
  }
  /** Whether the supply carries this PSIZE; if not the result cannot be relied on. */
  #strong(what: string): boolean {
    const { host } = this.flash;
    if (host.volts >= MIN_VOLTS[this.#psize]) return true;
    host.warn(
      `${what} with PSIZE = x${8 << this.#psize} at ${host.volts.toFixed(2)} V: ` +
        (this.#psize === 3 ? "needs an external VPP" : `needs ${MIN_VOLTS[this.#psize]} V`),
    );
    return false;
  }

  /** CR.STRT was set. */
  startErase(master: Master): void {
    const { flash } = this;
    const sector = (flash.cr & CR_BITS.SER) !== 0;
    const banks = this.#massBanks();
    // both, or none: nothing is done (RM0402 "Mass erase", note on MER and SER both set)
    if (sector === (banks.length > 0)) return flash.fail("ERSERR");
    if (!sector) return this.#massErase(banks, master);
    const chosen = flash.chosenSector;
    if (chosen === undefined) {
      flash.host.warn(
        `FLASH_CR.SNB = ${(flash.cr & CR_BITS.SNB) >>> 3} names no sector of this part`,
      );
      return flash.fail("ERSERR");
    }
    if (flash.guard.isWriteProtected(chosen) || flash.guard.refuses(master)) {
      return flash.fail("WRPERR");
    }
    const ms = ERASE_MS[chosen.size / 1024]![this.#column];
    const strong = this.#strong(`erase of sector ${chosen.snb}`);
    this.#start(
      "erase",
      ms * 1e6,
      this.#banksOf(chosen.bank),
      () => this.#erase([chosen], strong),
      () => this.#erase([chosen], false),
    );
  }

  /** Banks that MER and MER2 name: in single bank mode MER is everything and MER2 nothing. */
  #massBanks(): readonly number[] {
    const { cr, options } = this.flash;
    const mer = (cr & CR_BITS.MER) !== 0;
    if (!options.dualBank) return mer ? [0] : [];
    return [...mer ? [0] : [], ...(cr & CR_BITS.MER2) !== 0 ? [1] : []];
  }

  #massErase(banks: readonly number[], master: Master): void {
    const { flash } = this;
    // any protected sector blocks the whole command (facts/stm32f7.md §7)
    if (flash.guard.anyWriteProtected || flash.guard.refuses(master)) return flash.fail("WRPERR");
    const sectors = flash.guard.sectors.filter((s) => banks.includes(s.bank));
    const strong = this.#strong("mass erase");
    this.#start(
      "erase",
      this.#massNs(sectors),
      flash.options.dualBank ? banks : [0, 1],
      () => this.#erase(sectors, strong),
      (done) => this.#cutMassErase(sectors, done),
    );
  }
  #massNs(sectors: readonly Sector[]): number {
    const bytes = sectors.reduce((n, s) => n + s.size, 0);
    return bytes / 0x10_0000 * MASS_ERASE_MS_PER_MIB[this.#column] * 1e6;
  }
  #erase(sectors: readonly Sector[], strong: boolean): void {
    const { cells, host } = this.flash;
    for (const s of sectors) {
      if (strong) cells.erase(s.offset, s.size);
      else cells.erasePartly(s.offset, s.size);
      host.flashChanged(s.offset, s.size);
    }
  }
  /** sector after sector, so the first ones are done */
  #cutMassErase(sectors: readonly Sector[], done: number): void {
    const at = Math.floor(done * sectors.length);
    this.#erase(sectors.slice(0, at), true);
    this.#erase(sectors.slice(at, at + 1), false);
  }

  /** A write to cells, all checks passed. `bank` is -1 for OTP. */
  program(cells: FlashCells, offset: number, width: number, value: number, bank: number): void {
    const { host } = this.flash;
    const strong = this.#strong("programming");
    const main = bank >= 0;
    const partly = () => {
      cells.programPartly(offset, width, value);
      if (main) host.flashChanged(offset, width);
    };
    this.#start("program", PROGRAM_NS, this.#banksOf(Math.max(bank, 0)), () => {
      if (!strong) return partly();
      cells.program(offset, width, value);
      if (main) host.flashChanged(offset, width);
    }, partly);
  }

  /** OPTCR.OPTSTRT was set: all three registers are programmed. */
  startOptions(): void {
    const { options, guard, host } = this.flash;
    if (options.level === 2) return this.flash.fail("WRPERR"); // frozen for good
    const regress = options.level === 1 && levelOf(options.shadow) === 0;
    const next = this.#pcropRules(options.shadow, regress);
    const words = options.encode(next);
    // PCROP sectors survive unless PCROP_RDP says otherwise (facts/stm32f7.md §7)
    const keep = (options.loaded.OPTCR2 & PCROP_RDP) === 0;
    const wiped = regress ? guard.sectors.filter((s) => !(keep && guard.isPcrop(s))) : [];
    const massNs = this.#massNs(wiped);
    const ns = massNs + OPTION_ERASE_NS + words.length * OPTION_WORD_NS;
    this.#start("options", ns, [0, 1], () => {
      this.#erase(wiped, true);
      if (regress) host.wipeBackup();
      options.storage.set(words);
    }, (done) => this.#cutOptions(wiped, words, massNs, done * ns));
  }

  /** PCROP bits can be added only; a regression with PCROP_RDP set takes them all away. */
  #pcropRules(next: OptionValues, regress: boolean): OptionValues {
    const old = this.flash.options.loaded.OPTCR2;
    if (regress && (old & PCROP_RDP) !== 0) return { ...next, OPTCR2: 0 };
    return { ...next, OPTCR2: (old | next.OPTCR2) >>> 0 };
  }

  /** Mass erase, then erase of the words, then word after word: what a stop after `ns` leaves. */
  #cutOptions(wiped: readonly Sector[], words: Uint32Array, massNs: number, ns: number): void {
    const { options, host, cells } = this.flash;
    if (ns < massNs) return this.#cutMassErase(wiped, ns / massNs);
    this.#erase(wiped, true);
    if (wiped.length > 0) host.wipeBackup();
    const erasing = ns - massNs;
    if (erasing < OPTION_ERASE_NS * 0.02) return; // high voltage is not up yet: the old words stand
    if (erasing < OPTION_ERASE_NS) return options.erasePartly(cells.random);
    const word = Math.floor((erasing - OPTION_ERASE_NS) / OPTION_WORD_NS);
    options.programPartly(words, word, cells.random);
  }
}
