/** What can go wrong inside flash. E11xx: refused before anything was touched. E22xx: in mid-work. */
import { catalogue } from "../base/mod.ts";
import { optionRows } from "./option_fault_rows.ts";

const RECOVER = {
  text: "Bring the option bytes back to factory values (erases all flash):",
  command: "probekit run recover-option-bytes --set allow_erase=true",
  effect: "destructive",
} as const;
const OPTIONS = {
  text: "See the option bytes:",
  command: "probekit options",
  effect: "read",
} as const;
const AGAIN = "Run the same command again: it goes on where this one stopped";

/** Faults of erasing, programming, reading flash, and of option bytes. */
export const fault = catalogue({
  ...optionRows,
  "flash-read-protected": {
    code: "E1100",
    class: "unit",
    title:
      "This chip is read-protected (RDP level {level}): the debugger may not {access} flash at {at}",
    causes: [{
      text: "whoever programmed it locked it",
      likelihood: "proven",
      because: ["FLASH_OPTCR.RDP = {rdp}"],
    }],
    next: [RECOVER, OPTIONS],
    explain:
      "At read-out protection level 1 the chip answers every access of a debugger to flash with a bus error. Going back to level 0 is possible and erases the whole flash. At level 2 there is no way back.",
  },
  "flash-write-protected": {
    code: "E1101",
    class: "unit",
    title: "Write-protected: {sectors} cannot be {done}",
    causes: [{
      text: "the option bytes protect {it}",
      likelihood: "proven",
      because: ["FLASH_OPTCR.nWRP = {nwrp}: {bits} 0"],
    }],
    next: [
      {
        text: "Take the write protection off:",
        command: "probekit run recover-option-bytes",
        effect: "reversible",
      },
      OPTIONS,
    ],
  },
  "flash-code-protected": {
    code: "E1103",
    class: "unit",
    title: "Closed by PCROP: {sectors} cannot be {done}",
    causes: [{
      text: "the option bytes protect the code in {it}",
      likelihood: "proven",
      because: ["FLASH_OPTCR2.PCROP = {pcrop}"],
    }],
    next: [OPTIONS],
    explain:
      "Code in a PCROP sector may be run and not be read, not even by the chip itself. It is opened only by setting PCROP_RDP and going from RDP level 1 to level 0, which erases it.",
  },
  "flash-core-running": {
    code: "E1104",
    class: "unit",
    title: "The core is running, so flash was not touched",
    causes: [{
      text: "something let it run after it was halted",
      likelihood: "possible",
      because: ["DHCSR {dhcsr}: S_HALT is 0"],
    }],
    next: [{ text: "Halt it first:", command: "probekit reset --halt", effect: "volatile" }],
    explain:
      "Code that runs from flash stops for as long as flash is erased, and may itself write to the flash registers. Flash is erased and programmed with the core halted only.",
  },
  "flash-not-erased": {
    code: "E1105",
    class: "recipe",
    title:
      "Flash at {at} is not erased (it holds {is}), so {length} bytes were not programmed there",
    next: [{
      text: "Erase the sector first, or let probekit decide:",
      command: "probekit flash IMAGE",
      effect: "reversible",
    }],
    explain:
      "Programming can only turn ones into zeros. What is there was read before anything was written.",
  },
  "flash-size-doubtful": {
    code: "E1106",
    class: "unit",
    title: "How much flash this chip has is not certain, so it was not written: {doubt}",
    next: [{ text: "Say how much it has, as on the package: --flash-size 1024" }],
  },
  "flash-locked-until-reset": {
    code: "E1107",
    class: "unit",
    title: "The flash controller refuses its keys until the next reset",
    causes: [{
      text: "wrong keys were written since the last reset, by firmware or by another tool",
      likelihood: "likely",
      because: ["FLASH_CR.LOCK is still 1 after both keys"],
    }],
    next: [{
      text: "Reset the board and run it again:",
      command: "probekit reset --halt",
      effect: "volatile",
    }],
    retryable: true,
    explain:
      "A wrong key, or keys in the wrong order, lock FLASH_CR until a reset. Tools that do not read LOCK back report an erase that never happened.",
  },
  "flash-width-refused": {
    code: "E1108",
    class: "recipe",
    title: "Program width x{bits} needs {needs} V, and the supply measures {volts} V",
    next: [{ text: "Leave the width out: the widest that the supply allows is used" }],
  },
  "flash-supply-too-low": {
    code: "E1109",
    class: "station",
    title: "The supply measures {volts} V, and flash needs {needs} V to be written",
    next: [{ text: "Give the board its full supply and run it again" }],
    retryable: true,
  },
  "flash-outside": {
    code: "E1110",
    class: "recipe",
    title: "{first}..{last} is not all flash of this chip ({flashFrom}..{flashTo})",
    causes: [{ text: "{doubt}", likelihood: "likely" }],
    next: [{ text: "Use addresses inside flash" }],
  },
  "flash-misaligned": {
    code: "E2200",
    class: "tool",
    title: "Programming at {at} failed: the data crosses a 128-bit row (PGAERR)",
    next: [{ text: "Report it together with a trace (--trace FILE)" }],
  },
  "flash-wrong-width": {
    code: "E2201",
    class: "station",
    title: "Programming at {at} failed: the access was not {width} wide (PGPERR)",
    causes: [{
      text: "the probe splits or joins accesses",
      likelihood: "possible",
      because: ["FLASH_CR.PSIZE asks for {width}"],
    }],
    next: [{ text: "Upgrade the probe's firmware, or try another probe" }],
  },
  "flash-wrong-sequence": {
    code: "E2202",
    class: "unit",
    title: "The chip refused to {todo}: wrong sequence (ERSERR)",
    causes: [{
      text: "something else wrote to the flash registers meanwhile",
      likelihood: "possible",
    }],
    next: [{ text: AGAIN, effect: "reversible" }],
    retryable: true,
  },
  "flash-operation-failed": {
    code: "E2203",
    class: "unit",
    title: "The chip could not {todo} (OPERR)",
    causes: [{
      text: "the supply sagged meanwhile",
      likelihood: "possible",
      because: ["the supply measured {volts} V before"],
    }],
    next: [{ text: "Check the supply. " + AGAIN, effect: "reversible" }],
    retryable: true,
  },
  "flash-code-read": {
    code: "E2205",
    class: "unit",
    title: "The chip refused to read {at}: its code is closed to reading (PCROP, RDERR)",
    next: [OPTIONS],
  },
  "flash-stuck-busy": {
    code: "E2206",
    class: "unit",
    title: "Flash is still busy after {ms} ms of {doing}",
    causes: [
      {
        text: "the supply is too low for an erase to end",
        likelihood: "possible",
        because: ["the supply measured {volts} V before"],
      },
      { text: "the flash is worn out or broken", likelihood: "possible" },
    ],
    next: [{
      text: "Switch the board off and on, check its supply, and run it again",
      effect: "reversible",
    }],
    explain: "The time allowed is twice the longest that the datasheet knows.",
  },
  "flash-content-wrong": {
    code: "E2207",
    class: "unit",
    title: "Flash at {at} was programmed with {wants} and reads back {is}",
    causes: [
      {
        text: "the supply sagged meanwhile",
        likelihood: "possible",
        because: ["the supply measured {volts} V before"],
      },
      { text: "the flash is worn out or broken", likelihood: "possible" },
    ],
    next: [{ text: AGAIN, effect: "reversible" }],
    retryable: true,
  },
  "resets-by-itself": {
    code: "E2209",
    class: "unit",
    title: "The chip was reset by something else than probekit while {doing}",
    causes: [{ text: "something pulls NRST low, or the supply drops", likelihood: "possible" }],
    next: [
      {
        text: "If a watchdog does it, see what would change:",
        command: "probekit plan recover-option-bytes",
        effect: "read",
      },
      {
        text: "Attach under reset, with the watchdogs frozen:",
        command: "probekit flash IMAGE --attach under-reset",
        effect: "reversible",
      },
    ],
    retryable: true,
    explain:
      "A hardware watchdog (WWDG_SW or IWDG_SW = 0) starts at every reset and resets the chip some milliseconds later, unless the debugger froze it and keeps the core halted. Flash work is then cut in the middle.",
  },
});
