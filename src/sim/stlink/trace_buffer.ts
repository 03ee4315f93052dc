/** The probe's buffer for what comes in on SWO. */
import { concat } from "../../base/mod.ts";

/** Keeps what came since it was last asked; what does not fit is lost. */
export class TraceBuffer {
  #size = 0;
  #parts: Uint8Array[] = [];
  #held = 0;
  /** bytes that found the buffer full */
  lost = 0;

  get running(): boolean {
    return this.#size > 0;
  }
  start(size: number): void {
    this.stop();
    this.#size = size;
  }
  stop(): void {
    this.#size = 0;
    this.#parts = [];
    this.#held = 0;
  }
  /** Bytes arrive on the pin. */
  push(bytes: Uint8Array): void {
    if (!this.running) return;
    const part = bytes.slice(0, this.#size - this.#held);
    this.lost += bytes.length - part.length;
    this.#held += part.length;
    if (part.length > 0) this.#parts.push(part);
  }
  /** Everything held; the buffer is empty afterwards. */
  take(): Uint8Array {
    const all = concat(this.#parts);
    this.#parts = [];
    this.#held = 0;
    return all;
  }
}
