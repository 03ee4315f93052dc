import { assertEquals, assertStringIncludes } from "@std/assert";
import { amount, ProgressView } from "../../src/cli/progress.ts";

function view(terminal: boolean, columns?: number) {
  let text = "";
  let t = 0;
  const progress = new ProgressView(
    (s) => void (text += s),
    terminal,
    false,
    () => t,
    columns,
  );
  return { progress, text: () => text, pass: (ms: number) => void (t += ms) };
}

Deno.test("progress: off a terminal one line for each act, when it is done", () => {
  const v = view(false);
  v.progress.update({ what: "program", done: 0, total: 65536, unit: "B" });
  v.pass(500);
  v.progress.update({ what: "program", done: 32768, total: 65536, unit: "B" });
  v.pass(500);
  v.progress.update({ what: "program", done: 65536, total: 65536, unit: "B" });
  v.progress.update({ what: "erase", done: 5, total: 5, unit: "sectors" });
  assertEquals(v.text(), "  program  64 KiB  64.0 KiB/s\n  erase    5 sectors\n");
});

Deno.test("progress: on a terminal one moving line, ended before other text", () => {
  const v = view(true);
  v.progress.update({ what: "program", done: 0, total: 2048, unit: "B" });
  v.pass(1000);
  v.progress.update({ what: "program", done: 1024, total: 2048, unit: "B" });
  assertStringIncludes(
    v.text(),
    "\r\x1b[2K  program  ████████████░░░░░░░░░░░░  50%  1 KiB of 2 KiB  1.0 KiB/s",
  );
  v.progress.end();
  assertEquals(v.text().endsWith("\n"), true);
  v.progress.end();
  assertEquals(v.text().endsWith("\n\n"), false);
});

Deno.test("progress: the moving line is never wrapped, however narrow the terminal is", () => {
  const shown = [200, 72, 60, 45, 40, 20, 12, 1].map((columns) => {
    const v = view(true, columns);
    v.progress.update({ what: "program", done: 0, total: 2048, unit: "B" });
    v.pass(1000);
    v.progress.update({ what: "program", done: 1024, total: 2048, unit: "B" });
    const line = v.text().split("\r\x1b[2K").at(-1) ?? "";
    assertEquals(line.length < columns, true, `${columns}: ${line}`);
    return line;
  });
  assertEquals(shown, [
    "  program  ████████████░░░░░░░░░░░░  50%  1 KiB of 2 KiB  1.0 KiB/s",
    "  program  ████████████░░░░░░░░░░░░  50%  1 KiB of 2 KiB  1.0 KiB/s",
    "  program  ████████████░░░░░░░░░░░░  50%  1 KiB of 2 KiB",
    "  program  ████████████░░░░░░░░░░░░  50%",
    "  program   50%",
    "  program   50%",
    "  program  ",
    "",
  ]);
});

Deno.test("amount: bytes become KiB, other things keep their name", () => {
  assertEquals([amount(1536, "B"), amount(12, "B"), amount(3, "sectors")], [
    "1.5 KiB",
    "12 B",
    "3 sectors",
  ]);
});
