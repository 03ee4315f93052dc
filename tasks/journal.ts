import { REPORT_OPTIONS, STATION_OPTION, type Verb, verifyJournal } from "../src/cli/mod.ts";

/** `probekit journal verify` */
export const journal: Verb = {
  name: "journal",
  summary: "check that a station's records are all there, and as they were written",
  details:
    "Each record holds the hash of the one before it and is signed with the station's key. What was cut off\n" +
    "at the end shows only with --tip: the hash of a record that is known from elsewhere.",
  args: [{ name: "<what>", summary: "verify", choices: ["verify"] }],
  options: [
    STATION_OPTION,
    { flags: "--tip <hash>", summary: "a record with this hash has to be there" },
    ...REPORT_OPTIONS,
  ],
  run: verifyJournal,
};
