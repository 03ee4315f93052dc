/** Command lines of the factory recipes, with the files that they take, in a test's folder. */
import { firmwareHex } from "../../recipes/firmware.ts";
import { hashed } from "../../recipes/station.ts";
import { type Folder, ROOT } from "./program.ts";

/** The key of a unit: digits that are found nowhere else. */
export const KEY = "00112233445566778899AABBCCDDEEFF0123456789ABCDEF0123456789ABCDEF";
const APP = firmwareHex("boot\nSELFTEST PASS fw=1.4.2\n");
const STATION =
  "station: v1\nname: prog-03\nserials: { prefix: AB, digits: 8, blocks: [12345..12999] }\n";

/** What a recipe is run with. */
export interface FactoryWords {
  readonly station: readonly string[];
  readonly "factory-program": readonly string[];
  readonly "revive-and-ship": readonly string[];
  readonly "seal": readonly string[];
}

/** Writes a station, an image and a key below a folder, and says how the recipes are called. */
export function putFactory(dir: Folder): FactoryWords {
  Deno.mkdirSync(dir.at("station"));
  dir.put("station/station.yaml", STATION);
  dir.put("app.hex", APP);
  dir.put("unit.key", KEY);
  const board = ["--board", `${ROOT}/recipes/boards/stm32f746g-disco.yaml`];
  const station = ["--station", dir.at("station")];
  return {
    station,
    "factory-program": [
      ...[...board, ...station],
      ...["--set", `image=${hashed(dir.at("app.hex"), APP)}`],
      ...["--set", "order=WO-004711"],
      ...["--set", `device_key=@${dir.at("unit.key")}`],
    ],
    "revive-and-ship": [
      ...board,
      ...["--set", `images=main=${dir.at("app.hex")}`, "--set", "variant=main"],
    ],
    "seal": [...board, ...station],
  };
}
