/** A chip that does not answer: what was seen, as evidence, and which fault it is. */
import { type Evidence, type Fault, type FaultOptions, hex } from "../../base/mod.ts";
import { fault } from "../faults.ts";
import type { Mode, Try } from "./mode.ts";
import { speedText } from "./speeds.ts";

/** OpenOCD warns below this (facts §3). */
const POWERED_FROM_V = 1.5;
/** an STM32 needs at least this */
const ENOUGH_V = 1.7;
const SLOWER_HZ = [1_000_000, 100_000];

const triesText = (tries: readonly Try[]): string =>
  tries.map((t) =>
    t.dpidr === undefined
      ? `no response at ${speedText(t.hertz)} (${t.failed})`
      : `${hex(t.dpidr)} at ${speedText(t.hertz)}`
  ).join(", ");

function causesOf(volts: number | undefined, held: boolean): NonNullable<FaultOptions["causes"]> {
  const causes: NonNullable<FaultOptions["causes"]>[number][] = [];
  if (volts !== undefined && volts < ENOUGH_V) {
    causes.push({
      text: "the board is not powered properly",
      likelihood: "likely",
      because: [`target voltage ${volts.toFixed(2)} V; an STM32 needs 1.7 V or more`],
    });
  }
  if (!held) {
    causes.push({ text: "something holds the chip in reset, or asleep", likelihood: "possible" });
  }
  return causes;
}

/** What the fault is made of. */
export interface Symptoms {
  readonly probe: string;
  readonly wanted: Try;
  readonly underReset: boolean;
  readonly volts: number | undefined;
  readonly tries: readonly Try[];
}

/** The fault for these symptoms. */
export function noAnswer(s: Symptoms): Fault {
  const evidence: Evidence[] = [
    { what: "probe", value: s.probe },
    {
      what: "target voltage",
      value: s.volts === undefined ? "not measurable" : `${s.volts.toFixed(2)} V`,
    },
    {
      what: "NRST",
      value: s.underReset
        ? "driven low by the probe"
        : "not driven; this probe cannot read its level",
    },
    { what: "DP IDCODE", value: triesText(s.tries) },
  ];
  const board = { state: "untouched", text: "nothing was written to the chip" } as const;
  const works = s.tries.find((t) => t.dpidr !== undefined);
  if (works) {
    const facts = { works: speedText(works.hertz), wanted: speedText(s.wanted.hertz) };
    return fault("link-only-slow", {
      ...facts,
      flag: facts.works.replace(" ", ""),
      hertz: works.hertz,
    }, { evidence, board });
  }
  if (s.volts !== undefined && s.volts < POWERED_FROM_V) {
    return fault("link-no-power", { volts: s.volts.toFixed(2) }, { evidence, board });
  }
  return fault("link-no-answer", {}, { evidence, board, causes: causesOf(s.volts, s.underReset) });
}

/** Tries slower speeds after `first` failed, then lets go of the chip. */
export async function investigate(
  mode: Mode,
  first: Try,
  underReset: boolean,
  probe: string,
  volts: number | undefined,
): Promise<Fault> {
  const tries: Try[] = [first];
  for (const hertz of SLOWER_HZ.filter((hz) => hz < first.hertz)) {
    const next = await mode.enter(hertz, underReset);
    tries.push(next);
    if (next.dpidr !== undefined) break;
  }
  await mode.leave();
  return noAnswer({ probe, wanted: first, underReset, volts, tries });
}
