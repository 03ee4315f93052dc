/** Text → markup. Everything that comes from a run passes through {@link esc} or {@link el}. */

/** Markup that is safe to put into a page as it is. */
export type Markup = { readonly markup: string };

const NAMED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
// control characters that no page may hold, line ends and tabs apart
// deno-lint-ignore no-control-regex -- they are what is taken out
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/g;

/** Text as markup. */
export const esc = (text: string): string =>
  text.replace(FORBIDDEN, "\uFFFD").replace(/[&<>"']/g, (c) => NAMED[c] ?? c);

/** What may stand in an element: text is escaped, undefined and false are nothing. */
export type Child = Markup | string | number | undefined | false | readonly Child[];

function inside(child: Child): string {
  if (child === undefined || child === false) return "";
  if (typeof child === "string") return esc(child);
  if (typeof child === "number") return String(child);
  if (Array.isArray(child)) return child.map(inside).join("");
  return (child as Markup).markup;
}

/** Several pieces as one. */
export const all = (...children: readonly Child[]): Markup => ({ markup: inside(children) });

/** Elements that have no content and no end tag in HTML; in SVG they may be closed at once too. */
const VOID = new Set(["meta", "rect", "line", "circle", "path", "use"]);

/** An element. Attributes that are undefined or false are left out; true has no value. */
export function el(
  name: string,
  attributes: Readonly<Record<string, string | number | boolean | undefined>>,
  ...children: readonly Child[]
): Markup {
  const list = Object.entries(attributes).filter(([, v]) => v !== undefined && v !== false);
  const text = list.map(([k, v]) => v === true ? ` ${k}` : ` ${k}="${esc(String(v))}"`).join("");
  const content = inside(children);
  return content === "" && VOID.has(name)
    ? { markup: `<${name}${text}/>` }
    : { markup: `<${name}${text}>${content}</${name}>` };
}

/** Width of a picture in its own units. */
export const WIDTH = 1000;

/** A picture as wide as its column; narrower columns scroll. */
export const picture = (height: number, label: string, ...children: readonly Child[]): Markup =>
  el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
    el(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${height}`, role: "group", "aria-label": label },
      ...children,
    ),
  );

/** Text in a picture. */
export const label = (
  x: number,
  y: number,
  text: string,
  attributes: Readonly<Record<string, string | number>> = {},
): Markup => el("text", { x: round(x), y: round(y), ...attributes }, text);

/** Two decimals are enough for a screen. */
export const round = (n: number): number => Math.round(n * 100) / 100;

/**
 * A part of a picture that says more when it is pointed at or reached by tab: `says` shows at the foot,
 * where one line is kept free for it.
 */
export const told = (
  at: { readonly foot: number; readonly says: string; readonly kind?: string },
  ...children: readonly Child[]
): Markup =>
  el(
    "g",
    { class: `told ${at.kind ?? ""}`.trim(), tabindex: 0, role: "img", "aria-label": at.says },
    el("title", {}, at.says),
    ...children,
    label(0, at.foot, at.says, { class: "says", "aria-hidden": "true" }),
  );

/** What the foot says while nothing is pointed at. */
export const hint = (foot: number, text: string): Markup =>
  label(0, foot, text, { class: "hint", "aria-hidden": "true" });

/** A table: first row is the head. */
export const table = (
  head: readonly string[],
  rows: readonly (readonly Child[])[],
  attributes: Readonly<Record<string, string>> = {},
): Markup =>
  el(
    "div",
    { class: "scroll" },
    el(
      "table",
      attributes,
      el("thead", {}, el("tr", {}, head.map((h) => el("th", { scope: "col" }, h)))),
      el("tbody", {}, rows.map((r) => el("tr", {}, r.map((c) => el("td", {}, c))))),
    ),
  );
