/** System control space, 0xE000_E000 … 0xE000_EFFF, by offset. ARM DDI 0403 §B3.2; Cortex-M7 TRM for the M7's own */
import type { Master } from "../../contracts.ts";
import type { System } from "./system.ts";
import { EXCEPTION } from "./attention.ts";
import { FIRST_IRQ } from "./exceptions.ts";
import { cacheSize, CLIDR, CTR, FEATURES, MVFR } from "./identity.ts";
import { isNvic, readNvic, writeNvic } from "./nvic_registers.ts";

/** reset values of the Cortex-M7's own control registers, which have no effect here */
const IMPLEMENTATION: readonly (readonly [offset: number, reset: number, writable: number])[] = [
  [0x008, 0, 0x1FFF_FC04], // ACTLR
  [0xF90, 0x6F, 0x7], // ITCMCR: enabled; size assumed from the memory map, 4 MiB
  [0xF94, 0x3F, 0x7], // DTCMCR: enabled; 64 KiB as on the F74
  [0xF98, 0x9, 0x1], // AHBPCR: 512 MiB of peripherals, enabled
  [0xF9C, 0, 0x7], // CACR
  [0xFA0, 0x800, 0xFFFF], // AHBSCR
];

const isMaintenance = (offset: number): boolean => offset >= 0xF50 && offset <= 0xF78;

/** See the head of the file. */
export class Scs {
  #csselr = 0;
  /** ABFSR: where an imprecise bus fault came from; writing clears */
  abfsr = 0;
  readonly #plain = new Map<number, number>();

  constructor(
    readonly sys: System,
    readonly cacheKb: { readonly instructions: number; readonly data: number },
  ) {
    this.reset();
  }

  reset(): void {
    this.#csselr = this.abfsr = 0;
    for (const [offset, value] of IMPLEMENTATION) this.#plain.set(offset, value);
  }

  /** undefined: no such register */
  read(offset: number, master: Master): number | undefined {
    const sys = this.sys;
    if (offset >= 0x010 && offset < 0x020) return sys.systick.readRegister(offset, master);
    if (isNvic(offset)) return readNvic(sys.exceptions, offset);
    if (offset >= 0xD00 && offset < 0xD40) return sys.scb.readRegister(offset);
    if (offset >= 0xD40 && offset < 0xD74) return FEATURES[(offset - 0xD40) >> 2]!;
    if (offset >= 0xD90 && offset < 0xDBC) return sys.mpu.readRegister(offset & 0xFF);
    if (offset >= 0xDF0 && offset <= 0xDFC) return sys.debug.readRegister(offset & 0xFF);
    if (offset >= 0xF40 && offset < 0xF4C) return MVFR[sys.options.fpu][(offset - 0xF40) >> 2]!;
    if (isMaintenance(offset) || offset === 0xF00) return 0; // write-only
    switch (offset) {
      case 0x004:
        return Math.ceil((sys.exceptions.count - FIRST_IRQ) / 32) - 1; // ICTR
      case 0xD78:
        return CLIDR;
      case 0xD7C:
        return CTR;
      case 0xD80:
        return cacheSize(
          this.#csselr === 1,
          this.#csselr === 1 ? this.cacheKb.instructions : this.cacheKb.data,
        );
      case 0xD84:
        return this.#csselr;
      case 0xD88:
        return sys.fp.cpacr;
      case 0xF34:
        return sys.fp.fpccr;
      case 0xF38:
        return sys.fp.fpcar;
      case 0xF3C:
        return sys.fp.fpdscr;
      case 0xFA8:
        return this.abfsr;
      default:
        return this.#plain.get(offset);
    }
  }

  /** false: no such register */
  write(offset: number, value: number, master: Master): boolean {
    const sys = this.sys;
    if (offset >= 0x010 && offset < 0x020) {
      sys.systick.writeRegister(offset, value);
      sys.state.attention |= EXCEPTION; // the run in progress was planned without it
      return true;
    }
    if (isNvic(offset)) writeNvic(sys.exceptions, offset, value);
    else if (offset >= 0xD00 && offset < 0xD40) return sys.scb.writeRegister(offset, value, master);
    else if (offset >= 0xD40 && offset < 0xD84) return true; // read-only
    else if (offset >= 0xD90 && offset < 0xDBC) sys.mpu.writeRegister(offset & 0xFF, value);
    else if (offset >= 0xDF0 && offset <= 0xDFC) {
      sys.debug.writeRegister(offset & 0xFF, value, master);
    } else if (isMaintenance(offset)) return true; // there are no caches: memory is what was written last
    else if (offset === 0xF00) sys.exceptions.setPending(FIRST_IRQ + (value & 0x1FF), true);
    else return this.#writeOther(offset, value);
    return true;
  }

  #writeOther(offset: number, value: number): boolean {
    const fp = this.sys.fp;
    const row = IMPLEMENTATION.find(([at]) => at === offset);
    if (row !== undefined) {
      const old = this.#plain.get(offset)!;
      this.#plain.set(offset, ((old & ~row[2]) | (value & row[2])) >>> 0);
    } else if (offset === 0xD84) this.#csselr = value & 1;
    else if (offset === 0xD88) fp.cpacr = fp.present ? value & 0x00F0_0000 : 0;
    else if (offset === 0xF34) fp.writeFpccr(value);
    else if (offset === 0xF38) fp.fpcar = fp.present ? (value & ~7) >>> 0 : 0;
    else if (offset === 0xF3C) fp.fpdscr = fp.present ? value & 0x07C0_0000 : 0;
    else if (offset === 0xFA8) this.abfsr = 0;
    else return offset === 0x004 || (offset >= 0xF40 && offset < 0xF4C);
    return true;
  }
}
