/** Watchpoints that gdb has asked for, by address. */
import type { WatchKind } from "../cortex/mod.ts";
import type { GdbTarget } from "./target.ts";

/** As a stop names them. */
export type WatchName = "watch" | "rwatch" | "awatch";
const KINDS: Readonly<Record<WatchName, WatchKind>> = {
  watch: "write",
  rwatch: "read",
  awatch: "access",
};

interface Watch {
  readonly at: number;
  readonly length: number;
  readonly name: WatchName;
}
const same = (a: Watch) => (b: Watch): boolean =>
  a.at === b.at && a.length === b.length && a.name === b.name;

/** See the file's comment. One address may be watched in several ways. */
export class Watches {
  #set: readonly Watch[] = [];
  constructor(readonly target: GdbTarget) {}

  /** Faults: core-no-watchpoint-left, core-cannot-watch. */
  async set(at: number, length: number, name: WatchName): Promise<void> {
    const watch = { at, length, name };
    if (this.#set.some(same(watch))) return; // gdb may insert twice; both mean the same
    await this.target.watchpoint(at, length, KINDS[name], true);
    this.#set = [...this.#set, watch];
  }
  async clear(at: number, length: number, name: WatchName): Promise<void> {
    await this.target.watchpoint(at, length, KINDS[name], false);
    const is = same({ at, length, name });
    this.#set = this.#set.filter((w) => !is(w));
  }
  nameAt(at: number): WatchName | undefined {
    return this.#set.find((w) => w.at === at)?.name;
  }
  async removeAll(): Promise<void> {
    for (const { at, length, name } of this.#set) await this.clear(at, length, name);
  }
}
