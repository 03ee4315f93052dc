/** The flash interface: FLASH registers, their locks, and what they start. */
import { BusError, BusStall, type Master } from "../contracts.ts";
import { Block, type ChipHost, merge } from "./block.ts";
import type { Sector } from "./family.ts";
import type { FlashCells } from "./flash_cells.ts";
import type { FlashGuard } from "./flash_guard.ts";
import { FlashOperations } from "./flash_operations.ts";
import type { OptionBytes } from "./flash_options.ts";

/** FLASH_R_BASE and the register offsets: stm32f746xx.h FLASH_TypeDef */
export const FLASH_AT = 0x4002_3C00;
const [ACR, KEYR, OPTKEYR, SR, CR, OPTCR, OPTCR1, OPTCR2] = [0, 4, 8, 0xC, 0x10, 0x14, 0x18, 0x1C];
/** stm32f7xx_hal_flash.h FLASH_KEY1 … FLASH_OPT_KEY2 */
const KEYS = [0x4567_0123, 0xCDEF_89AB];
const OPTION_KEYS = [0x0819_2A3B, 0x4C5D_6E7F];
/** bits of SR: stm32f722xx.h FLASH_SR_* */
export const SR_BITS = {
  EOP: 1,
  OPERR: 2,
  WRPERR: 0x10,
  PGAERR: 0x20,
  PGPERR: 0x40,
  ERSERR: 0x80,
  RDERR: 0x100,
  BSY: 0x1_0000,
} as const;
/** bits of CR: stm32f722xx.h and stm32f767xx.h FLASH_CR_* */
export const CR_BITS = {
  PG: 1,
  SER: 2,
  MER: 4,
  SNB: 0xF8,
  PSIZE: 0x300,
  MER2: 0x8000,
  STRT: 0x1_0000,
  EOPIE: 0x100_0000,
  ERRIE: 0x200_0000,
  RDERRIE: 0x400_0000,
  LOCK: 0x8000_0000,
} as const;
/** all that every F7 has, without STRT and LOCK, which are answered from elsewhere */
const CR_KEPT = CR_BITS.PG | CR_BITS.SER | CR_BITS.MER | CR_BITS.SNB | CR_BITS.PSIZE |
  CR_BITS.EOPIE | CR_BITS.ERRIE;
const OPTLOCK = 1;
const OPTSTRT = 2;
/** LATENCY, PRFTEN, ARTEN, ARTRST: FLASH_ACR_* */
const ACR_MASK = 0xB0F;
/** FLASH_IRQn */
const IRQ = 4;

/** What the flash asks of the chip around it. */
export interface FlashHost extends ChipHost {
  readonly volts: number;
  /** cells have changed: `offset` from the start of flash */
  flashChanged(offset: number, length: number): void;
  /** what the core may reach without asking has changed */
  reopen(): void;
  /** the chip waits, time passes; only for the debugger's accesses */
  waitUntil(ns: number): void;
  /** RDP regression takes the backup SRAM with it */
  wipeBackup(): void;
  /** ACR was written */
  latencyChanged(): void;
}

/** A pair of keys that must come in order. Any other write closes it until the next reset. */
class Lock {
  #next = 0;
  #dead = false;
  open = false;
  constructor(readonly keys: readonly number[]) {}
  write(key: number): boolean {
    if (this.#dead || this.open || key !== this.keys[this.#next]) {
      this.#dead = true;
      this.open = false;
      return false;
    }
    if (++this.#next === this.keys.length) this.open = true;
    return true;
  }
  close(): void {
    this.open = false;
    this.#next = 0;
  }
  reset(): void {
    this.close();
    this.#dead = false;
  }
  get dead(): boolean {
    return this.#dead;
  }
  /** for a saved board */
  kill(): void {
    this.#dead = true;
  }
}

/** FLASH_ACR … FLASH_OPTCR2. */
export class Flash extends Block {
  readonly operations: FlashOperations;
  readonly lock = new Lock(KEYS);
  readonly optionLock = new Lock(OPTION_KEYS);
  #acr = 0;
  #sr = 0;
  #cr = 0;
  readonly #crMask: number;
  readonly #srMask: number;

  constructor(
    override readonly host: FlashHost,
    readonly cells: FlashCells,
    readonly options: OptionBytes,
    readonly guard: FlashGuard,
  ) {
    super("FLASH", FLASH_AT, 0x400, host);
    const { pcrop, dualBank } = options.silicon.options;
    this.#crMask = CR_KEPT | (dualBank ? CR_BITS.MER2 : 0) | (pcrop ? CR_BITS.RDERRIE : 0);
    this.#srMask = pcrop ? 0x1F3 : 0xF3;
    this.operations = new FlashOperations(this);
  }

