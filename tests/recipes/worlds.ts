/** The recipes that come with probekit, each with what it is played with. */
import { assertEquals } from "@std/assert";
import type { OpenSim } from "../../src/sim/mod.ts";
import type { Chip } from "../../src/chip/mod.ts";
import { type GivenInputs, openBench, type RunEnv } from "../../src/recipe/mod.ts";
import { firmware, firmwareHex } from "./firmware.ts";
import { FACTORY, factoryEnv, KEY, StationFolder } from "./station.ts";
import { bench, type Call, Files, type Outcome, run } from "./support.ts";

/** How a shipped recipe is played. */
export interface Golden {
  readonly scenario: string;
  readonly inputs: GivenInputs;
  /** what comes before it, on the same board */
  readonly first?: readonly (readonly [recipe: string, inputs: GivenInputs])[];
}

const APP = { image: "app.bin", base: "0x0800_0000" };
/** Each recipe that comes with probekit. */
export const GOLDEN: Readonly<Record<string, Golden>> = {
  backup: { scenario: "factory", inputs: {} },
  "backup-option-bytes": { scenario: "so36160986", inputs: {} },
  compare: {
    scenario: "factory",
    inputs: { ...APP, profile: "recipes/ob/stm32f7-factory.ob.yaml" },
    first: [["flash", APP]],
  },
  erase: { scenario: "factory", inputs: { sectors: "0..2", allow_erase: true } },
  "factory-program": { scenario: "factory", inputs: FACTORY },
  flash: { scenario: "factory", inputs: APP },
  "flash-and-halt": { scenario: "blank", inputs: { ...APP, preserve: "0x0800_0300 +256" } },
  "recover-option-bytes": { scenario: "so36160986", inputs: {} },
  "revive-and-ship": {
    scenario: "rdp1",
    inputs: { images: "main=app.hex,radio=radio.hex", variant: "radio" },
  },
  seal: {
    scenario: "factory",
    inputs: {},
    first: [["factory-program", FACTORY]],
  },
  "set-option-bytes": { scenario: "wrp", inputs: { allow_erase: true, backup: "old/" } },
};

const SAYS = "boot\nSELFTEST PASS fw=1.4.2\n";
const files = () =>
  new Files({
    "app.bin": firmware(SAYS),
    "app.hex": firmwareHex(SAYS),
    "radio.hex": firmwareHex(SAYS, "1.4.2-radio"),
    "unit.key": KEY,
  });

/** A board with a station, and how to run recipes on it. */
export class World implements Disposable {
  readonly #folder = new StationFolder();
  readonly sim: OpenSim;
  chip: Chip | undefined;
  constructor(readonly golden: Golden) {
    this.sim = bench(golden.scenario);
  }

  async run(which: Parameters<typeof run>[1], call: Call = {}): Promise<Outcome> {
    const { sim } = this;
    const env: Partial<RunEnv> = {
      ...factoryEnv(sim, await this.#folder.open()),
      typeWord: (_, word) => Promise.resolve(word),
      open: async (wish) => {
        const opened = await openBench({ source: sim.source, ...wish });
        this.chip = opened.chip;
        return opened;
      },
    };
    return await run(sim, which, { files: files(), ...call, env });
  }

  /** Up to the recipe itself. */
  async prepare(): Promise<void> {
    for (const [recipe, inputs] of this.golden.first ?? []) {
      const { result, shown } = await this.run(recipe, { inputs });
      assertEquals(result.outcome, "PASS", shown);
    }
  }

  /** Without what differs from one run to the next. */
  plain(text: string): string {
    return text.replaceAll(this.#folder.path, "<station>")
      .replaceAll(/\b01[0-9A-HJKMNP-TV-Z]{24}\b/g, "<run>")
      .replaceAll(/\bp-[0-9A-HJKMNP-TV-Z]{6}\b/g, "<plan>");
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}
