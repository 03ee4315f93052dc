/** Opens the board that a command line names, and closes everything again. */
import { type BoardState, Fault } from "../base/mod.ts";
import { type Bench, openBench } from "../recipe/mod.ts";
import { hostFacts } from "../usb/mod.ts";
import type { AttachMode } from "../cortex/mod.ts";
import { boardOf } from "./boards.ts";
import { type OpenedSource, openSource, type PluggedSource } from "./sources.ts";
import { fault } from "./faults.ts";
import { byteCount, hertz, milliseconds } from "./values.ts";
import type { Given } from "./verb.ts";

/** `--probe`, or PROBEKIT_PROBE when it is absent. */
export const wantedProbe = (given: Given): string | undefined =>
  given.text("probe") ?? (Deno.env.get("PROBEKIT_PROBE") || undefined);

/** `--attach`, or undefined: commander has checked the words. */
export const wantedAttach = (given: Given): AttachMode | undefined =>
  given.text("attach") as AttachMode | undefined;

/** `--flash-size` as part of a bench's wish. Fault: bad-usage. */
export function flashSize(given: Given, verb: string): { flashKiB?: number } {
  const text = given.text("flash-size");
  if (text === undefined) return {};
  const flashKiB = byteCount(/^\d+$/.test(text) ? `${text}KiB` : text, verb) / 1024;
  if (!Number.isInteger(flashKiB)) {
    throw fault("bad-usage", { what: `"${text}" is no whole number of KiB`, verb });
  }
  return { flashKiB };
}

/** The source of the call, with what was looked for added to "no probe found". */
export async function withSource<T>(
  given: Given,
  plugged: readonly PluggedSource[],
  use: (opened: OpenedSource) => Promise<T>,
): Promise<T> {
  const wait = given.text("wait-lock");
  const withinMs = wait === undefined ? 0 : milliseconds(wait, "run");
  const board = await boardOf(given);
  const wanted = given.text("probe") ?? board?.document.probe ?? wantedProbe(given);
  const opened = await openSource(wanted, plugged, given.text("trace"), { withinMs });
  try {
    return await use(board ? { ...opened, board } : opened);
  } catch (e) {
    if (!(e instanceof Fault) || e.slug !== "no-probe" || opened.source.kind !== "libusb") throw e;
    const devices = await opened.source.list();
    throw new Fault(e.slug, e.row, { ...e.facts, ...hostFacts(devices) }, e.options);
  } finally {
    await opened.close();
  }
}

const UNTOUCHED: BoardState = { state: "untouched", text: "nothing was written" };

/** Verbs that may reset the board they are attached to. */
const RESETS = ["reset", "gdb", "debug"];

/** The board of the call, attached. */
export function benchOf(
  given: Given,
  verb: string,
  attach: AttachMode,
  { source, wanted }: OpenedSource,
): Promise<Bench> {
  const speed = given.text("speed");
  return openBench({
    source,
    wanted,
    attach: wantedAttach(given) ?? attach,
    resets: RESETS.includes(verb),
    ...flashSize(given, verb),
    hertz: speed === undefined ? undefined : hertz(speed, verb),
  });
}

/** The board of the call, attached; left as found. `use` writes nothing that stays: faults say so. */
export function withBench<T>(
  given: Given,
  verb: string,
  attach: AttachMode,
  plugged: readonly PluggedSource[],
  use: (bench: Bench, opened: OpenedSource) => Promise<T>,
): Promise<T> {
  return withSource(given, plugged, async (opened) => {
    try {
      await using bench = await benchOf(given, verb, attach, opened);
      return await use(bench, opened);
    } catch (e) {
      if (!(e instanceof Fault) || e.row.class === "recipe") throw e;
      throw e.leaving(UNTOUCHED);
    }
  });
}
