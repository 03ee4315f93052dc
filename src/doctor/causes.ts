/** The table of causes, from this computer to the program. */
import type { CauseRow } from "./cause.ts";
import { FLASH_CAUSES, OPTION_CAUSES } from "./causes_chip.ts";
import { LINK_CAUSES } from "./causes_link.ts";
import { PROGRAM_CAUSES } from "./causes_program.ts";

/** All rows, in the order of the ladder. */
export const CAUSES: readonly CauseRow[] = [
  ...LINK_CAUSES,
  ...OPTION_CAUSES,
  ...FLASH_CAUSES,
  ...PROGRAM_CAUSES,
];
