/** A virtual board under the doctor. */
import { diagnoseFindings, type Diagnosis, examine, type Findings } from "../../src/doctor/mod.ts";
import type { ExamineWish } from "../../src/doctor/mod.ts";
import { openSim, SCENARIOS } from "../../src/sim/mod.ts";

/** The board that a scenario fits. */
export function selectorOf(scenario: string, more = ""): string {
  const needs = SCENARIOS.find((s) => s.name === scenario)?.needs;
  const board = needs === "pcrop"
    ? "nucleo-f722ze"
    : needs === "dual-bank"
    ? "nucleo-f767zi"
    : "stm32f746g-disco";
  return `sim:${board}?scenario=${scenario}${more}`;
}

/** Examines the board of a selector. */
export async function seen(
  selector: string,
  wish: ExamineWish = {},
): Promise<{ readonly findings: Findings; readonly diagnosis: Diagnosis }> {
  const findings = await examine(openSim(selector).source, wish);
  return { findings, diagnosis: diagnoseFindings(findings) };
}
