import type { Verb } from "../src/cli/mod.ts";

/** `probekit demo` */
export const demo: Verb = {
  name: "demo",
  summary: "play the whole story on a virtual board",
  run: () => Promise.resolve(0),
};
