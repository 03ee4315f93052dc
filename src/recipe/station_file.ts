/** `station.yaml`: what a station is called, which serial numbers it may give, how its labels look. */
import { fault } from "./faults.ts";
import { Findings } from "./findings.ts";
import type { SerialRules } from "./serial_book.ts";
import { type Shape, ShapeReader } from "./shape.ts";
import { Lines } from "./text_tree.ts";
import { readYaml } from "./yaml_text.ts";

/** A station, as its file says it. */
export interface StationRules {
  readonly name: string;
  readonly serials: SerialRules | undefined;
  /** names of files, relative to the station's folder */
  readonly label: { readonly template: string; readonly spool: string } | undefined;
}

const text: Shape = { is: "scalar", type: "string" };
const stationShape: Shape = {
  is: "object",
  name: "a station",
  keys: {
    station: { shape: text, summary: "the edition: v1", required: true },
    name: { shape: text, summary: "what it is called in records", required: true },
    serials: {
      summary: "serial numbers it may give",
      shape: {
        is: "object",
        name: "serials",
        keys: {
          prefix: { shape: text, summary: "in front of the digits" },
          digits: {
            shape: { is: "scalar", type: "int" },
            summary: "how many digits",
            required: true,
          },
          blocks: {
            shape: { is: "list", of: text, least: 1 },
            summary: "numbers, like 12000..12999",
            required: true,
          },
        },
      },
    },
    label: {
      summary: "labels",
      shape: {
        is: "object",
        name: "label",
        keys: {
          template: {
            shape: { is: "scalar", type: "path" },
            summary: "text with {serial} {uid} {order} {part} {date} in it",
            required: true,
          },
          spool: {
            shape: { is: "scalar", type: "path" },
            summary: "folder that gets one file a label",
            required: true,
          },
        },
      },
    },
  },
};

interface Written {
  readonly station: string;
  readonly name: string;
  readonly serials?: {
    readonly prefix?: string;
    readonly digits: number;
    readonly blocks: readonly string[];
  };
  readonly label?: { readonly template: string; readonly spool: string };
}

const MOST_DIGITS = 15;

function serialRules(file: string, s: NonNullable<Written["serials"]>): SerialRules {
  const bad = (why: string) => fault("station-file-wrong", { file, why });
  const { prefix = "", digits } = s;
  if (digits < 1 || digits > MOST_DIGITS) throw bad(`digits is ${digits}; 1 to ${MOST_DIGITS}`);
  const blocks = s.blocks.map((block) => {
    const m = /^(\d+)\.\.(\d+)$/.exec(block);
    const [from, to] = [Number(m?.[1]), Number(m?.[2])];
    if (!m || to < from) throw bad(`block "${block}" is not like 12000..12999`);
    if (to >= 10 ** digits) throw bad(`block "${block}" does not fit into ${digits} digits`);
    return { from, to };
  });
  const sorted = [...blocks].sort((a, b) => a.from - b.from);
  const twice = sorted.find((b, i) => i > 0 && b.from <= (sorted[i - 1]?.to ?? -1));
  if (twice) throw bad(`the number ${twice.from} is in two blocks`);
  return { prefix, digits, blocks };
}

/** Reads a station's file. Faults: station-file-wrong, and those of YAML, with the line. */
export async function readStation(file: string, yaml: string): Promise<StationRules> {
  const findings = new Findings(new Lines({ file, text: yaml }));
  const tree = await readYaml(yaml, findings);
  const read = tree && new ShapeReader(findings, text).read(tree, stationShape, "the station");
  const [first] = findings.all;
  if (first) throw first.fault;
  const { station, name, serials, label } = (read ?? {}) as Partial<Written>;
  if (station !== "v1" || name === undefined) {
    throw fault("station-file-wrong", { file, why: "its first line is not `station: v1`" });
  }
  return { name, serials: serials && serialRules(file, serials), label };
}
