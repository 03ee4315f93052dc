import { assertEquals } from "@std/assert";
import { catalogue, diagnose } from "../../src/base/mod.ts";
import { renderDiagnostic } from "../../src/cli/render_fault.ts";

const fault = catalogue({
  "link-silent": {
    code: "E2107",
    class: "station",
    title: "The chip on {place} does not answer",
    causes: [{
      text: "the board is not powered properly",
      likelihood: "likely",
      because: ["{volts} V"],
    }],
    next: [{
      text: "Power the board, check the GND wire, then",
      command: "probekit info",
      effect: "read",
    }],
    retryable: true,
  },
});

Deno.test("renderDiagnostic: a device fault in full", () => {
  const f = fault("link-silent", { place: "1-4", volts: 1.55 }, {
    doing: "comparing sector 0 with hello.hex",
    board: { state: "untouched", text: "nothing was written" },
    step: { id: "program", uses: "flash.ensure", attempt: 1 },
    where: {
      file: "flash.yaml",
      line: 36,
      column: 11,
      endColumn: 23,
      snippet: "    uses: flash.ensure",
    },
    evidence: [
      { what: "target voltage", value: "1.55 V" },
      { what: "FLASH_OPTCR", value: "0x00FFAAED", decoded: { WWDG_SW: "hardware" } },
    ],
  });
  assertEquals(
    renderDiagnostic(diagnose(f)),
    `error[E2107 link-silent]: The chip on 1-4 does not answer
 --> flash.yaml:36:11  (step program, flash.ensure)
   |
36 |     uses: flash.ensure
   |           ^^^^^^^^^^^^
  = while: comparing sector 0 with hello.hex
  = seen:  target voltage 1.55 V
           FLASH_OPTCR 0x00FFAAED: WWDG_SW = hardware
  = board: untouched: nothing was written
  = cause: the board is not powered properly (likely: 1.55 V)
  = next:  Power the board, check the GND wire, then
             probekit info   [reads only]
  = exit 21; may be repeated; more: probekit explain E2107`,
  );
});

Deno.test("renderDiagnostic: colours only when asked", () => {
  const d = diagnose(fault("link-silent", { place: "1-4" }));
  assertEquals(renderDiagnostic(d).includes("\x1b"), false);
  // deno-lint-ignore no-control-regex
  assertEquals(renderDiagnostic(d, true).replace(/\x1b\[\d+m/g, ""), renderDiagnostic(d));
});

const placed = (snippet: string, column: number, endColumn: number): string =>
  renderDiagnostic(diagnose(fault("link-silent", { place: "1-4" }, {
    where: { file: "x.yaml", line: 7, column, endColumn, snippet },
  })));

Deno.test("renderDiagnostic: nothing of a file or a chip steers the terminal", () => {
  const shown = placed("name: \u001b[31ma\u0007\u202eb\u009b", 7, 9);
  assertEquals(shown.split("\n")[3], "7 | name: ␛[31ma␇\ufffdb\ufffd");
  const title = renderDiagnostic(diagnose(fault("link-silent", { place: "\u001b]0;x\u0007" })));
  assertEquals(
    title.split("\n")[0],
    "error[E2107 link-silent]: The chip on ␛]0;x␇ does not answer",
  );
});

Deno.test("renderDiagnostic: of a very long line the part around the mark is shown", () => {
  const line = `${"a".repeat(5000)}WRONG${"b".repeat(5000)}`;
  const [, , , text, marks] = placed(line, 5001, 5006).split("\n");
  assertEquals(text, `7 | …${"a".repeat(60)}WRONG${"b".repeat(135)}…`);
  assertEquals(marks, `  | ${" ".repeat(61)}^^^^^`);
  const [, , , start, all] = placed("c".repeat(1000), 1, 1001).split("\n");
  assertEquals(start, `7 | ${"c".repeat(200)}…`);
  assertEquals(all, `  | ${"^".repeat(201)}`);
});

Deno.test("renderDiagnostic: a tab before the mark is as wide below it", () => {
  const [, , , text, marks] = placed("a:\tb\tWRONG", 6, 11).split("\n");
  assertEquals([text, marks], ["7 | a:\tb\tWRONG", "  |   \t \t^^^^^"]);
});
