/**
 * Loads, stores and fetches that are not plain memory within reach: alignment, MPU, the private
 * peripheral bus, watchpoints, and bus errors as faults. Plain pages go by `state.mem` (`fast_memory.ts`).
 */
import { BusError, type SystemBus, type Window } from "../../contracts.ts";
import { CpuFault, type CpuState } from "../state.ts";
import {
  MAY_EXECUTE,
  MAY_READ,
  MAY_WRITE,
  PAGE_BITS,
  PAGE_MASK,
  PAGE_SIZE,
} from "../fast_memory.ts";
import { defaultExecutable, isPpb, type Mpu } from "./mpu.ts";

type Width = 1 | 2 | 4;
const ALL = MAY_READ | MAY_WRITE | MAY_EXECUTE;
/** STIR, the one register that unprivileged code may be allowed to write. ARM DDI 0403 §B3.2.8 */
const STIR = 0xE000_EF00;

/** What the memory path asks of the core around it. */
export interface PathOwner {
  readPpb(at: number, width: Width, master: "core"): number;
  writePpb(at: number, width: Width, value: number, master: "core"): void;
  /** CCR.UNALIGN_TRP, CCR.USERSETMPEND */
  readonly unalignTrap: boolean;
  readonly userSetMpend: boolean;
  /** CCR.BFHFNMIGN while the execution priority is negative: data bus errors do not count */
  readonly ignoreBusErrors: boolean;
  /** a store's bus error, which arrives after the instruction. PM0253 §2.5.3 */
  raiseImprecise(at: number): void;
  /** an access that a data comparator may want to see */
  watch(at: number, width: number, write: boolean, value: number): void;
  /** whether a data comparator looks at any of these bytes */
  watched(at: number, length: number): boolean;
}

/** See the head of the file. */
export class MemoryPath {
  /** current mode may do privileged accesses */
  privileged = true;
  /** the MPU counts for the current mode */
  mpuOn = false;
  watching = false;
  /** windows where the default map alone forbids something */
  readonly #oddWindows: boolean;
  #rights = new Map<number, number>();

