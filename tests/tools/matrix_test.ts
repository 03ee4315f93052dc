/** The matrix: its page is its record, what is unknown fails a cell, and its programs are what they say. */
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { COLUMNS, renewed } from "../../tasks/matrix.ts";
import { STORIES } from "../../tasks/matrix_stories.ts";
import { page, type Ran, readRecord, recorded, ROWS } from "../../tasks/matrix_page.ts";
import { has, HERE } from "./support/cells.ts";
import {
  type Cell,
  type Column,
  type Operation,
  OPERATIONS,
  runCell,
  seen,
} from "./support/matrix.ts";
import { intelHex } from "./support/programs.ts";
import { BOARD, openocdArgs, toolTest } from "./support/tool.ts";

const PAGE = new URL("./matrix.md", import.meta.url);
/** without what a formatter does to a table */
const plain = (text: string): string => text.replaceAll(/[\s-]+/g, " ");

Deno.test("matrix.md is written from matrix.json, and has all rows and columns", async () => {
  const text = await Deno.readTextFile(PAGE);
  const ran = readRecord();
  assertEquals(plain(text), plain(page(ran)));
  assertEquals(ran.map((r) => r.title), COLUMNS.map((c) => c.title));
  for (const title of Object.values(OPERATIONS)) assertStringIncludes(text, `| ${title} `);
});
Deno.test("matrix.md: no cell fails; every column has a version, and a day", () => {
  for (const { title, version, date, results } of readRecord()) {
    assertMatch(version, /\d+\.\d+/, title);
    assertMatch(date, /^\d{4}-\d\d-\d\d$/, title);
    for (const o of ROWS) assert(results[o].mark !== "FAIL", `${title}: ${OPERATIONS[o]}`);
  }
});
Deno.test("matrix: a column of another day says so in the table", () => {
  const [first, ...rest] = readRecord();
  assert(first !== undefined);
  const old: Ran = { ...first, date: "2001-02-03" };
  assertStringIncludes(page([old, ...rest]), `| ${first.title} (2001-02-03) |`);
});
Deno.test("matrix: a record that is damaged is no record", () => {
  assertEquals(recorded(JSON.stringify(readRecord())).length, COLUMNS.length);
  const [first] = readRecord();
  assertThrows(
    () => recorded(JSON.stringify([{ ...first, results: {} }])),
    Error,
    "is not a record",
  );
});

Deno.test("matrix: a tool that is absent keeps its day and version, and how to get it is said", async () => {
  const before: readonly Ran[] = readRecord().map((r) => ({ ...r, date: "2001-02-03" }));
  const said: string[] = [];
  const { ran, after } = await renewed(COLUMNS, before.filter((r) => r.title !== "pyOCD"), {
    wanted: () => true,
    here: (c) => c.title === "st-flash",
    run: (c) => {
      const old = before.find((r) => r.title === c.title);
      assert(old !== undefined);
      return Promise.resolve({ ...old, date: "2026-11-26" });
    },
    say: (line) => void said.push(line),
  });
  assertEquals(ran.map((r) => r.title), ["st-flash"]);
  // pyOCD is neither here nor was it ever: nothing is said of its cells
  assertEquals(after.map((r) => [r.title, r.date]), [
    ["OpenOCD hla", "2001-02-03"],
    ["OpenOCD dapdirect", "2001-02-03"],
    ["st-flash", "2026-11-26"],
    ["probe-rs", "2001-02-03"],
    ["probekit", "2001-02-03"],
  ]);
  assertStringIncludes(page(after), "| probe-rs (2001-02-03) |");
  const probeRs = before.find((r) => r.title === "probe-rs");
  assertEquals(said.filter((l) => /^(probe-rs|pyOCD) /.test(l)), [
    "pyOCD is not installed: pip install pyocd==0.46.0",
    "probe-rs is not installed: apt-get install qemu-system-x86 && cargo install probe-rs-tools --locked; " +
    `kept: ${probeRs?.version}, of 2001-02-03`,
  ]);
});

Deno.test("stories: what tools said that CI has not is recorded with version and day", async () => {
  for (const column of COLUMNS.filter((c) => c.flash !== undefined)) {
    const { version } = readRecord().find((r) => r.title === column.title) ?? { version: "" };
    const number = /\d+\.\d+\.\d+/.exec(version)?.[0] ?? "no version";
    for (const scenario of STORIES) {
      const name = `${scenario}-${column.title.toLowerCase()}.txt`;
      const text = await Deno.readTextFile(new URL(`./transcripts/${name}`, import.meta.url));
      assertMatch(
        text,
        new RegExp(`^# ${column.title} ${number}, recorded on \\d{4}-\\d\\d-\\d\\d `),
      );
      assertStringIncludes(text, `scenario=${scenario}`);
      assertStringIncludes(text, "# Afterwards flash does not hold the image; resets: ");
      assertMatch(text, /\n\$ [\s\S]*\nexit 1\n$/);
    }
  }
});

/** OpenOCD asks for one thing. */
function asking(check: (text: string) => boolean, ...commands: readonly string[]): Column {
  const ask: Cell = (b) =>
    seen(b, check, "openocd", ...openocdArgs("dapdirect", "init", ...commands, "exit"));
  const cells = Object.fromEntries(ROWS.map((o) => [o, ask])) as Record<Operation, Cell>;
  return {
    title: "OpenOCD",
    program: "openocd",
    version: () => Promise.resolve("0"),
    install: "",
    board: BOARD,
    where: HERE,
    cells,
  };
}
toolTest("openocd", "matrix: a command that the probe does not know fails the cell", async () => {
  const column = asking(has("0x42"), "st-link cmd 2 0xf2 0x7e");
  const { mark, line } = await runCell(column, "identify");
  assertEquals(mark, "FAIL");
  assertEquals(
    line,
    "OpenOCD asked what the board does not know: V2J37M26 does not know the command " +
      "(F2 7E 00 00 00 00 00 00 00 00 00 00 00 00 00 00)",
  );
});
toolTest("openocd", "matrix: a register that the chip's model has not fails the cell", async () => {
  const column = asking(has("0xe0042010: 00000000"), "halt", "mdw 0xE0042010");
  const { mark, line } = await runCell(column, "identify");
  assertEquals(mark, "FAIL");
  assertStringIncludes(
    line,
    "OpenOCD asked what the board does not know: read of DBGMCU at 0xE0042010",
  );
});
toolTest("openocd", "matrix: the same tool with what is known passes", async () => {
  const column = asking(has("0xe0042000: 10016449"), "halt", "mdw 0xE0042000");
  assertEquals((await runCell(column, "identify")).mark, "pass");
});

Deno.test("Intel HEX of the cells: a known record, an end", () => {
  assertEquals(intelHex(Uint8Array.of(0x02, 0x33, 0x7A)).split("\n"), [
    ":020000040800F2",
    ":0300000002337A4E",
    ":00000001FF",
    "",
  ]);
});
