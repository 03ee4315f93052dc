/** Every row of every room: for `probekit explain`, and for the check that each is shown once. */
import type { FaultRow } from "../base/mod.ts";
import { chipFault } from "../chip/mod.ts";
import { coresightFault } from "../coresight/mod.ts";
import { cortexFault } from "../cortex/mod.ts";
import { flashFault } from "../flash/mod.ts";
import { imageFault } from "../image/mod.ts";
import { planFault } from "../plan/mod.ts";
import { probeFault } from "../probe/mod.ts";
import { recipeFault } from "../recipe/mod.ts";
import { usbFault } from "../usb/mod.ts";
import { fault as cliFault } from "./faults.ts";

/** One row with its room. */
export interface CatalogueRow {
  readonly room: string;
  readonly slug: string;
  readonly row: FaultRow;
}

/** Rooms by name, with their rows. */
type Rooms = Readonly<Record<string, { readonly rows: Readonly<Record<string, FaultRow>> }>>;

const ROOMS: Rooms = {
  usb: usbFault,
  chip: chipFault,
  image: imageFault,
  probe: probeFault,
  plan: planFault,
  coresight: coresightFault,
  cortex: cortexFault,
  flash: flashFault,
  recipe: recipeFault,
  cli: cliFault,
};

/** All rows, by room; `more` are rooms that this one cannot see. */
export const allRows = (more: Rooms = {}): readonly CatalogueRow[] =>
  Object.entries({ ...ROOMS, ...more }).flatMap(([room, { rows }]) =>
    Object.entries(rows).map(([slug, row]) => ({ room, slug, row }))
  );

/** The rows that a code (`E2107`) or a slug names: one, or none. */
export function findRows(name: string, rows = allRows()): readonly CatalogueRow[] {
  const key = name.toLowerCase();
  return rows.filter((r) => r.slug === key || r.row.code.toLowerCase() === key);
}

const paragraph = (label: string, lines: readonly string[]): readonly string[] =>
  lines.length ? ["", label, ...lines.map((l) => `  ${l}`)] : [];

/** A row as an essay. Facts that are known only when it happens stay in braces. */
export function explainText({ room, slug, row }: CatalogueRow): string {
  const causes = (row.causes ?? []).map((c) => `${c.text} (${c.likelihood})`);
  const next = row.next.map((n) => n.command ? `${n.text}  ${n.command}` : n.text);
  return [
    `${row.code} ${slug}  (${room}/, exit ${Number(row.code.slice(1, 3))})`,
    row.title,
    ...(row.explain ? ["", row.explain] : []),
    ...paragraph("What may have led to it:", causes),
    ...paragraph("What to do:", next),
    "",
    row.retryable
      ? "The same command may simply be repeated."
      : "Repeating the command as it is will not help.",
  ].join("\n");
}
