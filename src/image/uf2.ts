/** UF2: 512-byte blocks, each with its own address. Source: microsoft/uf2 README. */
import { hex, u32le } from "../base/mod.ts";
import { PieceBuilder } from "./builder.ts";
import { fault } from "./faults.ts";
import type { Image } from "./image.ts";

const BLOCK = 512;
const MAGIC_START_0 = 0x0A32_4655;
const MAGIC_START_1 = 0x9E5D_5157;
const MAGIC_END = 0x0AB1_6F30;
const MAX_PAYLOAD = 476;
const FLAGS = { notMainFlash: 0x1, fileContainer: 0x1000, familyId: 0x2000 } as const;
/** family ids of the parts this tool knows: microsoft/uf2 utils/uf2families.json */
const KNOWN_FAMILIES: readonly number[] = [0x53B8_0F00]; // STM32F7

/** Whether the bytes begin as a UF2 file does. */
export const isUf2 = (b: Uint8Array): boolean =>
  b.length >= 8 && u32le(b, 0) === MAGIC_START_0 && u32le(b, 4) === MAGIC_START_1;

const has = (flags: number, flag: number): boolean => Math.floor(flags / flag) % 2 === 1;

/** Parses a UF2 file; blocks for other places than main flash are left out, as the format says. */
export function parseUf2(file: string, bytes: Uint8Array): Image {
  const bad = (why: string) => fault("image-bad-structure", { file, format: "UF2", why });
  if (bytes.length % BLOCK !== 0) {
    throw fault("image-truncated", {
      file,
      why: `${bytes.length} bytes are no whole number of 512-byte blocks`,
    });
  }
  const builder = new PieceBuilder(file);
  const seen = new Set<number>();
  const foreign = new Set<string>();
  let total: number | undefined;
  for (let i = 0; i * BLOCK < bytes.length; i++) {
    const b = bytes.subarray(i * BLOCK, (i + 1) * BLOCK);
    if (!isUf2(b) || u32le(b, 508) !== MAGIC_END) throw bad(`block ${i} has wrong magic numbers`);
    const [flags, at, size, number, blocks, family] = [8, 12, 16, 20, 24, 28].map((o) =>
      u32le(b, o)
    ) as [number, number, number, number, number, number];
    if (size > MAX_PAYLOAD) {
      throw bad(`block ${i} says ${size} bytes of data, at most ${MAX_PAYLOAD} fit`);
    }
    // a file may hold parts for several chips, each numbered by itself; a board takes its own
    if (has(flags, FLAGS.familyId) && !KNOWN_FAMILIES.includes(family)) {
      foreign.add(hex(family));
      continue;
    }
    total ??= blocks;
    if (blocks !== total || number >= blocks) {
      throw bad(`block ${i} says it is number ${number} of ${blocks}`);
    }
    if (seen.has(number)) throw bad(`block number ${number} comes twice`);
    seen.add(number);
    if (has(flags, FLAGS.notMainFlash) || has(flags, FLAGS.fileContainer)) continue;
    builder.add(at, b.subarray(32, 32 + size), `${file}, block ${number}`);
  }
  if (total === undefined && foreign.size > 0) {
    const families = [...foreign].slice(0, 8).join(", ");
    throw bad(`it is for another chip family (${families}); STM32F7 is 0x53B80F00`);
  }
  if (seen.size !== (total ?? 0)) {
    throw fault("image-truncated", { file, why: `it says ${total} blocks and has ${seen.size}` });
  }
  return { file, format: "uf2", pieces: builder.pieces() };
}
