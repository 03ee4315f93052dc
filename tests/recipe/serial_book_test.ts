import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Fault } from "../../src/base/mod.ts";
import { SerialBook, type SerialEntry, type SerialRules } from "../../src/recipe/mod.ts";

const RULES: SerialRules = { prefix: "X", digits: 3, blocks: [{ from: 5, to: 9 }] };
const entry = (kind: SerialEntry["kind"], serial: string, uid: string): SerialEntry => ({
  serials: "1.0",
  kind,
  serial,
  uid,
  order: "o",
  run: "r",
  at: "2026-11-26T00:00:00Z",
});
const slugOf = (work: () => unknown): string => {
  try {
    work();
    return "none";
  } catch (e) {
    if (e instanceof Fault) return e.slug;
    throw e;
  }
};

Deno.test("the first free number of the blocks, and the same for the same chip", () => {
  const book = new SerialBook(RULES, [entry("reserve", "X005", "a"), entry("commit", "X006", "b")]);
  assertEquals(book.reserve({ uid: "c", order: "o" }).serial, "X007");
  assertEquals(book.reserve({ uid: "a", order: "o" }).serial, "X005");
  assertEquals(book.reserve({ uid: "b", order: "o" }).had?.committed, true);
  const freed = new SerialBook(RULES, [
    entry("reserve", "X005", "a"),
    entry("release", "X005", "a"),
  ]);
  assertEquals(freed.reserve({ uid: "z", order: "o" }).serial, "X005", "a failed unit burns none");
});

Deno.test("two live numbers of one chip are refused, however they came", () => {
  const twice = new SerialBook(RULES, [entry("commit", "X005", "a"), entry("commit", "X006", "a")]);
  assertEquals(slugOf(() => twice.reserve({ uid: "a", order: "o" })), "serial-uid-twice");
  assertEquals(slugOf(() => twice.ofChip("a")), "serial-uid-twice");
  assertEquals(twice.ofChip("b"), undefined);
});

Deno.test("property: no number belongs to two chips, no chip has two, whatever is asked in which order", () => {
  const uid = fc.constantFrom("a", "b", "c", "d", "e", "f", "g");
  const wanted = fc.option(fc.constantFrom("X005", "X006", "X009", "X010", "Y005"), {
    nil: undefined,
  });
  const op = fc.oneof(
    fc.record({ do: fc.constant("reserve" as const), uid, wanted }),
    fc.record({ do: fc.constantFrom("commit" as const, "release" as const), uid }),
  );
  fc.assert(
    fc.property(fc.array(op, { maxLength: 40 }), (ops) => {
      const entries: SerialEntry[] = [];
      const had = new Map<string, string>();
      for (const o of ops) {
        const book = new SerialBook(RULES, entries);
        try {
          if (o.do === "reserve") {
            const r = book.reserve({ uid: o.uid, order: "o", wanted: o.wanted });
            assertEquals(had.get(o.uid) ?? r.serial, r.serial);
            if (!r.had) entries.push(entry("reserve", r.serial, o.uid));
            had.set(o.uid, r.serial);
          } else {
            const serial = book.ofChip(o.uid)?.serial ?? "X005";
            book.require(serial, o.uid);
            entries.push(entry(o.do, serial, o.uid));
            if (o.do === "release") had.delete(o.uid);
          }
        } catch (e) {
          if (!(e instanceof Fault)) throw e;
        }
        const { live } = new SerialBook(RULES, entries);
        assertEquals(new Set(live.map((h) => h.uid)).size, live.length);
        assertEquals(new Set(live.map((h) => h.serial)).size, live.length);
        assertEquals(new Map(live.map((h) => [h.uid, h.serial])), had);
        for (const h of live) assertEquals(/^X00[5-9]$/.test(h.serial), true);
      }
    }),
    { numRuns: 300 },
  );
});
