/**
 * Semihosting without a debugger, for demos and tests: BKPT 0xAB as a request to the host. Silicon would
 * take a HardFault; this is only there when the host offers it. ARM semihosting for AArch32, v4
 */
import type { System } from "./system.ts";

const OPEN = 0x01;
const CLOSE = 0x02;
const WRITEC = 0x03;
const WRITE0 = 0x04;
const WRITE = 0x05;
const READ = 0x06;
const ISTTY = 0x09;
const SEEK = 0x0A;
const FLEN = 0x0C;
const ERRNO = 0x13;
const GET_CMDLINE = 0x15;
const HEAPINFO = 0x16;
const EXIT = 0x18;
const EXIT_EXTENDED = 0x20;
/** ADP_Stopped_ApplicationExit */
const APPLICATION_EXIT = 0x20026;
const FAILED = 0xFFFF_FFFF;
const STRING_LIMIT = 0x1_0000;

const STDIN = 1;
const STDOUT = 2;
const STDERR = 3;
const FEATURES = 4;
/** the file ":semihosting-features": magic, and that exit codes and stderr are understood */
const FEATURE_BYTES = [0x53, 0x48, 0x46, 0x42, 0x03];

/** See the head of the file. */
export class Semihosting {
  readonly #decoder = new TextDecoder();
  #featuresAt = 0;

  constructor(
    readonly sys: System,
    readonly onText: (text: string) => void,
    readonly onExit: (code: number) => void,
  ) {}

  /** Serves the BKPT at r[15] and goes on behind it. */
  call(): void {
    const s = this.sys.state;
    s.r[0] = this.#serve(s.r[0]! >>> 0, s.r[1]! >>> 0);
    s.r[15] = s.r[15]! + 2;
  }

  #argument(block: number, i: number): number {
    return this.sys.path.load(block + 4 * i, 4);
  }

  #bytes(at: number, length: number): Uint8Array {
    return Uint8Array.from({ length }, (_, i) => this.sys.path.load(at + i, 1));
  }

  #string(at: number): Uint8Array {
    const out: number[] = [];
    for (let i = 0; i < STRING_LIMIT; i++) {
      const byte = this.sys.path.load(at + i, 1);
      if (byte === 0) break;
      out.push(byte);
    }
    return Uint8Array.from(out);
  }

  #write(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true });
    if (text !== "") this.onText(text);
  }

  #serve(operation: number, block: number): number {
    switch (operation) {
      case OPEN:
        return this.#open(block);
      case CLOSE:
      case ERRNO:
        return 0;
      case WRITEC:
        this.#write(this.#bytes(block, 1));
        return 0;
      case WRITE0:
        this.#write(this.#string(block));
        return 0;
      case WRITE:
        return this.#writeFile(block);
      case READ:
        return this.#read(block);
      case ISTTY:
        return this.#argument(block, 0) <= STDERR ? 1 : 0;
      case SEEK:
        if (this.#argument(block, 0) === FEATURES) this.#featuresAt = this.#argument(block, 1);
        return 0;
      case FLEN:
        return this.#argument(block, 0) === FEATURES ? FEATURE_BYTES.length : 0;
      case GET_CMDLINE: // an empty command line
        this.sys.path.store(this.#argument(block, 0), 1, 0);
        this.sys.path.store(block + 4, 4, 0);
        return 0;
      case HEAPINFO: // all zero: the program keeps the limits of its linker script
        for (let i = 0; i < 4; i++) this.sys.path.store(this.#argument(block, 0) + 4 * i, 4, 0);
        return 0;
      case EXIT:
        return this.#exit(block === APPLICATION_EXIT ? 0 : 1);
      case EXIT_EXTENDED:
        return this.#exit(
          this.#argument(block, 0) === APPLICATION_EXIT ? this.#argument(block, 1) | 0 : 1,
        );
      default:
        this.sys.host.warn(`semihosting operation 0x${operation.toString(16)} is not served`);
        return FAILED;
    }
  }

  /** Modes 0 – 3 read, 4 – 7 write, 8 – 11 append. */
  #open(block: number): number {
    const name = new TextDecoder().decode(this.#string(this.#argument(block, 0)));
    const mode = this.#argument(block, 1);
    if (name === ":tt") return mode < 4 ? STDIN : mode < 8 ? STDOUT : STDERR;
    if (name !== ":semihosting-features") return FAILED;
    this.#featuresAt = 0;
    return FEATURES;
  }

  /** Gives the number of bytes not written. */
  #writeFile(block: number): number {
    const [handle, at, length] = [0, 1, 2].map((i) => this.#argument(block, i)) as [
      number,
      number,
      number,
    ];
    if (handle !== STDOUT && handle !== STDERR) return length;
    this.#write(this.#bytes(at, length));
    return 0;
  }

  /** Gives the number of bytes not read: there is no input. */
  #read(block: number): number {
    const [handle, at, length] = [0, 1, 2].map((i) => this.#argument(block, i)) as [
      number,
      number,
      number,
    ];
    if (handle !== FEATURES) return length;
    const bytes = FEATURE_BYTES.slice(this.#featuresAt, this.#featuresAt + length);
    bytes.forEach((b, i) => this.sys.path.store(at + i, 1, b));
    this.#featuresAt += bytes.length;
    return length - bytes.length;
  }

  #exit(code: number): number {
    this.sys.end();
    this.onExit(code);
    return 0;
  }
}
