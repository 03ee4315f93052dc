/** The matrix' column of OpenOCD with the ST-LINK's high-level commands, live. */
import { OPENOCD_HLA } from "./support/columns_native.ts";
import { liveColumn } from "./support/live.ts";

liveColumn(OPENOCD_HLA);
