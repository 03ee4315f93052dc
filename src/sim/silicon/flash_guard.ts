/** Who may touch which flash: RDP, nWRP, PCROP. */
import type { Master } from "../contracts.ts";
import { type Sector, sectorsOf, type Silicon } from "./family.ts";
import type { OptionBytes } from "./flash_options.ts";

/** The protections in force. */
export class FlashGuard {
  /** a debugger has been connected since power-on: at level 1 the core may not reach flash until the next power-on */
  debuggerSeen = false;
  /** the core started from flash, not from RAM or system memory */
  bootedFromFlash = true;
  #sectors: readonly Sector[] = [];
  #dual: boolean | undefined;

  constructor(readonly silicon: Silicon, readonly options: OptionBytes, readonly flashKb: number) {}

  /** The sectors of the bank mode that is loaded. */
  get sectors(): readonly Sector[] {
    const dual = this.options.dualBank;
    if (dual !== this.#dual) {
      this.#dual = dual;
      this.#sectors = sectorsOf(this.silicon, this.flashKb, dual);
    }
    return this.#sectors;
  }
  sectorAt(offset: number): Sector | undefined {
    return this.sectors.find((s) => offset >= s.offset && offset < s.offset + s.size);
  }

  /**
   * Level 1: no access by the debugger, nor by the core while a debugger is connected or when it was not
   * booted from flash (RM0402 "Read protection (RDP)", the same controller; stm32f7xx_hal_flash_ex.c, note at
   * FLASH_OB_EnableWRP).
   */
  refuses(master: Master): boolean {
    if (this.options.level !== 1) return false;
    return master === "debug" || this.coreShutOut;
  }
  /** Whether level 1 keeps the core itself from flash. */
  get coreShutOut(): boolean {
    return this.options.level === 1 && (this.debuggerSeen || !this.bootedFromFlash);
  }

  /** PCROP (F72x/F73x): a sector that may be executed but not read. */
  readProtected(offset: number): boolean {
    if ((this.options.loaded.OPTCR2 & 0xFF) === 0) return false;
    const sector = this.sectorAt(offset);
    return sector !== undefined && this.isPcrop(sector);
  }
  isPcrop(sector: Sector): boolean {
    return (this.options.loaded.OPTCR2 & 0xFF & (1 << sector.snb)) !== 0;
  }
  get anyPcrop(): boolean {
    return (this.options.loaded.OPTCR2 & 0xFF) !== 0;
  }

  /**
   * nWRP acts from the register at once, programmed or not: OpenOCD wrote 1 to the unlocked OPTCR and got
   * WRPERR from the next erase (openocd 7bcf1d838).
   */
  isWriteProtected(sector: Sector): boolean {
    return (this.options.shadow.OPTCR & (1 << (16 + sector.wrp))) === 0 || this.isPcrop(sector);
  }
  get anyWriteProtected(): boolean {
    return this.sectors.some((s) => this.isWriteProtected(s));
  }
}
