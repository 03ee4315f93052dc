/** What the actions of one run reach of the world: files, people, memory. Nothing secret leaves through it. */
import { equal } from "../base/mod.ts";
import type { ActIo } from "./acts/act.ts";
import { sha256 } from "./document.ts";
import type { Held } from "./held.ts";
import type { RunEnv } from "./run.ts";
import type { Vault } from "./secret.ts";
import type { Desk } from "./station.ts";

/** what stands in a file where a secret was */
const ERASED = 0xFF;

const NAMES = 1000;

/** `backup/x.bin`, or `backup/x-2.bin` … where files of other content have the names before it. */
async function freeName(env: RunEnv, path: string, data: Uint8Array): Promise<string> {
  const dot = path.search(/(\.ob)?\.[^./\\]*$/);
  for (let n = 1; n < NAMES; n++) {
    const name = n === 1 ? path : `${path.slice(0, dot)}-${n}${path.slice(dot)}`;
    const there = await env.files.bytes(name).catch(() => undefined);
    if (there === undefined || equal(there, data)) return name;
  }
  return path;
}

/** See the file's comment. `files` gets the digest of each file that is read. */
export function sessionIo(
  env: RunEnv,
  vault: Vault,
  files: Map<string, string>,
  held: Held,
  interrupted: NonNullable<ActIo["interrupted"]>,
  desk: Desk,
): ActIo {
  const known = new Map<string, Uint8Array>();
  const clean = (data: Uint8Array | string) =>
    typeof data === "string" ? vault.text(data) : vault.bytes(data, ERASED);
  const { write, ask, powerCycle } = env;
  return {
    // files are read once: what was planned with is what is written
    async bytes(path) {
      const before = known.get(path);
      if (before) return before;
      const bytes = await env.files.bytes(path);
      known.set(path, bytes);
      files.set(path, await sha256(bytes));
      return bytes;
    },
    vault,
    desk,
    hold: (image, secret) => held.hold(image, secret),
    held: (name) => held.get(name),
    ...(write
      ? {
        write: (path, data) => write(path, clean(data)),
        async writeBeside(path, data) {
          const kept = clean(data);
          const bytes = typeof kept === "string" ? new TextEncoder().encode(kept) : kept;
          const name = await freeName(env, path, bytes);
          await write(name, kept);
          return name;
        },
      }
      : {}),
    ...(ask ? { ask: (what) => ask(vault.text(what)) } : {}),
    interrupted,
    ...(env.board ? { board: env.board } : {}),
    ...(powerCycle ? { powerCycle } : {}),
  };
}
