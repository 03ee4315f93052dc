/** What a board is: which chip, which supply, which probe, what is on its pins. */
import type { ChipConfig } from "../silicon/chip.ts";

/** A pin, as printed on the board: `PI1`. */
export type PinName = `P${string}`;

/** One board that can be put on the virtual bench. */
export interface BoardSpec {
  /** as in the selector: `stm32f746g-disco` */
  readonly name: string;
  /** as ST writes it */
  readonly title: string;
  readonly chip: Omit<ChipConfig, "seed" | "makeCore" | "onWarning">;
  /** volts at VDD when all is well */
  readonly volts: number;
  readonly probe: {
    readonly model: "ST-LINK/V2-1" | "ST-LINK/V3";
    /** as tools print it */
    readonly firmware: string;
    /** 24 hexadecimal digits */
    readonly serial: string;
    /** four characters that the probe says the board is; none when nobody has published them */
    readonly boardId?: string;
  };
  readonly led: PinName;
  /** reads high while it is pressed */
  readonly button: PinName;
}

/** Port letter and pin number of a name; undefined when it is none. */
export function pinOf(name: string): { port: string; pin: number } | undefined {
  const m = /^P([A-K])(\d{1,2})$/.exec(name);
  const pin = Number(m?.[2]);
  return m === null || pin > 15 ? undefined : { port: m[1]!, pin };
}
