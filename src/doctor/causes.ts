/** The table of causes, from this computer to the program. */
import type { CauseRow } from "./cause.ts";
import { BOOT_CAUSES } from "./causes_boot.ts";
import { FLASH_CAUSES } from "./causes_flash.ts";
import { HOST_CAUSES } from "./causes_host.ts";
import { LINK_CAUSES } from "./causes_link.ts";
import { OPTION_CAUSES } from "./causes_options.ts";
import { PROGRAM_CAUSES } from "./causes_program.ts";
import { STORED_CAUSES } from "./causes_stored.ts";
import { SUPPLY_CAUSES } from "./causes_supply.ts";
import { VECTOR_CAUSES } from "./causes_vectors.ts";

/** All rows, in the order of the ladder. */
export const CAUSES: readonly CauseRow[] = [
  ...HOST_CAUSES,
  ...SUPPLY_CAUSES,
  ...LINK_CAUSES,
  ...OPTION_CAUSES,
  ...STORED_CAUSES,
  ...BOOT_CAUSES,
  ...FLASH_CAUSES,
  ...VECTOR_CAUSES,
  ...PROGRAM_CAUSES,
];
