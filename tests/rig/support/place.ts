/**
 * Where programs find a virtual board. The same cases run in every place: under umockdev, over USB/IP, and in a
 * guest whose kernel has the board on its USB.
 */
import { assertEquals } from "@std/assert";
import type { VirtualBoard } from "../../../src/sim/mod.ts";

export const BOARD = "sim:stm32f746g-disco";
export const ROOT: string = new URL("../../../", import.meta.url).pathname.replace(/\/$/, "");
const FIXTURES = `${ROOT}/tests/fixtures`;

/** How a program ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A board on the bench, and a folder for what the program reads and writes. */
export abstract class Bench implements AsyncDisposable {
  constructor(
    readonly boards: readonly VirtualBoard[],
    /** on this machine; the program runs in it, so names without a folder mean the same to both */
    readonly folder: string,
    /** what the boards or the front-end did not know */
    readonly warnings: readonly string[],
  ) {
    for (const name of ["hello.elf", "hello.hex"]) {
      Deno.copyFileSync(`${FIXTURES}/${name}`, `${folder}/${name}`);
    }
  }
  get board(): VirtualBoard {
    return this.boards[0]!;
  }
  /** Runs probekit. */
  abstract cli(...args: readonly string[]): Promise<Ran>;
  /** Plugs the board in again, and waits until programs can find it. */
  abstract replug(): Promise<void>;
  abstract [Symbol.asyncDispose](): Promise<void>;

  /** The same; what it said is in the message when it does not end with `code`. */
  async ends(code: number, ...args: readonly string[]): Promise<Ran> {
    const ran = await this.cli(...args);
    assertEquals(ran.code, code, `probekit ${args.join(" ")}\n${ran.out}${ran.err}`);
    return ran;
  }
  put(name: string, bytes: Uint8Array | string): void {
    const content = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    Deno.writeFileSync(`${this.folder}/${name}`, content);
  }
  has(name: string): boolean {
    try {
      return Deno.statSync(`${this.folder}/${name}`).isFile;
    } catch {
      return false;
    }
  }
  get(name: string): Uint8Array {
    return Deno.readFileSync(`${this.folder}/${name}`);
  }
}

/** A way to run probekit in a folder. */
export interface Shell extends AsyncDisposable {
  readonly folder: string;
  cli(...args: readonly string[]): Promise<Ran>;
}
/** See the head of the file. */
export interface Place {
  readonly name: string;
  /** Puts a board there: `sim:stm32f746g-disco?scenario=wrp`. */
  bench(selector: string): Promise<Bench>;
  /** Puts a board there that another process serves over USB/IP on this port of this machine, as `1-1`. */
  remote(port: number): Promise<Shell>;
}
