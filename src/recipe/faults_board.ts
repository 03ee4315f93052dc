/** What can be wrong between a recipe, a board file and the board that is there. Nothing was touched. */
import type { FaultRow } from "../base/mod.ts";

/** Rows E1164 … E1167. */
export const boardRows = {
  "board-does-not-say": {
    code: "E1164",
    class: "recipe",
    title: "`{what}` is for the board's own file to say, and {why}",
    next: [{ text: "Name the board with --on NAME, or its file with --board FILE" }],
    explain:
      "What is safe for a board, and which of its peripherals must stand still with the core, no recipe can know. boards/NAME.yaml says it: safe_state, freeze.",
  },
  "board-halt-forbidden": {
    code: "E1165",
    class: "recipe",
    title: "{board} must not be left halted, and {what}",
    next: [{ text: "Use leave: board-safe, or running, or reset-held", effect: "volatile" }],
    explain:
      "`halt: forbidden` stands in the board's file: with the core halted its outputs stay as they are (PWM, heaters, charge pumps). It was not attached to.",
  },
  "board-other-chip": {
    code: "E1166",
    class: "station",
    title: "{board} has a {chip}, and this is {found}",
    next: [{ text: "Check which board the probe is on; probekit probes lists the probes" }],
    explain:
      "The board's file says which chip is on it, so that a swapped cable is seen before anything is written.",
  },
  "board-other-probe": {
    code: "E1167",
    class: "station",
    title: "{board} is on probe {probe}, and this is {found}",
    next: [{ text: "Leave --probe out, or name the other board with --on" }],
    explain: "The board's file says which probe it is on; both were named, and they disagree.",
  },
} as const satisfies Readonly<Record<string, FaultRow>>;
