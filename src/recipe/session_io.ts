/** What the actions of one run reach of the world: files, people, memory. Nothing secret leaves through it. */
import type { ActIo } from "./acts/act.ts";
import { sha256 } from "./document.ts";
import type { Held } from "./held.ts";
import { isThere, keep } from "./kept.ts";
import type { RunEnv } from "./run.ts";
import type { Vault } from "./secret.ts";
import type { Desk } from "./station.ts";

/** what stands in a file where a secret was */
const ERASED = 0xFF;

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
    isThere: (path) => isThere(env, path),
    ...(write
      ? {
        async keep(path, data, chosen) {
          const kept = await keep(env, path, clean(data), chosen);
          // a step after this one means what is there now
          known.delete(kept.file);
          return kept;
        },
      }
      : {}),
    ...(ask ? { ask: (what) => ask(vault.text(what)) } : {}),
    interrupted,
    ...(env.board ? { board: env.board } : {}),
    ...(powerCycle ? { powerCycle } : {}),
  };
}
