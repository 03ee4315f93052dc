/** What can be wrong with the wish for a virtual board. */
import { type Catalogue, catalogue } from "../base/mod.ts";

/** The rows of the simulator. A virtual board's own troubles are not here: they look like a real board's. */
export const fault: Catalogue<
  | "sim-unknown-board"
  | "sim-bad-option"
  | "sim-state-damaged"
  | "sim-state-other"
  | "sim-needs-umockdev"
  | "sim-cannot-listen"
> = catalogue({
  "sim-unknown-board": {
    code: "E0203",
    class: "recipe",
    title: "There is no virtual board {name}",
    next: [
      { text: "Use one of: {boards}", command: "probekit info --probe sim:{likely}" },
    ],
  },
  "sim-bad-option": {
    code: "E0204",
    class: "recipe",
    title: "{what} in the virtual board's selector",
    next: [{ text: "{allowed}" }],
    explain: "A selector is sim:BOARD?key=value&key=value, for example " +
      "sim:stm32f746g-disco?scenario=so36160986&state=board.pk. A wrong key or value is refused, because " +
      "a board in another state than the wished one would make everything after it misleading.",
  },
  "sim-state-damaged": {
    code: "E0205",
    class: "station",
    title: "The file {file} does not hold a saved virtual board: {why}",
    next: [
      {
        text: "The file was not changed. Name another file, or remove it to start with a new board",
      },
    ],
  },
  "sim-state-other": {
    code: "E0206",
    class: "recipe",
    title: "The file {file} holds {held}, not {wanted}",
    next: [
      { text: "Use the selector it was made with, {selector}, or name another file" },
    ],
  },
  "sim-needs-umockdev": {
    code: "E0207",
    class: "station",
    title: "Programs cannot be shown a virtual board: {file} is not on this machine",
    next: [
      { text: "Install it:", command: "sudo apt-get install umockdev" },
      { text: "or serve the board over USB/IP: probekit sim --usbip 3240" },
    ],
  },
  "sim-cannot-listen": {
    code: "E7505",
    class: "station",
    title: "The virtual board cannot be served on port {port}: {why}",
    next: [
      { text: "See who has the port (Linux):", command: "ss -ltnp", effect: "read" },
      { text: "Take another port above 1023, or 0 for a free one" },
    ],
    retryable: true,
  },
});
