/** `equals` of a measurement: a number is one however it is written. */
import { assertEquals, bench, run } from "./support.ts";

const recipe = (measure: string): string =>
  `recipe: v1
name: x
summary: s
effect: read
steps:
  - id: ob
    uses: option-bytes.read
    measure:
${measure}
`;

Deno.test("equals: hexadecimal, underscores, decimals, words", async () => {
  const text = recipe(`      - { name: word, value: value.word, equals: 0xC0FF_AAFD }
      - { name: level, value: value.rdp_level, equals: 0.0 }
      - { name: watchdog, value: value.hw_watchdog, equals: false }
      - { name: as_text, value: "string(value.rdp_level)", equals: "0" }`);
  const { result, shown } = await run(bench("factory"), text);
  assertEquals(result.outcome, "PASS", shown);
  const other = recipe(`      - { name: word, value: value.word, equals: 0xC0FF_AAFE }`);
  assertEquals((await run(bench("factory"), other)).result.outcome, "FAIL");
  const text2 = recipe(
    `      - { name: as_text, value: "string(value.rdp_level)", equals: "0x0" }`,
  );
  assertEquals((await run(bench("factory"), text2)).result.outcome, "FAIL");
});
