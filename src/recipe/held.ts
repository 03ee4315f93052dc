/** Images that steps have put together: in memory, for this run, never in a file. */
import { concat, hex } from "../base/mod.ts";
import { type Chip, type Layout, unalias } from "../chip/mod.ts";
import type { Image } from "../image/mod.ts";
import type { Range } from "../plan/mod.ts";
import { sha256 } from "./document.ts";
import type { Vault } from "./secret.ts";

/** See the file's comment. */
export class Held {
  readonly #images = new Map<string, Image>();
  #board: { readonly chip: Chip; readonly layout: Layout } | undefined;
  /** `files` gets the digest of each image, keyed when a secret is in it */
  constructor(readonly vault: Vault, readonly files: Map<string, string>) {}

  /** The chip that aliases are resolved for. */
  on(chip: Chip, layout: Layout): void {
    this.#board = { chip, layout };
  }

  /** Keeps an image; gives its name, the same for the same image. */
  async hold(image: Image, secret: readonly Range[] = []): Promise<string> {
    const { vault } = this;
    const board = this.#board;
    const at = (r: Range) => board ? unalias(board.chip, board.layout, r.at) : r.at;
    vault.taint(secret.map((r) => ({ at: at(r), length: r.length })));
    const all = concat(image.pieces.map((p) => p.bytes));
    const places = image.pieces.map((p) => `${hex(p.at)}+${p.bytes.length}`).join();
    const told = vault.any ? await vault.digest(all) : await sha256(all);
    const tag = (await sha256(`${told} ${places}`)).slice(0, 8);
    const name = `memory:${tag}/${image.file.replace(/^.*\//, "")}`;
    this.#images.set(name, { ...image, file: name });
    this.files.set(name, told);
    return name;
  }

  get(name: string): Image | undefined {
    return this.#images.get(name);
  }
}
