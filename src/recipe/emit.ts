/** A document as YAML text, in the order of the grammar: for --emit, and for recipes written in TypeScript. */

/** keys in the order a reader looks for them */
const ORDER = (
  "recipe name summary effect record target inputs steps outputs " +
  "id for uses when with require code message help group rescue finally retry timeout idle_timeout confirm on_error measure"
).split(" ");

const SAFE = /^[A-Za-z_./][A-Za-z0-9_./*-]*$/;
/** words and numbers that other YAML readers take for something else than text */
const TRAP = /^(?:y|n|yes|no|on|off|null|nan|\.inf|true|false|~)$/i;

function textOf(text: string, flow: boolean): string {
  if (SAFE.test(text) && !TRAP.test(text)) return text;
  const plain = !flow && /^[A-Za-z_$][^\n\r\t]*$/.test(text) && !/: |:$| #|[ ]$/.test(text) &&
    !TRAP.test(text);
  return plain ? text : JSON.stringify(text);
}

function scalar(value: unknown, flow: boolean): string {
  if (typeof value === "string") return textOf(value, flow);
  return typeof value === "number" || typeof value === "boolean" || typeof value === "bigint"
    ? String(value)
    : JSON.stringify(String(value));
}

const isObject = (v: unknown): v is Record<string, unknown> =>
  v !== null && typeof v === "object" && !Array.isArray(v);

const rank = (key: string): number => {
  const i = ORDER.indexOf(key);
  return i < 0 ? ORDER.length : i;
};

function entriesOf(value: Record<string, unknown>, sorted: boolean): [string, unknown][] {
  const all = Object.entries(value).filter(([, v]) => v !== undefined);
  return sorted ? all.sort(([a], [b]) => rank(a) - rank(b)) : all;
}

const simple = (v: unknown): boolean => !isObject(v) && !Array.isArray(v);

function emit(value: unknown, indent: string, sorted: boolean): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return " []\n";
    if (value.every(simple)) return ` [${value.map((v) => scalar(v, true)).join(", ")}]\n`;
    return "\n" + value.map((v) => {
      const body = emit(v, `${indent}  `, sorted);
      return `${indent}- ${body.replace(/^\n/, "").replace(/^ +/, "")}`;
    }).join("");
  }
  if (!isObject(value)) return ` ${scalar(value, false)}\n`;
  const entries = entriesOf(value, sorted);
  if (entries.length === 0) return " {}\n";
  return "\n" + entries.map(([key, v]) => {
    // what a user names keeps its order; what the grammar names is put in order
    const named = key === "inputs" || key === "outputs" || key === "with" || key === "target";
    return `${indent}${textOf(key, true)}:${emit(v, `${indent}  `, !named)}`;
  }).join("");
}

/** The document as YAML. Expressions stand on lines of their own, so none needs quotes. */
export const emitYaml = (document: unknown): string =>
  isObject(document) ? emit(document, "", true).slice(1) : `${emit(document, "", true).trim()}\n`;
