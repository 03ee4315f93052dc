/** All families that probekit knows. */
import stm32f7 from "./data/stm32f7.ts";
import type { Family } from "./family.ts";

/** See {@link Family}; a new family is one more file in data/ and one more line here. */
export const FAMILIES: readonly Family[] = [stm32f7];
