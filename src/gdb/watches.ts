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

/** See the file's comment. */
export class Watches {
  readonly #set = new Map<number, { readonly name: WatchName; readonly length: number }>();
  constructor(readonly target: GdbTarget) {}

  /** Faults: core-no-watchpoint-left, core-cannot-watch. */
  async set(at: number, length: number, name: WatchName): Promise<void> {
    await this.target.watchpoint(at, length, KINDS[name], true);
    this.#set.set(at, { name, length });
  }
  async clear(at: number, length: number, name: WatchName): Promise<void> {
    await this.target.watchpoint(at, length, KINDS[name], false);
    this.#set.delete(at);
  }
  nameAt(at: number): WatchName | undefined {
    return this.#set.get(at)?.name;
  }
  async removeAll(): Promise<void> {
    for (const [at, { name, length }] of [...this.#set]) await this.clear(at, length, name);
  }
}
