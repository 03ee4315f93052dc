/** What can be wrong with a command line, and with probekit itself. */
import { catalogue } from "../base/mod.ts";
import { DEBUG_ROWS } from "./faults_debug.ts";

/** Faults of the command line. */
export const fault = catalogue({
  ...DEBUG_ROWS,
  "bad-usage": {
    code: "E0200",
    class: "recipe",
    title: "{what}",
    next: [{ text: "See what the verb takes:", command: "probekit {verb} --help" }],
    explain: "The command line names something the verb does not take. Nothing was touched.",
  },
  "bug": {
    code: "E0100",
    class: "tool",
    title: "probekit itself failed: {what}",
    next: [{ text: "Report it together with {crashFile}" }],
    explain:
      "An error that no part of probekit expected. The crash file holds the command, the versions and the stack; it holds no image data.",
  },
  "demo-went-wrong": {
    code: "E0101",
    class: "tool",
    title: "The demo's `probekit {command}` ended with {got}, not with {exit}",
    next: [
      { text: "If what it said above is about this machine (disk, permissions), mend that" },
      { text: "Else report it: the virtual board and probekit disagree" },
    ],
  },
  "cannot-read-file": {
    code: "E0201",
    class: "recipe",
    title: "Cannot read {file}: {why}",
    next: [{ text: "Check the name and the permissions of {file}" }],
  },
  "journal-not-written": {
    code: "E2060",
    class: "station",
    title: "Cannot note in {file} what is about to be overwritten, so it was not: {why}",
    next: [
      { text: "Check the folder's permissions and its free space" },
      { text: "Or name another folder for it: --journal FOLDER" },
    ],
    explain:
      "Before something is erased or option bytes are written, what was there is noted on the disk, so that an interruption can be told and undone. Without that note nothing is written.",
  },
  "cannot-write-file": {
    code: "E0202",
    class: "station",
    title: "Cannot write {file}: {why}",
    next: [{ text: "Check the folder's permissions and its free space" }],
  },
  "stdout-not-written": {
    code: "E2066",
    class: "station",
    title: "Standard output could not be written: {why}",
    next: [{
      text: "Make room, or send it elsewhere, and run it again: what is done already is found done",
    }],
    explain:
      "The work went on to its end without it, and what it did is not undone; only what it would have said is missing. When the work itself failed, that error and its exit code count.",
  },
  "packages-missing": {
    code: "E2067",
    class: "station",
    title: "A package that probekit needs is not on this machine and could not be fetched: {why}",
    next: [
      { text: "Run it once where the network is; from then on it needs none" },
      {
        text:
          "Behind a proxy that signs for others, trust what this system trusts: DENO_TLS_CA_STORE=system",
      },
      {
        text:
          "Deno keeps packages in DENO_DIR, else below HOME: name a folder that may be written to",
      },
    ],
    explain:
      "probekit is started from its sources; Deno fetches the few npm packages that deno.lock names at the first start, and holds them against the hashes there. Nothing was touched.",
  },
  "result-not-written": {
    code: "E2065",
    class: "station",
    title: "The result could not be written to {file}: {why}",
    next: [
      { text: "Make room, then run it again: what is done already is found done" },
      { text: "Or let --json print the result, without a file" },
    ],
    explain:
      "The work itself was over by then, and what the result would have said is not undone. {file} holds what it held before, or is not there; a result is never written in part. There was room for it when the work began.",
  },
  "read-not-kept": {
    code: "E2068",
    class: "station",
    title: "What was read could not be written to {file}: {why}",
    next: [
      { text: "Check the folder's permissions and its free space, then run it again" },
      {
        text:
          "Or name another folder: --backup FOLDER of recover and options, --to FOLDER of backup",
      },
    ],
    explain:
      "A step of the run had read something of the board and could not keep it. The file holds what it held before, or is not there. The steps after it were not done.",
  },
  "busy": {
    code: "E7510",
    class: "station",
    title: "Busy: {what} is in use by {holder}",
    next: [
      { text: "Wait until it is free: repeat the command with --wait-lock 60s" },
      { text: "Or end that process, when it is not needed any more" },
    ],
    retryable: true,
    explain:
      "Two programs that talk to one probe would take each other's answers. probekit therefore holds a lock of the operating system as long as it uses the probe. The system lets go of it when the process ends, even when it is killed, so there is nothing to clean up.",
  },
});
