/** A client that speaks packets to a virtual board, and what the board's flash controller was asked to do. */
import {
  boardTarget,
  type GdbTarget,
  type Semihosting,
  type TargetParts,
} from "../../../src/gdb/mod.ts";
import { loadImage } from "../../../src/image/mod.ts";
import { type Bench, openBench } from "../../../src/recipe/mod.ts";
import { openSim, type VirtualBoard } from "../../../src/sim/mod.ts";
import { Client } from "./client.ts";

/** What a test works with. */
export interface Visit {
  readonly client: Client;
  readonly board: VirtualBoard;
  readonly bench: Bench;
  readonly target: GdbTarget;
  /** operations that the flash controller has begun so far */
  readonly asked: { options: number; erases: number; programs: number };
}

/** Counts what reaches the controller. */
export function counted(board: VirtualBoard): Visit["asked"] {
  const asked = { options: 0, erases: 0, programs: 0 };
  const { operations } = board.chip.flash;
  const [options, erase, program] = [
    operations.startOptions.bind(operations),
    operations.startErase.bind(operations),
    operations.program.bind(operations),
  ];
  operations.startOptions = () => {
    asked.options++;
    options();
  };
  operations.startErase = (master) => {
    asked.erases++;
    erase(master);
  };
  operations.program = (...words) => {
    asked.programs++;
    program(...words);
  };
  return asked;
}

/** More than a board and its client. */
export interface VisitWish {
  /** images by name */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  readonly semihosting?: Semihosting;
  readonly parts?: (bench: Bench) => Partial<TargetParts>;
}

/** Opens the board, talks to it, closes everything. */
export async function visitBoard(
  selector: string,
  act: (v: Visit) => Promise<void>,
  { files = {}, semihosting, parts }: VisitWish = {},
): Promise<void> {
  const { source, board } = openSim(selector);
  await using bench = await openBench({ source, attach: "halt" });
  const target = await boardTarget({
    core: bench.core,
    chip: bench.chip,
    flash: bench.flash,
    readImage: (file, base) =>
      Promise.resolve(
        loadImage(file, files[file] ?? new Uint8Array(), base === undefined ? {} : { base }),
      ),
    probe: bench.probe,
    ...parts?.(bench),
  });
  const client = new Client(target, semihosting);
  try {
    await act({ client, board, bench, target, asked: counted(board) });
  } finally {
    await client.end();
  }
}
