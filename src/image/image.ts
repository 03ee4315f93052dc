/** An image: pieces of bytes that remember where in their file they came from. */

/** Bytes for one place. Pieces of an image are sorted, joined where they touch, and never overlap. */
export interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
  /** `hello.hex:2` or `hello.elf, segment 0` */
  readonly from: string;
}
/** A symbol of an ELF file. */
export interface Symbol {
  readonly name: string;
  readonly at: number;
  readonly size: number;
}
/** What a file holds. */
export interface Image {
  /** as the user named it */
  readonly file: string;
  readonly format: "ihex" | "srec" | "elf" | "uf2" | "bin";
  readonly pieces: readonly Piece[];
  readonly entry?: number;
  readonly symbols?: readonly Symbol[];
}
