/** Layout files: how data of one unit is written as bytes, field by field. */
import { fault } from "../faults.ts";
import { Findings } from "../findings.ts";
import { type Key, type Shape, ShapeReader } from "../shape.ts";
import { Lines } from "../text_tree.ts";
import { readYaml } from "../yaml_text.ts";

/** How a field is written. */
const ENCODINGS = ["ascii", "utf8", "uint", "hex", "crc32"] as const;
type Encoding = typeof ENCODINGS[number];

/** One field. */
export interface LayoutField {
  readonly offset: number;
  readonly size: number;
  readonly encoding: Encoding;
  readonly endian?: "little" | "big";
  /** the byte after a text that is shorter than its field */
  readonly pad?: number;
  /** its value when a recipe gives none */
  readonly value?: string;
  /** it takes only a secret */
  readonly secret?: boolean;
  /** of a checksum: what it is over */
  readonly over?: { readonly offset: number; readonly length: number };
}
/** A place of the image that tells something about it. */
export interface LayoutRead {
  readonly at: number;
  readonly size: number;
}
/** A layout. */
export interface Layout {
  readonly file: string;
  readonly name: string;
  readonly size: number;
  /** what stands where no field does */
  readonly fill: number;
  readonly endian: "little" | "big";
  readonly fields: Readonly<Record<string, LayoutField>>;
  readonly reads: Readonly<Record<string, LayoutRead>>;
}

const text: Shape = { is: "scalar", type: "string" };
const int: Shape = { is: "scalar", type: "int" };
const size: Shape = { is: "scalar", type: "size" };
const endian: Shape = { is: "word", values: ["little", "big"] };
const key = (shape: Shape, summary: string): Key => ({ shape, summary });
const must = (shape: Shape, summary: string): Key => ({ shape, summary, required: true });

const over: Shape = {
  is: "object",
  name: "over",
  keys: { offset: must(int, "where it begins"), length: must(size, "how long it is") },
};
const field: Shape = {
  is: "object",
  name: "a field",
  keys: {
    offset: must(int, "bytes from the beginning"),
    size: must(size, "how many bytes"),
    encoding: must({ is: "word", values: ENCODINGS }, "how its value is written"),
    endian: key(endian, "of numbers"),
    pad: key(int, "the byte after a text that is shorter"),
    value: key(text, "its value when a recipe gives none"),
    secret: key({ is: "scalar", type: "bool" }, "it takes only a secret"),
    over: key(over, "of a checksum: what it is over"),
  },
};
const layoutShape: Shape = {
  is: "object",
  name: "a layout",
  keys: {
    layout: must(text, "the edition: v1"),
    name: must(text, "what it is called"),
    size: must(size, "how many bytes it covers"),
    fill: key(int, "the byte where no field is; 0xFF when absent"),
    endian: key(endian, "of numbers; little when absent"),
    reads: key({
      is: "map",
      keys: "a place",
      of: {
        is: "object",
        name: "a place",
        keys: {
          at: must({ is: "scalar", type: "address" }, "its address in the image"),
          size: must(size, "how many bytes"),
        },
      },
    }, "what the image tells about itself, as text"),
    fields: must({ is: "map", of: field, keys: "a field" }, "what stands where"),
  },
};

const MOST_BYTES = 64 * 1024;
const MOST_UINT = 6; // larger ones are no exact numbers
const BYTE = 0xFF;

/** Why the layout makes no sense, or undefined. */
function problem(l: Layout): string | undefined {
  if (l.size < 1 || l.size > MOST_BYTES) return `size is ${l.size}; 1 to ${MOST_BYTES} bytes`;
  if (l.fill < 0 || l.fill > BYTE) return `fill is ${l.fill}; 0 to 0xFF`;
  const fields = Object.entries(l.fields).sort(([, a], [, b]) => a.offset - b.offset);
  for (const [i, [name, f]] of fields.entries()) {
    const end = f.offset + f.size;
    if (f.offset < 0 || f.size < 1 || end > l.size) {
      return `field ${name} ends at ${end}, and the layout has ${l.size} bytes`;
    }
    const [next, after] = fields[i + 1] ?? [];
    if (after && after.offset < end) return `fields ${name} and ${next} overlap`;
    if (f.encoding === "uint" && f.size > MOST_UINT) {
      return `field ${name} has ${f.size} bytes; a uint has 1 to ${MOST_UINT}`;
    }
    if (f.encoding !== "crc32") {
      if (f.over) return `field ${name} is no checksum and has \`over\``;
      continue;
    }
    const o = f.over;
    if (!o || f.size !== 4) return `field ${name} is a crc32: it needs 4 bytes and \`over\``;
    if (o.offset < 0 || o.length < 1 || o.offset + o.length > l.size) {
      return `field ${name} is over bytes that the layout does not have`;
    }
    if (o.offset < end && f.offset < o.offset + o.length) return `field ${name} is over itself`;
  }
}

/** Reads a layout. Faults: layout-wrong, and those of YAML, with the line. */
export async function readLayout(file: string, yaml: string): Promise<Layout> {
  const findings = new Findings(new Lines({ file, text: yaml }));
  const tree = await readYaml(yaml, findings);
  const read = tree && new ShapeReader(findings, text).read(tree, layoutShape, "the layout");
  const [first] = findings.all;
  if (first) throw first.fault;
  const { layout, ...rest } = (read ?? {}) as Partial<Layout> & { readonly layout?: string };
  const edition = layout === "v1" ? undefined : "its first line is not `layout: v1`";
  const whole = { file, fill: BYTE, endian: "little", reads: {}, ...rest } as Layout;
  const why = edition ?? problem(whole);
  if (why !== undefined) throw fault("layout-wrong", { file, why });
  return whole;
}
