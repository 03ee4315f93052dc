/** What a selector changes on a scenario, before the board is switched on for the first time. */
import { fault } from "../faults.ts";
import type { Scenario } from "../scenarios.ts";
import type { OptionValues } from "../silicon/flash_options.ts";

/** Each key replaces what the scenario has. */
export interface Changes {
  /** option registers, as silicon keeps them */
  readonly options: Partial<OptionValues>;
  /** option words in flash, complement and all: 1FFF0000, 1FFF0008 …; undefined leaves one as it is */
  readonly words?: readonly (number | undefined)[];
  /** file with the bytes of flash, from its first byte on */
  readonly image?: string;
  readonly nrst?: "held" | "unwired";
  /** level of the BOOT0 pin */
  readonly boot0?: boolean;
}

const bad = (what: string, allowed: string): never => {
  throw fault("sim-bad-option", { what, allowed });
};

const WORDS = 6;
const WORD = /^0x[0-9a-f]{1,8}$/i;

/** `0x5502AAFD,-,0xFFFFFFFF` → words; `-` leaves one as it is. Faults: sim-bad-option. */
export function parseWords(text: string): readonly (number | undefined)[] {
  const parts = text.split(",");
  const good = parts.length <= WORDS && parts.every((p) => p === "-" || WORD.test(p));
  if (!good) {
    bad(`words=${text}`, `It takes up to ${WORDS} words such as 0xFF7F0080, - for as it is`);
  }
  return parts.map((p) => p === "-" ? undefined : Number(p));
}

/** The scenario with these changes. `read` gives a file's bytes. Faults: sim-bad-option. */
export function changed(
  scenario: Scenario,
  changes: Changes,
  flashBytes: number,
  read: (path: string) => Uint8Array | undefined,
): Scenario {
  const { options, words, image, nrst } = changes;
  const { clearOptcr, rdp, ...rest } = scenario;
  // a whole OPTCR has its own RDP and all else in it
  const kept = options.OPTCR !== undefined ? {} : {
    ...(clearOptcr === undefined ? {} : { clearOptcr }),
    ...(rdp === undefined ? {} : { rdp }),
  };
  return {
    ...rest,
    ...kept,
    options: { ...scenario.options, ...options },
    ...(nrst === undefined ? {} : { nrst }),
    ...(image === undefined ? {} : { image: imageOf(image, flashBytes, read) }),
    damage: (chip) => {
      scenario.damage?.(chip);
      words?.forEach((w, i) => {
        if (w !== undefined) chip.options.storage[i] = w;
      });
    },
  };
}

function imageOf(
  path: string,
  flashBytes: number,
  read: (path: string) => Uint8Array | undefined,
): Uint8Array {
  const bytes = read(path) ?? bad(`image=${path} cannot be read`, "A file with the bytes of flash");
  if (bytes.length <= flashBytes) return bytes;
  return bad(`image=${path} has ${bytes.length} bytes`, `The flash has ${flashBytes}`);
}
