/** The matrix' columns of st-flash and of our own program, live. */
import { ST_FLASH } from "./support/columns_native.ts";
import { PROBEKIT } from "./support/columns_others.ts";
import { liveColumn } from "./support/live.ts";

liveColumn(ST_FLASH);
liveColumn(PROBEKIT);