  get latency(): number {
    return this.#acr & 0xF;
  }
  /** CR without LOCK */
  get cr(): number {
    return this.#cr;
  }
  get sr(): number {
    return (this.#sr | (this.operations.busy ? SR_BITS.BSY : 0)) >>> 0;
  }

  override read(offset: number): number | undefined {
    switch (offset) {
      case ACR:
        return this.#acr;
      case KEYR:
      case OPTKEYR:
        return 0;
      case SR:
        return this.sr;
      case CR:
        return (this.#cr | (this.lock.open ? 0 : CR_BITS.LOCK) |
          (this.operations.running === "erase" ? CR_BITS.STRT : 0)) >>> 0;
      case OPTCR:
        return (this.options.shadow.OPTCR | (this.optionLock.open ? 0 : OPTLOCK) |
          (this.operations.running === "options" ? OPTSTRT : 0)) >>> 0;
      case OPTCR1:
        return this.options.shadow.OPTCR1;
      case OPTCR2:
        return this.options.silicon.options.pcrop ? this.options.shadow.OPTCR2 : undefined;
    }
    return undefined;
  }

  override write(offset: number, value: number, lanes: number, master: Master): boolean {
    switch (offset) {
      case ACR:
        this.#acr = merge(this.#acr, value, lanes) & ACR_MASK;
        this.host.latencyChanged();
        return true;
      case KEYR:
        this.#key(this.lock, value, this.at + KEYR, "FLASH_KEYR");
        return true;
      case OPTKEYR:
        this.#key(this.optionLock, value, this.at + OPTKEYR, "FLASH_OPTKEYR");
        return true;
      case SR:
        this.#sr &= ~(value & lanes & this.#srMask);
        this.#interrupt();
        return true;
      case CR:
        this.#writeCr(value, lanes, master);
        return true;
      case OPTCR:
      case OPTCR1:
        this.#writeOptions(offset, value, lanes, master);
        return true;
      case OPTCR2:
        if (!this.options.silicon.options.pcrop) return false;
        this.#writeOptions(offset, value, lanes, master);
        return true;
    }
    return false;
  }

  // A wrong key, or a key nobody waits for, closes the register until the next reset, with a bus error
  // (facts/stm32f7.md §3).
  #key(lock: Lock, key: number, at: number, name: string): void {
    if (!lock.write(key >>> 0)) throw new BusError(at, `wrong key for ${name}`);
  }

  /** Holds the access until the controller is idle (RM0385 "Flash memory erase", recalled: CR stalls). */
  stall(master: Master): void {
    const until = this.operations.busyUntil;
    if (until <= this.host.time.now) return;
    if (master !== "debug") throw new BusStall(until);
    this.host.waitUntil(until);
  }

  #writeCr(value: number, lanes: number, master: Master): void {
    if (!this.lock.open) return; // silently: peers.md §1 row 6, st-flash never notices
    this.stall(master);
    const written = merge(this.#cr, value, lanes);
    this.#cr = written & this.#crMask;
    if ((written & CR_BITS.LOCK) !== 0) this.lock.close();
    if ((written & CR_BITS.STRT) !== 0) this.operations.startErase(master);
    this.#interrupt();
  }

  #writeOptions(offset: number, value: number, lanes: number, master: Master): void {
    if (!this.optionLock.open) return;
    this.stall(master);
    const { shadow } = this.options;
    const key = offset === OPTCR ? "OPTCR" : offset === OPTCR1 ? "OPTCR1" : "OPTCR2";
    const written = merge(shadow[key], value, lanes);
    this.options.shadow = this.options.clean({ ...shadow, [key]: written });
    this.host.reopen();
    if (offset !== OPTCR) return;
    if ((written & OPTLOCK) !== 0) this.optionLock.close();
    if ((written & OPTSTRT) !== 0) this.operations.startOptions();
  }

  /** An operation could not be run. OPERR comes with it only when ERRIE is set (RM0402 FLASH_SR, recalled). */
  fail(bit: keyof typeof SR_BITS): void {
    this.#sr |= SR_BITS[bit];
    const enable = bit === "RDERR" ? CR_BITS.RDERRIE : CR_BITS.ERRIE;
    if ((this.#cr & enable) !== 0) this.#sr |= SR_BITS.OPERR;
    this.#interrupt();
  }
  /** An operation has ended well. EOP shows only when EOPIE is set (RM0402 FLASH_SR, recalled). */
  finished(): void {
    if ((this.#cr & CR_BITS.EOPIE) !== 0) this.#sr |= SR_BITS.EOP;
    this.#interrupt();
  }
  #interrupt(): void {
    const wanted = ((this.#cr & CR_BITS.EOPIE) !== 0 && (this.#sr & SR_BITS.EOP) !== 0) ||
      ((this.#cr & (CR_BITS.ERRIE | CR_BITS.RDERRIE)) !== 0 && (this.#sr & SR_BITS.OPERR) !== 0);
    this.host.irq(IRQ, wanted);
  }

  /** the sector that CR.SNB names */
  get chosenSector(): Sector | undefined {
    const snb = (this.#cr & CR_BITS.SNB) >>> 3;
    return this.guard.sectors.find((s) => s.snb === snb);
  }

  /** Any reset: what runs is cut short, the options are loaded anew. */
  override reset(): void {
    this.operations.abort();
    this.#acr = this.#sr = this.#cr = 0;
    this.lock.reset();
    this.optionLock.reset();
    const bad = this.options.load();
    if (bad.length > 0) {
      const at = bad.map((i) => (0x1FFF_0000 + 8 * i).toString(16).toUpperCase()).join(", ");
      this.host.warn(`option bytes at ${at} do not match their complements: loaded as all ones`);
    }
    this.host.reopen();
  }
}
