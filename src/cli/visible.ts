/** Text from files, chips and panels as a terminal may show it: nothing in it steers the terminal. */

/** what moves the cursor, colours, rings, or turns the text around (Trojan Source); line ends and tabs stay */
const STEERS =
  // deno-lint-ignore no-control-regex -- exactly these are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
/** as {@link STEERS}, but for the colours that this program adds itself */
const STEERS_MORE = new RegExp(`(\\u001b\\[[0-9;]*m)|${STEERS.source}`, "g");

/** U+2400 and on are pictures of the controls; one character stands for one, so that columns stay. */
const picture = (c: string): string => {
  const code = c.charCodeAt(0);
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7F ? "\u2421" : "\ufffd";
};

/** The text with pictures in place of what would steer a terminal. */
export const visible = (text: string): string => text.replace(STEERS, picture);

/** The same for a line that has colours of our own in it. */
export const visibleLine = (line: string): string =>
  line.replace(STEERS_MORE, (c, colour?: string) => colour ?? picture(c));

/** {@link visible} for all texts in a value. */
export function visibleIn<T>(value: T): T {
  if (typeof value === "string") return visible(value) as T;
  if (Array.isArray(value)) return value.map(visibleIn) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [visible(k), visibleIn(v)])) as T;
}

/** longest line of a file that is shown whole, and what is shown before the mark of a longer one */
const WIDEST = 200;
const BEFORE = 60;

/** A line of a file with a mark from `column` (from 1) to `endColumn`; of a long one the part around it. */
export function excerpt(
  line: string,
  column: number,
  endColumn: number,
): { readonly line: string; readonly pad: string; readonly width: number } {
  const cut = line.length > WIDEST ? Math.max(0, column - 1 - BEFORE) : 0;
  const part = line.slice(cut, cut + WIDEST);
  const [head, tail] = [cut > 0 ? "…" : "", cut + WIDEST < line.length ? "…" : ""];
  const before = head + part.slice(0, column - 1 - cut);
  const room = Math.max(1, head.length + part.length + tail.length - before.length);
  return {
    line: `${head}${part}${tail}`,
    // a tab is as wide below as above
    pad: before.replace(/[^\t]/g, " "),
    width: Math.max(1, Math.min(endColumn - column, room)),
  };
}
