/** What the program in flash does once the option bytes are back: looked at as the doctor does, reading only. */
import {
  type Cause,
  diagnoseFindings,
  type Diagnosis,
  examine,
  type Findings,
} from "../doctor/mod.ts";
import type { RunResult } from "../recipe/mod.ts";
import type { After } from "./run.ts";
import type { OpenedSource } from "./sources.ts";

/** Whether a program runs, in words and for `--json`. */
export interface ProgramSeen {
  readonly state: "runs" | "sleeps" | "does-not-run" | "not-seen";
  readonly text: string;
  /** what to do, and the command for it */
  readonly how?: string;
  readonly next?: string;
}

/** The first remedy that is a command, else the first. */
function remedyOf(cause: Cause | undefined): Pick<ProgramSeen, "how" | "next"> {
  const remedy = cause?.next.find((n) => n.command !== undefined) ?? cause?.next[0];
  if (remedy === undefined) return {};
  const { text: how, command } = remedy;
  return command === undefined ? { how } : { how, next: command };
}

/** What these findings say of the program. Pure. */
export function programSeen(f: Findings, d: Diagnosis): ProgramSeen {
  if (f.core?.exception === undefined) {
    const why = f.fault?.title ?? "nothing answers";
    return { state: "not-seen", text: `not seen: ${why}`, ...remedyOf(d.causes[0]) };
  }
  const [cause] = d.causes.filter((c) => c.blocks.includes("run"));
  if (cause !== undefined) {
    return { state: "does-not-run", text: cause.text, ...remedyOf(cause) };
  }
  const { ms = 0 } = f.resets ?? {};
  return f.core.sleeping
    ? { state: "sleeps", text: "runs, and sleeps at the moment" }
    : { state: "runs", text: `runs; no reset in ${ms} ms` };
}

/** After a recovery that went well. Never throws a Fault: what fails is told. */
export async function programAfter(
  { source, wanted }: OpenedSource,
  result: RunResult,
): Promise<After | undefined> {
  if (result.exit !== 0 || result.dryRun || source.kind === "replay") return undefined;
  const findings = await examine(source, { wanted });
  const program = programSeen(findings, diagnoseFindings(findings));
  const { how, next } = program;
  const todo = [how, next].filter((t) => t !== undefined).join(" ");
  const lines = todo === "" ? [] : [`  next: ${todo}`];
  return { lines: [`program: ${program.text}`, ...lines], json: { program } };
}
