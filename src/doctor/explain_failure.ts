/** A failure, with the cause that the chip itself proves. */
import { type Diagnostic, Fault, type FaultOptions } from "../base/mod.ts";
import type { UsbSource } from "../usb/mod.ts";
import type { Blocks } from "./cause.ts";
import { type Cause, diagnoseFindings } from "./diagnose.ts";
import { examine, type ExamineWish } from "./examine.ts";
import { type AttachedBoard, examineAttached } from "./examine_attached.ts";
import { type FaultNote, type Findings, noteOf } from "./findings.ts";

/** An attached board, or a source with a probe on it that nobody has open. */
export type ToLookAt = AttachedBoard | UsbSource;

const isSource = (x: ToLookAt): x is UsbSource => "list" in x;
const hasProven = (causes: readonly { readonly likelihood: string }[]): boolean =>
  causes.some((c) => c.likelihood === "proven");

/** What a failure that cannot come from the board needs no look at. */
const OF_NO_BOARD = /^E(02|10|30|31|75|77|01)/;

async function look(at: ToLookAt, failure: FaultNote, wish: ExamineWish): Promise<Findings> {
  if (isSource(at)) return { ...await examine(at, wish), failure };
  return { ...await examineAttached(at), failure };
}

/** The part of the board that a failed act depends on. */
const BLOCKS: readonly Blocks[] = ["connect", "read", "write"];

async function causesOf(
  at: ToLookAt,
  failure: FaultNote,
  wish: ExamineWish,
): Promise<readonly Cause[]> {
  const findings = await look(at, failure, wish);
  const { causes } = diagnoseFindings(findings);
  return causes.filter((c) =>
    c.likelihood === "proven" && c.blocks.some((b) => BLOCKS.includes(b))
  );
}

const asCauses = (causes: readonly Cause[]): NonNullable<FaultOptions["causes"]> =>
  causes.map(({ text, likelihood, because }) => ({ text, likelihood, because }));
const asNext = (causes: readonly Cause[]): NonNullable<FaultOptions["next"]> =>
  causes.flatMap((c) => c.next);

/**
 * The fault with the causes that looking at the board proves. Reads only; a fault that has a proven cause,
 * or that has nothing to do with a board, comes back as it is. Never throws a Fault.
 */
export async function explainFailure(
  at: ToLookAt,
  fault: Fault,
  wish: ExamineWish = {},
): Promise<Fault> {
  if (OF_NO_BOARD.test(fault.code) || hasProven(fault.options.causes ?? [])) return fault;
  try {
    const causes = await causesOf(at, noteOf(fault), wish);
    return causes.length === 0
      ? fault
      : fault.within({ causes: asCauses(causes), next: asNext(causes) });
  } catch (error) {
    if (error instanceof Fault) return fault; // the look failed too: the first fault is the one to tell
    throw error;
  }
}

/** As {@link explainFailure}, for a fault that is data already. */
export async function explainDiagnostic(
  at: ToLookAt,
  diagnostic: Diagnostic,
  wish: ExamineWish = {},
): Promise<Diagnostic> {
  if (OF_NO_BOARD.test(diagnostic.code) || hasProven(diagnostic.causes)) return diagnostic;
  const { slug, code, title } = diagnostic;
  const seen = diagnostic.evidence.map((e) => `${e.what}: ${e.value}`);
  try {
    const causes = await causesOf(at, { slug, code, title, facts: {}, seen }, wish);
    if (causes.length === 0) return diagnostic;
    const found = causes.map(({ text, likelihood, because }) => ({ text, likelihood, because }));
    return {
      ...diagnostic,
      causes: [...found, ...diagnostic.causes],
      next: [...asNext(causes), ...diagnostic.next],
    };
  } catch (error) {
    if (error instanceof Fault) return diagnostic;
    throw error;
  }
}
