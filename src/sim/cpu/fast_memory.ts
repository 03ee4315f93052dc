/**
 * Plain memory (RAM, flash) that loads, stores and fetches reach without asking the system.
 *
 * A page is 16 KiB. `reads` and `writes` are looked up like a TLB: the entry of an address counts only
 * when its tag is the page's number. What is not in there goes the slow way once, and is put in when
 * that is allowed: the window is open, the MPU (`permission`) says yes, and, for writes, nothing on the
 * page has been decoded as code.
 */
import type { Window } from "../contracts.ts";

export const PAGE_BITS = 14;
export const PAGE_SIZE = 1 << PAGE_BITS;
export const PAGE_MASK = PAGE_SIZE - 1;
/** entries of a look-up table; the number is a power of two */
export const ENTRIES = 1 << 16;
export const ENTRY_MASK = ENTRIES - 1;

/** Bits of what `permission` gives. */
export const MAY_READ = 1;
export const MAY_WRITE = 2;
export const MAY_EXECUTE = 4;

/** 16 KiB of plain memory in three widths. */
export class Page {
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
  /** holds decoded instructions: stores must be seen by the decode cache */
  code = false;
  constructor(readonly tag: number, readonly window: Window, buffer: ArrayBufferLike, at: number) {
    this.u8 = new Uint8Array(buffer, at, PAGE_SIZE);
    this.u16 = new Uint16Array(buffer, at, PAGE_SIZE / 2);
    this.i32 = new Int32Array(buffer, at, PAGE_SIZE / 4);
  }
}

const nowhere: Window = {
  at: 0,
  bytes: new Uint8Array(0),
  writable: false,
  executable: false,
  open: false,
};
/** The entry of every address that is not plain memory. */
export const NO_PAGE: Page = new Page(-1, nowhere, new ArrayBuffer(PAGE_SIZE), 0);

/** The windows of a bus, page by page. */
export class FastMemory {
  readonly reads: Page[];
  readonly writes: Page[];
  /** false: every access asks the system (watchpoints are set) */
  enabled = true;
  /**
   * What the MPU allows the core now on the page at `at`: MAY_READ | MAY_WRITE | MAY_EXECUTE, only the bits
   * that hold for all of its 16 KiB. Call `refresh` whenever an answer may have changed.
   */
  permission: ((at: number, length: number) => number) | undefined;
  /** told about stores to pages with decoded code, and about windows that open or close */
  onCodeWritten: (at: number, length: number) => void = () => {};
  onRefresh: () => void = () => {};
  /** counts changes of code and of permissions: a compiled block that sees one leaves */
  epoch = 0;
  #pages = new Map<number, Page>();
  #installed: number[] = [];
  #open: boolean[];

  constructor(readonly windows: readonly Window[]) {
    // a board has one memory; the state's placeholder without windows shares the empty table
    this.reads = windows.length === 0 ? nothing : new Array<Page>(ENTRIES).fill(NO_PAGE);
    this.writes = windows.length === 0 ? nothing : new Array<Page>(ENTRIES).fill(NO_PAGE);
    this.#open = windows.map((w) => w.open);
    for (const w of windows) this.#addPages(w);
  }

  #addPages(w: Window): void {
    const end = w.at + w.bytes.length;
    for (let at = Math.ceil(w.at / PAGE_SIZE) * PAGE_SIZE; at + PAGE_SIZE <= end; at += PAGE_SIZE) {
      const offset = w.bytes.byteOffset + at - w.at;
      if (offset % 4 !== 0) return; // the bus serves it
      const page = new Page(at / PAGE_SIZE, w, w.bytes.buffer, offset);
      if (!this.#pages.has(page.tag)) this.#pages.set(page.tag, page);
    }
  }

  /** Forgets every permission; the next access of each page asks again. */
  refresh(): void {
    for (const i of this.#installed) this.reads[i] = this.writes[i] = NO_PAGE;
    this.#installed.length = 0;
    this.epoch++;
    this.windows.forEach((w, i) => this.#open[i] = w.open);
    this.onRefresh();
  }

  /** After an access that left the core: has a window opened or closed? */
  settle(): void {
    for (let i = 0; i < this.windows.length; i++) {
      if (this.windows[i]!.open !== this.#open[i]) return this.refresh();
    }
  }

  /** After a store that left the core, which may have reached plain memory unaligned. */
  wrote(at: number, length: number): void {
    this.onCodeWritten(at >>> 0, length);
    this.settle();
  }

  /** The page of an address if `wanted` is allowed there. */
  page(at: number, wanted: number): Page | undefined {
    if (!this.enabled) return undefined;
    const page = this.#pages.get(at >>> PAGE_BITS);
    if (page === undefined || !page.window.open) return undefined;
    if (wanted === MAY_WRITE && !page.window.writable) return undefined;
    if (wanted === MAY_EXECUTE && !page.window.executable) return undefined;
    if (this.permission === undefined) return page;
    return (this.permission((at & ~PAGE_MASK) >>> 0, PAGE_SIZE) & wanted) === wanted
      ? page
      : undefined;
  }

  /** Page to read from, remembered; undefined when the system must be asked. */
  reading(at: number): Page | undefined {
    const page = this.page(at, MAY_READ);
    if (page !== undefined) this.#install(this.reads, page);
    return page;
  }

  /** Page to write to, remembered unless it holds code. */
  writing(at: number): Page | undefined {
    const page = this.page(at, MAY_WRITE);
    if (page !== undefined && !page.code) this.#install(this.writes, page);
    return page;
  }

  #install(table: Page[], page: Page): void {
    const i = page.tag & ENTRY_MASK;
    table[i] = page;
    this.#installed.push(i);
  }

  /** The page gets its first decoded instruction. */
  markCode(page: Page): void {
    page.code = true;
    const i = page.tag & ENTRY_MASK;
    if (this.writes[i] === page) this.writes[i] = NO_PAGE;
  }
}

const nothing: Page[] = new Array<Page>(ENTRIES).fill(NO_PAGE);
