/** Flash as read during one halt: gdb reads the same few bytes of code again and again. */
import { alignDown } from "../base/mod.ts";
import type { GdbTarget, Region } from "./target.ts";

const LINE = 1024;
const MOST = 256;

/** Reads through a cache of flash lines. Steps keep it, running and programming clear it. */
export class FlashCache {
  readonly #lines = new Map<number, Uint8Array>();
  readonly #flash: readonly Region[];
  constructor(readonly target: GdbTarget) {
    this.#flash = target.map.filter((r) => r.type === "flash" || r.type === "rom");
  }
  clear(): void {
    this.#lines.clear();
  }
  /** One instruction cannot program flash that is erased, busy and read again within itself. */
  stepping(): void {
    if (this.#lines.size > MOST) this.clear();
  }
  /** Whether this address is flash, which is read through the cache. */
  covers(at: number): boolean {
    return this.#flash.some((r) => at >= r.at && at < r.at + r.length);
  }
  async read(at: number, length: number): Promise<Uint8Array> {
    const region = this.#flash.find((r) => at >= r.at && at + length <= r.at + r.length);
    if (!region || length > LINE) return await this.target.readMemory(at, length);
    const out = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const start = alignDown(at + done, LINE);
      const line = await this.#line(start, region);
      const part = line.subarray(at + done - start, at + length - start);
      if (part.length === 0) return await this.target.readMemory(at, length);
      out.set(part, done);
      done += part.length;
    }
    return out;
  }
  async #line(start: number, region: Region): Promise<Uint8Array> {
    const known = this.#lines.get(start);
    if (known) return known;
    const end = Math.min(start + LINE, region.at + region.length);
    const line = await this.target.readMemory(start, end - start);
    this.#lines.set(start, line);
    return line;
  }
}
