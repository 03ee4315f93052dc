/** The boards of the virtual bench, by name. */
import type { BoardSpec } from "./board_spec.ts";
import disco from "./stm32f746g_disco.ts";
import f722 from "./nucleo_f722ze.ts";
import f767 from "./nucleo_f767zi.ts";

/** all of them; the first is the default of examples */
export const BOARDS: readonly BoardSpec[] = [disco, f767, f722];
