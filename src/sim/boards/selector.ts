/** `sim:stm32f746g-disco?scenario=blank&seed=7` → what it asks for. */
import { fault } from "../faults.ts";
import { type Scenario, SCENARIOS } from "../scenarios.ts";
import { parseChaos, type Trouble } from "../chaos.ts";
import { HOST_PROFILES, type HostProfile } from "../swd_cost.ts";
import { BOARDS } from "./all.ts";
import type { BoardSpec } from "./board_spec.ts";
import { type Changes, parseWords } from "./changes.ts";

/** A selector, understood. */
export interface Selector {
  readonly text: string;
  readonly spec: BoardSpec;
  readonly scenario: Scenario;
  /** whether the scenario was named */
  readonly scenarioGiven: boolean;
  readonly seed: number;
  readonly host: HostProfile;
  readonly boards: number;
  readonly chaos: readonly Trouble[];
  readonly state?: string;
  readonly serial?: string;
  readonly firmware?: string;
  readonly volts?: number;
  readonly supply?: "usb" | "own";
  readonly changes: Changes;
}

const KEYS: Readonly<Record<string, string>> = {
  scenario: "a scenario's name",
  state: "a file that keeps the board between commands",
  seed: "a number: same seed, same chance",
  host: HOST_PROFILES.join(", "),
  serial: "the probe's serial number",
  firmware: "the probe's firmware, such as V2J37M26",
  chaos: "troubles, such as unplug@137",
  volts: "0 … 3.6",
  boards: "1 … 16 of this board",
  supply: "usb or own",
  optcr: "FLASH_OPTCR as stored, such as 0xC0FFAAFD",
  optcr1: "FLASH_OPTCR1 as stored",
  optcr2: "FLASH_OPTCR2 as stored (F72x)",
  words: "option words in flash with their complements, - for as it is",
  image: "a file with the bytes of flash",
  nrst: "held or unwired",
  boot0: "0 or 1: the level of the BOOT0 pin",
};

const bad = (what: string, allowed: string): never => {
  throw fault("sim-bad-option", { what, allowed });
};

/** The name that has the most letters in common at its beginning. */
function likeliest(name: string): string {
  const common = (a: string) => [...a].findIndex((c, i) => c !== name[i]);
  const score = (b: BoardSpec) => common(b.name) < 0 ? b.name.length : common(b.name);
  return BOARDS.toSorted((a, b) => score(b) - score(a))[0]!.name;
}

/** Whether a probe's name is a virtual board's. */
export const isSimSelector = (text: string): boolean => text === "sim" || text.startsWith("sim:");

/** Understands a selector. Faults: sim-unknown-board, sim-bad-option. */
export function parseSelector(text: string): Selector {
  const [, name = "", query = ""] = /^sim:?([^?]*)\??(.*)$/s.exec(text) ?? [];
  const spec = BOARDS.find((b) => b.name === name);
  if (spec === undefined) {
    throw fault("sim-unknown-board", {
      name: name === "" ? "without a name" : name,
      boards: BOARDS.map((b) => b.name).join(", "),
      likely: likeliest(name),
    });
  }
  const values = readQuery(query);
  const seed = number(values, "seed", 1, 0, 0xFFFF_FFFF);
  const scenarioName = values.get("scenario") ?? "factory";
  const scenario = SCENARIOS.find((s) => s.name === scenarioName) ??
    bad(`No scenario ${scenarioName}`, `Scenarios: ${SCENARIOS.map((s) => s.name).join(", ")}`);
  const given = (key: string): { readonly [k: string]: string } => {
    const value = values.get(key);
    return value === undefined ? {} : { [key]: value };
  };
  return {
    text,
    spec,
    scenario,
    scenarioGiven: values.has("scenario"),
    seed,
    host: oneOf(values, "host", HOST_PROFILES, "typical"),
    boards: number(values, "boards", 1, 1, 16),
    chaos: parseChaos(values.get("chaos") ?? "", seed),
    ...given("state"),
    ...given("serial"),
    ...given("firmware"),
    ...(values.has("volts") ? { volts: number(values, "volts", 0, 0, 3.6, false) } : {}),
    ...(values.has("supply")
      ? { supply: oneOf(values, "supply", ["usb", "own"] as const, "usb") }
      : {}),
    changes: readChanges(values, spec),
  };
}

function readChanges(values: Map<string, string>, spec: BoardSpec): Changes {
  if (values.has("optcr2") && !spec.chip.silicon.options.pcrop) {
    bad(`${spec.title} has no OPTCR2`, "sim:nucleo-f722ze has");
  }
  const options = (["OPTCR", "OPTCR1", "OPTCR2"] as const).flatMap((name) => {
    const key = name.toLowerCase();
    return values.has(key) ? [[name, number(values, key, 0, 0, 0xFFFF_FFFF)]] : [];
  });
  const [words, image] = [values.get("words"), values.get("image")];
  return {
    options: Object.fromEntries(options),
    ...(words === undefined ? {} : { words: parseWords(words) }),
    ...(image === undefined ? {} : { image }),
    ...(values.has("nrst")
      ? { nrst: oneOf(values, "nrst", ["held", "unwired"] as const, "held") }
      : {}),
    ...(values.has("boot0")
      ? { boot0: oneOf(values, "boot0", ["0", "1"] as const, "0") === "1" }
      : {}),
  };
}

function readQuery(query: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const part of query.split("&").filter((p) => p !== "")) {
    const at = part.indexOf("=");
    const key = at < 0 ? part : part.slice(0, at);
    const keys = Object.entries(KEYS).map(([k, what]) => `${k} (${what})`).join(", ");
    if (!Object.hasOwn(KEYS, key)) return bad(`No key ${key}`, `Keys: ${keys}`);
    const value = at < 0 ? "" : decode(part.slice(at + 1), key);
    if (value === "") return bad(`${key} has no value`, `It takes ${KEYS[key]}`);
    if (values.has(key)) return bad(`${key} is given twice`, `It takes ${KEYS[key]}`);
    values.set(key, value);
  }
  return values;
}

function decode(text: string, key: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return bad(`${key}=${text} is not well-formed`, "Write % as %25");
  }
}

function number(
  values: Map<string, string>,
  key: string,
  otherwise: number,
  min: number,
  max: number,
  whole = true,
): number {
  const text = values.get(key);
  if (text === undefined) return otherwise;
  const value = /^(0x[0-9a-f]+|\d+(\.\d+)?)$/i.test(text) ? Number(text) : NaN;
  if (Number.isNaN(value) || value < min || value > max || (whole && !Number.isInteger(value))) {
    return bad(`${key}=${text}`, `${key} takes ${KEYS[key]}, ${min} … ${max}`);
  }
  return value;
}

function oneOf<T extends string>(
  values: Map<string, string>,
  key: string,
  allowed: readonly T[],
  otherwise: T,
): T {
  const text = values.get(key);
  if (text === undefined) return otherwise;
  return allowed.find((a) => a === text) ??
    bad(`${key}=${text}`, `${key} takes ${allowed.join(", ")}`);
}
