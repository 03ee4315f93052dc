import { udevRules } from "../mod.ts";
import type { Verb } from "../src/cli/mod.ts";

/** `probekit udev` */
export const udev: Verb = {
  name: "udev",
  summary: "print the udev rules that give probes to this machine's users",
  details: "Install them once:\n  probekit udev | sudo tee /etc/udev/rules.d/69-probekit.rules",
  run(_given, cli) {
    cli.out(udevRules());
    return Promise.resolve(0);
  },
};
