/** The matrix' column of OpenOCD through the ST-LINK's DAP commands, live. */
import { OPENOCD_DAPDIRECT } from "./support/columns_native.ts";
import { liveColumn } from "./support/live.ts";

liveColumn(OPENOCD_DAPDIRECT);
