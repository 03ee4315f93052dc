/** Memory through the probe's own commands (facts §6). */
import {
  type Access,
  type Memory,
  putU32le,
  u32le,
  type Width,
  wordsToBytes,
} from "../../base/mod.ts";
import { Batch } from "./batch.ts";
import type { Command } from "./commands.ts";
import type { Link } from "./link.ts";
import { lastStatus, type MemoryTarget, readMemory, writeMemory } from "./memory_commands.ts";
import { cut, type Longest, type Segment } from "../segments.ts";
import { OK } from "./status.ts";

/** Longest 16- and 32-bit read: what OpenOCD, pyOCD and probe-rs use (facts §6). */
export const READ_CHUNK = 6144;
/**
 * Longest 32-bit write. st-flash sends 32 768 bytes at once; 6144 is what every tool and firmware
 * agrees on, and enough: 256 KiB are 43 commands and 43 status reads, so that comparing, programming
 * and verifying need 258 of the 400 exchanges a flash may cost, and a refused or busy command costs
 * 6 KiB to repeat, not 32.
 */
export const WRITE_CHUNK = 6144;
/** Longest write that a 16-bit length and st-flash's practice allow. */
export const WRITE_CHUNK_MOST = 32768;

/**
 * Whether an address holds devices, not memory that a cache may shadow: peripherals, external
 * devices and the core's own registers (the architecture's default memory map).
 */
const isDevice = (at: number): boolean =>
  (at >= 0x4000_0000 && at < 0x6000_0000) || at >= 0xA000_0000;

/** One access port's memory. */
export class StlinkMemory implements Memory {
  readonly #batch: Batch;
  readonly #to: MemoryTarget;
  constructor(readonly link: Link, ap: number, csw: number) {
    this.#to = { ap, csw: link.can.csw ? csw : 0 };
    this.#batch = new Batch(link, ap);
  }

  async read(at: number, length: number, width?: Width): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    const segments = cut("read", at, length, this.#longest("read"), this.#known(width));
    if (segments.length > 0) await this.#ready();
    for (const s of segments) {
      if (this.#isPoke(s)) putU32le(out, s.offset, await this.#batch.read(s.at));
      else {out.set(
          await this.#command("read", s, readMemory(s.width, s.at, s.length, this.#to)),
          s.offset,
        );}
    }
    return out;
  }

  async write(at: number, data: Uint8Array, width?: Width): Promise<void> {
    const segments = cut("write", at, data.length, this.#longest("write"), this.#known(width));
    if (segments.length > 0) await this.#ready();
    for (const s of segments) {
      const part = data.subarray(s.offset, s.offset + s.length);
      if (this.#isPoke(s)) await this.#batch.write(s.at, u32le(part));
      else await this.#command("write", s, writeMemory(s.width, s.at, part, this.#to));
    }
  }

  async batch(steps: readonly Access[]): Promise<Uint32Array> {
    if (steps.length === 0) return new Uint32Array();
    await this.#ready();
    for (const s of steps) {
      const at = "read" in s ? s.read : "write" in s ? s.write : s.poll;
      cut("read" in s || "poll" in s ? "read" : "write", at, 4, this.#longest("read"), 4);
    }
    if (this.#to.csw === 0) return await this.#batch.run(steps);
    return await this.#mixed(steps);
  }

  /** Pokes of memory behind a cache go one by one, with the CSW that was asked for. */
  async #mixed(steps: readonly Access[]): Promise<Uint32Array> {
    const out: number[] = [];
    let pokes: Access[] = [];
    const flush = async () => {
      out.push(...await this.#batch.run(pokes));
      pokes = [];
    };
    for (const step of steps) {
      if ("poll" in step || isDevice("read" in step ? step.read : step.write)) pokes.push(step);
      else {
        await flush();
        if ("read" in step) out.push(u32le(await this.read(step.read, 4, 4)));
        else await this.write(step.write, wordsToBytes([step.value]), 4);
      }
    }
    await flush();
    return Uint32Array.from(out);
  }

  /** A single word is one exchange as a debug register, two as memory. */
  #isPoke(s: Segment): boolean {
    return s.width === 4 && s.length === 4 && (this.#to.csw === 0 || isDevice(s.at));
  }

  #known(width: Width | undefined): Width | undefined {
    if (width === 2 && !this.link.can.halfWords) throw this.link.tooOld("halfWords");
    return width;
  }

  async #ready(): Promise<void> {
    if (this.#to.ap !== 0 && !this.link.can.csw) throw this.link.tooOld("csw");
    await this.link.openAp(this.#to.ap);
  }

  #longest(access: "read" | "write"): Longest {
    const { can, wire } = this.link;
    const half = can.halfWords ? READ_CHUNK : 0;
    return access === "read"
      ? { 1: can.bytesPerRead8, 2: half, 4: READ_CHUNK }
      : { 1: can.bytesPerWrite8, 2: half, 4: wire.limits.writeChunk };
  }

  async #command<T>(access: "read" | "write", s: Segment, command: Command<T>): Promise<T> {
    const { wire } = this.link;
    const doing = { command: command.name, access, at: s.at, length: s.length };
    return await this.link.guarded(() =>
      wire.patiently(doing, async () => {
        const { value } = await wire.tryOnce(command);
        const { value: last } = await wire.tryOnce(lastStatus());
        return { status: last.status, value, at: this.#within(s, last) };
      })
    );
  }

  /** The failing address, when the probe's word for it makes sense. */
  #within(s: Segment, last: { status: number; at: number | undefined }): number {
    if (last.status === OK || last.at === undefined) return s.at;
    return last.at >= s.at && last.at < s.at + s.length ? last.at : s.at;
  }
}
