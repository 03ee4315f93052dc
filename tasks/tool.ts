/** What this program calls itself. */
import config from "../deno.json" with { type: "json" };

export const VERSION: string = config.version;
export const TOOL: string = `probekit ${VERSION}`;