  constructor(
    readonly state: CpuState,
    readonly bus: SystemBus,
    readonly mpu: Mpu,
    readonly owner: PathOwner,
  ) {
    this.#oddWindows = bus.windows.some((w) =>
      !defaultExecutable(w.at) || !defaultExecutable(w.at + w.bytes.length - 1)
    );
    this.refresh();
  }

  /** Rights may have changed: privilege, MPU, watchpoints. */
  refresh(): void {
    this.#rights.clear();
    this.state.mem.permission = this.mpuOn || this.watching || this.#oddWindows
      ? (at, length) => this.#pageRights(at, length)
      : undefined;
    this.state.mem.refresh();
  }

  #pageRights(at: number, length: number): number {
    const page = at >>> PAGE_BITS;
    const known = this.#rights.get(page);
    if (known !== undefined) return known;
    let rights = this.mpuOn
      ? this.mpu.rightsOfAll(at, length, this.privileged)
      : defaultExecutable(at)
      ? ALL
      : MAY_READ | MAY_WRITE;
    if (this.watching && this.owner.watched(at, length)) rights &= MAY_EXECUTE;
    this.#rights.set(page, rights);
    return rights;
  }

  #window(at: number): Window | undefined {
    for (const w of this.bus.windows) {
      if (at >= w.at && at < w.at + w.bytes.length) return w.open ? w : undefined;
    }
    return undefined;
  }

  #may(at: number, right: number, privileged: boolean): boolean {
    return !this.mpuOn || (this.mpu.rights(at, privileged) & right) !== 0;
  }

  /** One aligned read. Throws CpuFault DACCVIOL or UNALIGNED, or BusError. */
  read(at: number, width: Width, privileged: boolean): number {
    if (!this.#may(at, MAY_READ, privileged)) throw new CpuFault("DACCVIOL", at);
    if (isPpb(at)) {
      if (!privileged) throw new BusError(at, "the PPB is privileged");
      return this.owner.readPpb(at, width, "core");
    }
    const w = this.#window(at);
    if (w === undefined) return this.bus.read(at, width, "core");
    const o = at - w.at;
    const b = w.bytes;
    if (width === 1) return b[o]!;
    const half = b[o]! | (b[o + 1]! << 8);
    return width === 2 ? half : (half | (b[o + 2]! << 16) | (b[o + 3]! << 24)) >>> 0;
  }

  /** One aligned write. Throws CpuFault DACCVIOL, or BusError. */
  write(at: number, width: Width, value: number, privileged: boolean): void {
    if (!this.#may(at, MAY_WRITE, privileged)) throw new CpuFault("DACCVIOL", at);
    if (isPpb(at)) {
      if (!privileged && !(at === STIR && this.owner.userSetMpend)) {
        throw new BusError(at, "the PPB is privileged");
      }
      return this.owner.writePpb(at, width, value >>> 0, "core");
    }
    const w = this.#window(at);
    if (w === undefined || !w.writable) return this.bus.write(at, width, value >>> 0, "core");
    for (let i = 0; i < width; i++) w.bytes[at - w.at + i] = value >>> (8 * i);
  }

  /** For unaligned accesses: the page, when all of them lies in one that is within reach. */
  #whole(at: number, width: Width, write: boolean): Uint8Array | undefined {
    if ((at & PAGE_MASK) + width > PAGE_SIZE) return undefined;
    return (write ? this.state.mem.writing(at) : this.state.mem.reading(at))?.u8;
  }

  #checkUnaligned(at: number): void {
    if (this.owner.unalignTrap || isPpb(at) || this.mpu.device(at, this.mpuOn)) {
      throw new CpuFault("UNALIGNED", at);
    }
  }

  /** Unsigned value. Throws CpuFault. */
  load(at: number, width: Width, privileged = this.privileged): number {
    let value = 0;
    try {
      if ((at & (width - 1)) === 0) value = this.read(at, width, privileged);
      else {
        this.#checkUnaligned(at);
        const page = privileged === this.privileged ? this.#whole(at, width, false) : undefined;
        for (let i = 0; i < width; i++) {
          const byte = page ? page[(at & PAGE_MASK) + i]! : this.read(at + i, 1, privileged);
          value |= byte << (8 * i);
        }
        value >>>= 0;
      }
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      if (!this.owner.ignoreBusErrors) throw new CpuFault("PRECISERR", at);
    }
    if (this.watching) this.owner.watch(at, width, false, value);
    return value;
  }

  /** Throws CpuFault; a bus error is imprecise and does not throw. */
  store(at: number, width: Width, value: number, privileged = this.privileged): void {
    try {
      if ((at & (width - 1)) === 0) this.write(at, width, value, privileged);
      else {
        this.#checkUnaligned(at);
        this.#storeBytes(at, width, value, privileged);
      }
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      if (!this.owner.ignoreBusErrors) this.owner.raiseImprecise(at);
    }
    if (this.watching) this.owner.watch(at, width, true, value >>> 0);
  }

  #storeBytes(at: number, width: Width, value: number, privileged: boolean): void {
    const page = privileged === this.privileged ? this.#whole(at, width, true) : undefined;
    // all or nothing: the last byte may be another region's
    if (page === undefined && !this.#may(at + width - 1, MAY_WRITE, privileged)) {
      throw new CpuFault("DACCVIOL", at + width - 1);
    }
    for (let i = 0; i < width; i++) {
      if (page) page[(at & PAGE_MASK) + i] = value >>> (8 * i);
      else this.write(at + i, 1, (value >>> (8 * i)) & 0xFF, privileged);
    }
  }

  /** An instruction halfword. Throws CpuFault IACCVIOL or IBUSERR. */
  fetch(at: number): number {
    const allowed = this.mpuOn
      ? (this.mpu.rights(at, this.privileged) & MAY_EXECUTE) !== 0
      : defaultExecutable(at);
    if (!allowed) throw new CpuFault("IACCVIOL", at);
    const w = this.#window(at);
    if (w !== undefined && w.executable) {
      return w.bytes[at - w.at]! | (w.bytes[at - w.at + 1]! << 8);
    }
    try {
      if (w !== undefined) throw new BusError(at, "no instruction port reaches it");
      return this.bus.read(at, 2, "fetch");
    } catch (error) {
      if (error instanceof BusError) throw new CpuFault("IBUSERR", at);
      throw error;
    }
  }

  /** A vector: by the default map, whatever the MPU says. Throws BusError. ARM DDI 0403 §B3.5.1 */
  vector(at: number): number {
    const mpu = this.mpuOn;
    this.mpuOn = false;
    try {
      return this.read(at >>> 0, 4, true);
    } finally {
      this.mpuOn = mpu;
    }
  }
}
