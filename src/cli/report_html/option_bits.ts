/** The option words as bits: before above after, what changed outlined, names and meanings below. */
import { bits as field, getField, hex } from "../../base/mod.ts";
import type { Chip } from "../../chip/mod.ts";
import { optionText } from "../../flash/mod.ts";
import { all, el, hint, label, type Markup, picture, round, table, told, WIDTH } from "./html.ts";

/** One field of an option word. */
export interface FieldChange {
  readonly name: string;
  readonly hi: number;
  readonly lo: number;
  readonly before: number;
  /** the same as `before` when nothing changed */
  readonly after: number;
  readonly beforeText: string;
  readonly afterText: string;
  readonly means: string;
}
/** One option word. */
export interface WordChange {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  readonly fields: readonly FieldChange[];
}

type Words = Readonly<Record<string, number>>;

/** The words with their fields, lowest bit first. */
export function wordChanges(
  chip: Pick<Chip, "sub">,
  before: Words,
  after: Words,
  dual = false,
): readonly WordChange[] {
  return Object.entries(before).map(([name, word]) => {
    const now = after[name] ?? word;
    const fields = Object.entries(chip.sub.options).filter(([, f]) => f.register === name).map((
      [fieldName, f],
    ): FieldChange => {
      const [hi, lo] = typeof f.bits === "number" ? [f.bits, f.bits] : f.bits;
      const [was, is] = [getField(word, f.bits), getField(now, f.bits)];
      return {
        name: fieldName,
        hi,
        lo,
        before: was,
        after: is,
        beforeText: optionText(f, was, dual),
        afterText: optionText(f, is, dual),
        means: f.means,
      };
    });
    return { name, before: word, after: now, fields: fields.sort((a, b) => a.lo - b.lo) };
  });
}

const LEFT = 88;
const CELL = (WIDTH - LEFT) / 32;
const TALL = 26;
const RUNG = TALL + 6;
const TOP = 20;
/** room for names: level ones, and slanted ones */
const LEVEL = 34;
const SLANTED = 92;

const xOf = (bit: number): number => LEFT + (31 - bit) * CELL;
const bitAt = (word: number, i: number): number => field(word, i, i);
const byte = (n: number): string => `0x${n.toString(16).toUpperCase()}`;

function says(w: WordChange, i: number): string {
  const f = w.fields.find((x) => i <= x.hi && i >= x.lo);
  const [a, b] = [bitAt(w.before, i), bitAt(w.after, i)];
  const flip = a === b ? `bit ${i} = ${a}` : `bit ${i}: ${a} → ${b}`;
  if (!f) return `${w.name} ${flip} — no option field`;
  const value = f.before === f.after
    ? `${byte(f.before)} ${f.beforeText}`
    : `${byte(f.before)} ${f.beforeText} → ${byte(f.after)} ${f.afterText}`;
  return `${w.name} ${flip} — ${f.name} (${f.means}): ${value}`;
}

/** One bit: a cell for before, and one for after when the words differ. */
function bitCell(w: WordChange, i: number, y: number, foot: number): Markup {
  const changed = bitAt(w.before, i) !== bitAt(w.after, i);
  const named = w.fields.some((f) => i <= f.hi && i >= f.lo);
  const words = w.before === w.after ? [w.before] : [w.before, w.after];
  const x = xOf(i);
  return told(
    { foot, says: says(w, i), kind: `bit${changed ? " flipped" : ""}${named ? "" : " nameless"}` },
    words.map((word, row) => {
      const top = y + TOP + row * RUNG;
      return all(
        el("rect", {
          x: round(x + 1),
          y: top,
          width: round(CELL - 2),
          height: TALL,
          rx: 3,
          class: bitAt(word, i) === 1 ? "one" : "zero",
        }),
        label(x + CELL / 2, top + 18, String(bitAt(word, i)), { "text-anchor": "middle" }),
      );
    }),
    changed && el("rect", {
      x: round(x - 1),
      y: y + TOP - 3,
      width: round(CELL + 2),
      height: RUNG * 2,
      rx: 5,
      class: "outline",
    }),
  );
}

const spanOf = (f: FieldChange): readonly [from: number, to: number] => [
  xOf(f.hi) + 2,
  xOf(f.lo) + CELL - 2,
];
const fits = (f: FieldChange): boolean => f.name.length * 7 < spanOf(f)[1] - spanOf(f)[0];

/** A bracket under a field's bits and its name: level where it fits, else slanted. */
function nameOf(f: FieldChange, y: number): Markup {
  const [from, to] = spanOf(f);
  const middle = (from + to) / 2;
  const kind = f.before === f.after ? "dim small" : "small changed";
  return all(
    el("path", {
      class: "bracket",
      d: `M${round(from)} ${y}v5H${round(to)}v-5`,
    }),
    fits(f)
      ? label(middle, y + 19, f.name, { class: kind, "text-anchor": "middle" })
      : label(middle + 4, y + 14, f.name, {
        class: kind,
        "text-anchor": "end",
        transform: `rotate(-50 ${round(middle + 4)} ${y + 14})`,
      }),
  );
}

function wordPicture(w: WordChange, planned: boolean): Markup {
  const differs = w.before !== w.after;
  const bottom = TOP + (differs ? 2 : 1) * RUNG;
  const foot = bottom + (w.fields.every(fits) ? LEVEL : SLANTED) + 8;
  const rowName = (row: number, name: string, word: number) =>
    all(
      label(0, TOP + row * RUNG + 12, name, { class: "dim small" }),
      label(0, TOP + row * RUNG + 25, hex(word), { class: "mono small" }),
    );
  return picture(
    foot + 8,
    `${w.name}, 32 bits`,
    Array.from({ length: 32 }, (_, i) => 31 - i).map((i) =>
      all(
        label(xOf(i) + CELL / 2, 12, String(i), { class: "dim tiny", "text-anchor": "middle" }),
        bitCell(w, i, 0, foot),
      )
    ),
    rowName(0, differs ? "before" : "as it is", w.before),
    differs && rowName(1, planned ? "planned" : "after", w.after),
    w.fields.map((f) => nameOf(f, bottom)),
    hint(foot, "Point at a bit, or tab to it, to see its field."),
  );
}

const valueCell = (n: number, text: string): Markup => all(el("code", {}, byte(n)), ` ${text}`);

function meanings(words: readonly WordChange[]): Markup {
  const fields = words.flatMap((w) => w.fields.map((f) => ({ ...f, word: w.name })));
  const changed = fields.filter((f) => f.before !== f.after);
  const row = (f: typeof fields[number]) => [
    el("strong", {}, f.name),
    f.means,
    valueCell(f.before, f.beforeText),
    f.before === f.after ? "" : valueCell(f.after, f.afterText),
  ];
  const head = ["Field", "What it is for", "Before", "After"];
  return all(
    changed.length > 0
      ? table(head, changed.map(row))
      : el("p", { class: "note" }, "No option bit was changed."),
    el(
      "details",
      {},
      el("summary", {}, "Every field"),
      table(head, fields.map(row)),
    ),
  );
}

/** The words, bit by bit, and what the changed ones mean. */
export function optionBits(words: readonly WordChange[], planned: boolean): Markup {
  return all(
    words.map((w) =>
      all(
        el(
          "h3",
          {},
          w.name,
          " ",
          el(
            "code",
            {},
            w.before === w.after ? hex(w.before) : `${hex(w.before)} → ${hex(w.after)}`,
          ),
        ),
        wordPicture(w, planned),
      )
    ),
    meanings(words),
  );
}
