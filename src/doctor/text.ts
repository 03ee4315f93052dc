/** A diagnosis as a person reads it, and as a program does. */
import { type Effect, hex } from "../base/mod.ts";
import type { Cause, Diagnosis } from "./diagnose.ts";
import type { Findings, Rung, RungName } from "./findings.ts";

const MARK: Readonly<Record<Rung["state"], string>> = { ok: "✓", broken: "✗", "not-reached": "–" };
const NAMES: Readonly<Record<RungName, string>> = {
  usb: "USB",
  probe: "probe",
  voltage: "voltage",
  nrst: "NRST",
  swd: "SWD line",
  dp: "debug port",
  ap: "access port",
  core: "core",
  chip: "chip",
  options: "options",
  flash: "flash",
  vectors: "vectors",
  running: "program",
};
const EFFECTS: Readonly<Record<Effect, string>> = {
  read: "[reads only]",
  volatile: "[gone after a power cycle]",
  reversible: "[reversible]",
  destructive: "[DESTRUCTIVE: something is lost]",
  irreversible: "[FOR EVER]",
};

/** How parts of a line may be coloured; all of them may give the text back as it is. */
export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
}
const plain = (text: string): string => text;
const PLAIN: Paint = { good: plain, bad: plain, dim: plain, strong: plain };

const rungLine = (r: Rung, p: Paint): string => {
  const paint = r.state === "ok" ? p.good : r.state === "broken" ? p.bad : p.dim;
  return `  ${paint(MARK[r.state])} ${NAMES[r.name].padEnd(11)} ${
    r.state === "not-reached" ? p.dim(r.text) : r.text
  }`;
};

function causeLines(c: Cause, p: Paint): string[] {
  return [
    `${p.strong(c.likelihood)}: ${c.text}  ${p.dim(`[${c.slug}]`)}`,
    ...c.because.map((b) => `    seen: ${b}`),
    ...c.next.flatMap((n) => {
      const note = n.effect === undefined ? "" : `   ${EFFECTS[n.effect]}`;
      const text = n.command === undefined ? n.text + note : n.text;
      return [
        `    next: ${text}`,
        ...(n.command === undefined ? [] : [`          ${n.command}${note}`]),
      ];
    }),
  ];
}

/** The ladder, the causes and what to do, as lines. */
export function diagnosisLines(f: Findings, d: Diagnosis, paint: Paint = PLAIN): string[] {
  const causes = d.causes.flatMap((c) => ["", ...causeLines(c, paint)]);
  const notes = d.notes.flatMap((
    c,
  ) => ["", ...causeLines({ ...c, likelihood: c.likelihood }, paint)]);
  const verdict = d.healthy ? paint.good("Nothing is wrong with what was looked at.") : undefined;
  return [
    ...d.ladder.map((r) => rungLine(r, paint)),
    ...(f.effects.length === 0
      ? []
      : ["", ...f.effects.map((e) => paint.dim(`Looking did this: ${e}.`))]),
    ...(verdict === undefined ? [] : ["", verdict]),
    ...causes,
    ...(notes.length === 0 ? [] : ["", "Worth knowing:", ...notes.slice(1)]),
  ];
}

/** The object of `--json`. */
export function diagnosisJson(f: Findings, d: Diagnosis): object {
  const { chip, layout, options, registers, rungs: _, ...rest } = f;
  return {
    healthy: d.healthy,
    exit: d.exit,
    broken: d.broken ?? null,
    ladder: d.ladder,
    causes: d.causes,
    notes: d.notes,
    findings: {
      ...rest,
      ...(chip
        ? {
          chip: {
            name: chip.sub.name,
            idcode: hex(chip.idcode),
            revision: chip.revision,
            flashKiB: chip.flashKiB,
            uid: chip.uid,
          },
        }
        : {}),
      ...(layout ? { sectors: layout.sectors.length, dualBank: layout.dualBank } : {}),
      ...(options ? { rdpLevel: options.rdpLevel, notFactory: options.notFactory } : {}),
      registers: Object.fromEntries(
        [
          ...Object.entries(options?.registers ?? {}).map(([n, v]) => [`FLASH_${n}`, v] as const),
          ...Object.entries(registers),
        ]
          .map(([n, v]) => [n, hex(v)]),
      ),
    },
  };
}
