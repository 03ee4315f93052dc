/** 4 KiB that a battery could keep; the boards here have none, so power-on leaves chance in it. */
import { BusError, type Master } from "../contracts.ts";
import type { FlashGuard } from "./flash_guard.ts";
import type { MemoryPort } from "./flash_memory.ts";
import type { Peripherals } from "./peripherals.ts";

/** BKPSRAM_BASE of stm32f746xx.h; its clock is AHB1ENR bit 18, writes want PWR_CR1.DBP */
const BKPSRAM_AT = 0x4002_4000;
const AHB1ENR = 0x30;
const BKPSRAMEN = 18;

/** Backup SRAM. */
export class BackupSram implements MemoryPort {
  readonly name = "backup SRAM";
  readonly at = BKPSRAM_AT;
  readonly bytes: Uint8Array = new Uint8Array(4096);
  readonly size = 4096;
  constructor(readonly guard: FlashGuard, readonly parts: Peripherals) {}

  #refuse(offset: number, master: Master): void {
    if (master === "fetch") {
      throw new BusError(this.at + offset, "backup SRAM holds no instructions");
    }
    // level 1 covers it like flash (RM0090 table "Access versus read protection level")
    if (this.guard.refuses(master)) {
      throw new BusError(this.at + offset, "backup SRAM at RDP level 1");
    }
  }
  read(offset: number, width: 1 | 2 | 4, master: Master): number {
    this.#refuse(offset, master);
    if (!this.parts.rcc.enabled(AHB1ENR, BKPSRAMEN)) return 0;
    let value = 0;
    for (let i = width - 1; i >= 0; i--) value = value * 256 + this.bytes[offset + i]!;
    return value;
  }
  write(offset: number, width: 1 | 2 | 4, value: number, master: Master): void {
    this.#refuse(offset, master);
    if (!this.parts.rcc.enabled(AHB1ENR, BKPSRAMEN) || !this.parts.pwr.backupWritable) return;
    for (let i = 0; i < width; i++) this.bytes[offset + i] = value >>> (8 * i);
  }
}
