/** What is on a debug bus, by its ROM tables. For information: parts may be unpowered and refuse. */
import {
  alignDown,
  and,
  bits,
  bytesToWords,
  Fault,
  has,
  hex,
  type Memory,
  u32,
} from "../base/mod.ts";
import type { Probe } from "../probe/mod.ts";
import { apIdentity, readAp } from "./ap.ts";
import { fault } from "./faults.ts";

/** One component, or a place that could not be read. */
export interface Component {
  readonly at: number;
  /** depth of the table it is in; the first table itself is 0 */
  readonly depth: number;
  /** `SCS of v7-M`; `unknown` with its numbers when it is in no list */
  readonly name: string;
  /** JEP106: continuation << 7 | code; 0x23B is Arm, 0x020 ST */
  readonly designer: number;
  readonly part: number;
  /** 1 ROM table, 9 CoreSight, 14 generic, 15 system */
  readonly class: number;
  /** why it could not be read */
  readonly problem?: string;
}

const ROM_TABLE = 1;
const CORESIGHT = 9;
const ARM = 0x23B;
const ST = 0x020;
const DESIGNERS: Readonly<Record<number, string>> = { [ARM]: "Arm", [ST]: "ST" };
/** entries of one table at most, and tables within tables */
const MOST_ENTRIES = 960;
const DEEPEST = 4;

/** DEVARCH.ARCHID → name (pyOCD component_ids.py) */
const BY_ARCHID: Readonly<Record<number, string>> = {
  0x1A01: "ITM of v8-M",
  0x1A02: "DWT of v8-M",
  0x1A03: "FPB of v8-M",
  0x2A04: "SCS of v8-M",
};
/** part → name for Arm's CoreSight class (pyOCD component_ids.py) */
const CORESIGHT_PARTS: Readonly<Record<number, string>> = {
  0x906: "CTI",
  0x907: "ETB",
  0x908: "Trace funnel",
  0x912: "TPIU",
  0x913: "ITM",
  0x914: "SWO",
  0x923: "TPIU of M3",
  0x924: "ETM of M3",
  0x925: "ETM of M4",
  0x932: "MTB of M0+",
  0x961: "ETF",
  0x975: "ETM of M7",
  0x9A1: "TPIU of M4",
  0x9A6: "CTI of M0+",
  0x9A9: "TPIU of M7",
};
/** part → name for Arm's generic class (pyOCD component_ids.py) */
const GENERIC_PARTS: Readonly<Record<number, string>> = {
  0x000: "SCS of v7-M",
  0x001: "ITM of v7-M",
  0x002: "DWT of v7-M",
  0x003: "FPB of v7-M",
  0x008: "SCS of v6-M",
  0x00A: "DWT of v6-M",
  0x00B: "BPU of v6-M",
  0x00C: "SCS of v7-M",
  0x00E: "FPB of v7-M",
};

const nameOf = (cls: number, designer: number, part: number, archid: number): string => {
  const who = DESIGNERS[designer];
  if (cls === ROM_TABLE) return who ? `ROM table by ${who}` : "ROM table";
  const known = designer !== ARM
    ? undefined
    : cls === CORESIGHT
    ? BY_ARCHID[archid] ?? CORESIGHT_PARTS[part]
    : GENERIC_PARTS[part];
  return known ?? `unknown: designer ${hex(designer, 3)} part ${hex(part, 3)}`;
};

/** CoreSight parts only; in other components the place is reserved. */
const DEVARCH = 0xFBC;
/** the id registers: PIDR4 … PIDR7, PIDR0 … PIDR3, CIDR0 … CIDR3 */
const IDS = 0xFD0;
const low = (words: Uint32Array, offset: number): number =>
  bits(words[(offset - IDS) / 4] ?? 0, 7, 0);

async function identify(memory: Memory, at: number, depth: number): Promise<Component> {
  const words = bytesToWords(await memory.read(at + IDS, 0x1000 - IDS, 4));
  const preamble = [low(words, 0xFF0), bits(low(words, 0xFF4), 3, 0), low(words, 0xFF8)];
  if (preamble.join() !== "13,0,5" || low(words, 0xFFC) !== 0xB1) {
    const problem = "no component id";
    return { at, depth, name: "nothing", designer: 0, part: 0, class: 0, problem };
  }
  const cls = bits(low(words, 0xFF4), 7, 4);
  const pidr = [0xFE0, 0xFE4, 0xFE8, 0xFD0].map((offset) => low(words, offset));
  const [p0 = 0, p1 = 0, p2 = 0, p4 = 0] = pidr;
  const part = p0 + 256 * bits(p1, 3, 0);
  const designer = bits(p1, 7, 4) + 16 * bits(p2, 2, 0) + 128 * bits(p4, 3, 0);
  const [devarch = 0] = cls === CORESIGHT ? await memory.batch([{ read: at + DEVARCH }]) : [];
  const name = nameOf(cls, designer, part, bits(devarch, 15, 0));
  return { at, depth, name, designer, part, class: cls };
}

/** The components a table lists, 8 entries a read, until the entry that is 0. */
async function entriesOf(memory: Memory, table: number): Promise<number[]> {
  const out: number[] = [];
  for (let at = 0; at < MOST_ENTRIES * 4; at += 32) {
    for (const entry of bytesToWords(await memory.read(table + at, 32, 4))) {
      if (entry === 0) return out;
      if (has(entry, 1)) out.push(u32(table + and(entry, 0xFFFF_F000)));
    }
  }
  return out;
}

/** The component at `at`, and all that its table lists when it is one. */
export async function walk(memory: Memory, at: number, depth = 0): Promise<readonly Component[]> {
  const out: Component[] = [];
  try {
    const here = await identify(memory, at, depth);
    out.push(here);
    if (here.class !== ROM_TABLE || depth >= DEEPEST) return out;
    for (const entry of await entriesOf(memory, at)) {
      out.push(...await walk(memory, entry, depth + 1));
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const problem = error.message;
    out.push({ at, depth, name: "refused", designer: 0, part: 0, class: 0, problem });
  }
  return out;
}

/** The components behind an access port; none when its BASE says so. Fault: no-memory-port. */
export async function romTable(
  probe: Probe,
  ap: number,
  memory: Memory,
): Promise<readonly Component[]> {
  const idr = await readAp(probe, ap, "IDR");
  if (!apIdentity(idr).memory) throw fault("no-memory-port", { ap, idr: hex(idr) });
  const base = await readAp(probe, ap, "BASE");
  const present = base !== 0xFFFF_FFFF && has(base, 1);
  return present ? await walk(memory, alignDown(base, 4096)) : [];
}
