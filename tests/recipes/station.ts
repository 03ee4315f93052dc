/** A station in a folder of its own, and everything a factory recipe needs around a virtual board. */
import { createHash } from "node:crypto";
import type { OpenSim } from "../../src/sim/mod.ts";
import { lintBoard, requireCleanBoard, type RunEnv } from "../../src/recipe/mod.ts";
import { FileStation } from "../../src/cli/station.ts";
import { firmwareHex } from "./firmware.ts";
import { Files } from "./support.ts";

const STATION = `station: v1
name: prog-03
serials:
  prefix: AB
  digits: 8
  blocks: ["12345..12347", "20000..20099"]
label:
  template: label.txt
  spool: spool
`;

/** A folder that ends with the test. */
export class StationFolder implements Disposable {
  readonly path = Deno.makeTempDirSync();
  constructor(yaml = STATION) {
    Deno.writeTextFileSync(`${this.path}/station.yaml`, yaml);
    Deno.writeTextFileSync(`${this.path}/label.txt`, "SN {serial}\n{part}\n{order} {date}\n");
  }
  open(): Promise<FileStation> {
    return FileStation.open(this.path);
  }
  lines(name: string): readonly Record<string, unknown>[] {
    try {
      return Deno.readTextFileSync(`${this.path}/${name}`).trim().split("\n").map((l) =>
        JSON.parse(l)
      );
    } catch (e) {
      if (e instanceof Deno.errors.NotFound) return [];
      throw e;
    }
  }
  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

const DISCO = "recipes/boards/stm32f746g-disco.yaml";
const disco = requireCleanBoard(
  await lintBoard({ file: DISCO, text: await Deno.readTextFile(DISCO) }),
);

/** What surrounds a run at a station. */
export function factoryEnv(sim: OpenSim, station: FileStation): Partial<RunEnv> {
  return {
    station,
    board: disco,
    keepRecord: (record) => station.record(record),
    digestKey: () => Promise.resolve(new Uint8Array(32).fill(7)),
    confirm: () => Promise.resolve(true),
    powerCycle: () => {
      sim.board.powerCycle();
      return Promise.resolve();
    },
  };
}

/** A key of a unit: bytes that are found nowhere else. */
export const KEY = Uint8Array.from({ length: 32 }, (_, i) => 0xC0 + i * 5 % 61);

/** Files of one unit. */
export const factoryFiles = (text = "SELFTEST PASS fw=1.4.2\n"): Files =>
  new Files({ "app.hex": firmwareHex(`boot\n${text}`), "unit.key": KEY });

/** A file with the hash that it has. */
export const hashed = (name: string, content: string): string =>
  `${name}#sha256:${createHash("sha256").update(content).digest("hex")}`;

const SAYS = "boot\nSELFTEST PASS fw=1.4.2\n";
/** Inputs of factory-program, for the image of {@link factoryFiles}. */
export const FACTORY = {
  image: hashed("app.hex", firmwareHex(SAYS)),
  order: "WO-004711",
  device_key: "@unit.key",
};
