/** From `sim:stm32f746g-disco?…` to a source of USB devices that the rest of the house cannot tell from libusb's. */
import type { Clock, TraceSink } from "../base/mod.ts";
import type { UsbSource } from "../usb/mod.ts";
import { type BoardParts, VirtualBoard } from "./board.ts";
import { fingerprint, ownerOf } from "./boards/state_file.ts";
import { changed } from "./boards/changes.ts";
import { parseSelector, type Selector } from "./boards/selector.ts";
import { fault } from "./faults.ts";
import { boardClock } from "./front/board_clock.ts";
import type { HostProfile } from "./swd_cost.ts";

export { isSimSelector } from "./boards/selector.ts";

/** Files and messages, handed in: the simulator itself touches neither. */
export interface SimIo {
  /** The file's bytes; undefined when there is none. */
  readState?(path: string): Uint8Array | undefined;
  /** The bytes of `image=FILE`; undefined when there is no such file. */
  readImage?(path: string): Uint8Array | undefined;
  /** Replaces the file. */
  writeState?(path: string, bytes: Uint8Array): void;
  /** something that the virtual board does not model, or that silicon does silently; once each */
  readonly warn?: (note: string) => void;
  readonly trace?: TraceSink;
}

/** A virtual bench, switched on. */
export interface OpenSim {
  readonly source: UsbSource;
  /** the first board */
  readonly board: VirtualBoard;
  readonly boards: readonly VirtualBoard[];
  /** Writes `state=FILE` if anything that outlives a command has changed. */
  save(): void;
}

/** What is built elsewhere: cores, probes, and the pipe between host and probe. */
export interface SimHalves extends BoardParts {
  readonly makeSource: (
    boards: readonly VirtualBoard[],
    clock: Clock,
    host: HostProfile,
  ) => UsbSource;
}

/** The file of the n-th board: `board.pk`, then `board.pk.2` … */
const fileOf = (selector: Selector, index: number): string | undefined =>
  selector.state === undefined || index === 0 ? selector.state : `${selector.state}.${index + 1}`;

/** Serial numbers of several boards differ in their last digits. */
function serialOf(selector: Selector, index: number): string {
  const serial = selector.serial ?? selector.spec.probe.serial;
  if (index === 0) return serial;
  const digits = (index + 1).toString(16).toUpperCase().padStart(2, "0");
  // the first board's own last digits may be this one's number; nobody is number 1
  return serial.slice(0, -2) + (serial.endsWith(digits) ? "01" : digits);
}

/** A saved board must be the one that is wished; which scenario it began with may be left open. */
function savedBoard(selector: Selector, file: string | undefined, io: SimIo) {
  const bytes = file === undefined ? undefined : io.readState?.(file);
  if (bytes === undefined || file === undefined) return undefined;
  const owner = ownerOf(bytes, file);
  const otherBoard = owner.board !== selector.spec.name;
  if (otherBoard || (selector.scenarioGiven && owner.scenario !== selector.scenario.name)) {
    throw fault("sim-state-other", {
      file,
      held: otherBoard ? owner.board : `${owner.board} that began as ${owner.scenario}`,
      wanted: otherBoard ? selector.spec.name : `one that began as ${selector.scenario.name}`,
      selector: `sim:${owner.board}?scenario=${owner.scenario}&state=${file}`,
    });
  }
  return { bytes, file, scenario: owner.scenario };
}

/**
 * Opens the virtual bench that a selector describes:
 * `sim:BOARD?scenario=NAME&state=FILE&seed=N&host=direct|typical|slow&serial=S&firmware=V&chaos=LIST&volts=V&boards=N&supply=usb|own`,
 * and `optcr`, `optcr1`, `optcr2`, `words`, `image`, `nrst`, `boot0`, which change the scenario.
 * Faults: sim-unknown-board, sim-bad-option, sim-state-damaged, sim-state-other.
 */
export function openSimWith(text: string, io: SimIo, halves: SimHalves): OpenSim {
  const selector = parseSelector(text);
  const boards: VirtualBoard[] = [];
  const saves: (() => void)[] = [];
  for (let i = 0; i < selector.boards; i++) {
    const { board, save } = openOne(selector, i, io, halves);
    boards.push(board);
    saves.push(save);
  }
  const source = halves.makeSource(
    boards,
    boardClock(...boards.map((b) => b.chip.time)),
    selector.host,
  );
  return { source, board: boards[0]!, boards, save: () => saves.forEach((s) => s()) };
}

function openOne(
  selector: Selector,
  index: number,
  io: SimIo,
  halves: SimHalves,
): { readonly board: VirtualBoard; readonly save: () => void } {
  const { spec, chaos, volts, firmware, supply, changes } = selector;
  const file = fileOf(selector, index);
  const saved = savedBoard(selector, file, io);
  const named = saved === undefined
    ? selector.scenario
    : parseSelector(`sim:${spec.name}?scenario=${saved.scenario}`).scenario;
  // of a saved board only what is around the chip can be changed
  const around = { options: {}, ...(changes.nrst ? { nrst: changes.nrst } : {}) };
  const scenario = changed(
    named,
    saved === undefined ? changes : around,
    spec.chip.flashKb * 1024,
    (path) => io.readImage?.(path),
  );
  const board = new VirtualBoard({
    spec,
    scenario,
    seed: selector.seed + index,
    serial: serialOf(selector, index),
    chaos,
    ...(volts === undefined ? {} : { volts }),
    ...(firmware === undefined ? {} : { firmware }),
    ...(supply === undefined ? {} : { supply }),
    ...(changes.boot0 === undefined ? {} : { boot0: changes.boot0 }),
    ...(saved === undefined ? {} : { saved }),
    onWarning: (note, at) => {
      io.warn?.(note);
      io.trace?.({ type: "sim.warning", at, note });
    },
  }, halves);
  let written = saved === undefined ? undefined : fingerprint(board.chip, board.owner);
  const save = () => {
    if (file === undefined) return;
    board.finish();
    const now = fingerprint(board.chip, board.owner);
    if (now === written) return;
    io.writeState?.(file, board.save());
    written = now;
  };
  return { board, save };
}
