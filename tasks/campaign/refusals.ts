/** Cases that end without the deed, as they must: which, and how it is called there. */
import type { Case, VerbName } from "./bench.ts";

/** verb → scenario → the fault that tells it; what is not here has to get where it shall */
const REFUSALS: Readonly<Record<VerbName, Readonly<Record<string, string>>>> = {
  recover: {
    rdp2: "link-no-answer", // and level 2 is never entered: see `sealed`
    "low-voltage": "supply-out-of-range",
    "no-power": "link-no-power",
    "nrst-held": "core-held-in-reset",
    "old-firmware": "probe-firmware-too-old",
    "clone-probe": "supply-unmeasured",
  },
  flash: {
    so36160986: "hardware-watchdog",
    "optcr-f4-svd": "hardware-watchdog",
    "svd-boot": "hardware-watchdog",
    "iwdg-hw": "hardware-watchdog",
    "wwdg-hw": "hardware-watchdog",
    wrp: "flash-write-protected",
    "wrp-all": "flash-write-protected",
    rdp1: "flash-read-protected",
    "rdp1-watchdogs": "flash-read-protected",
    "options-mismatch": "flash-read-protected",
    "options-erased": "flash-read-protected",
    rdp2: "link-no-answer",
    "locked-cr": "flash-locked-until-reset",
    "no-power": "link-no-power",
    "nrst-held": "core-held-in-reset",
    "swd-disabled": "link-no-answer",
    sleeping: "link-no-answer",
    "old-firmware": "probe-firmware-too-old",
    pcrop: "flash-code-protected",
  },
};

/** The fault with which a case has to be refused; undefined when it has to be done. */
export const refusalOf = ({ verb, scenario }: Case): string | undefined => REFUSALS[verb][scenario];

/** A cut that takes the supply away ends what the run before was refused for: then the second one does it. */
export const liftedByPowerCut = ({ verb, scenario }: Case): boolean =>
  verb === "flash" && scenario === "locked-cr";
