/** XML as IDEs write it: elements and attributes, no text between them that counts. Refuses what is not well-formed. */

/** One element. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function unescaped(text: string): string {
  return text.replace(/&(#\d+|#x[\da-f]+|\w+);|&/gi, (all, name?: string) => {
    if (name?.startsWith("#x")) return String.fromCodePoint(parseInt(name.slice(2), 16));
    if (name?.startsWith("#")) return String.fromCodePoint(Number(name.slice(1)));
    const character = ENTITIES[name ?? ""];
    if (character === undefined) throw new Error(`XML: ${all} is no character`);
    return character;
  });
}

function attributesOf(text: string, where: string): Record<string, string> {
  const out: Record<string, string> = {};
  const rest = text.replace(/\s+([\w.:-]+)="([^"<]*)"/g, (_, name: string, value: string) => {
    if (name in out) throw new Error(`XML: ${where} has ${name} twice`);
    out[name] = unescaped(value);
    return "";
  });
  if (rest.trim() !== "") throw new Error(`XML: ${where}: what is ${rest.trim()}?`);
  return out;
}

/** The root element. */
export function parseXml(text: string): Element {
  type Open = { name: string; attributes: Record<string, string>; children: Open[] };
  const root: Open = { name: "", attributes: {}, children: [] };
  const open: Open[] = [root];
  let end = 0;
  for (const m of text.matchAll(/<(\?[^>]*\?|!--[^]*?--|\/?)([\w.-]*)([^<>]*?)(\/?)>/g)) {
    const between = text.slice(end, m.index);
    if (between.trim() !== "" && open.length < 3) throw new Error(`XML: text "${between.trim()}"`);
    end = m.index + m[0].length;
    const [, kind = "", name = "", rest = "", closed = ""] = m;
    if (kind.startsWith("?") || kind.startsWith("!--")) continue;
    if (kind === "/") {
      const last = open.pop();
      if (last?.name !== name || open.length === 0) {
        throw new Error(`XML: </${name}> closes nothing`);
      }
      continue;
    }
    const element = { name, attributes: attributesOf(rest, `<${name}>`), children: [] };
    open.at(-1)?.children.push(element);
    if (closed === "") open.push(element);
  }
  if (open.length !== 1 || root.children.length !== 1 || text.slice(end).trim() !== "") {
    throw new Error("XML: not one element that is closed");
  }
  return root.children[0] as Element;
}

/** Every element below, itself included. */
export const allOf = (e: Element): readonly Element[] => [e, ...e.children.flatMap(allOf)];
