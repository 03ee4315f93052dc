/** Bad input: each case has its own code, what was seen, the board's state and what to do next; and nothing was written. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { encodeHex, encodeSrec } from "../../mod.ts";
import { firmware, Folder, normalised, probekit, ROOT } from "../cli/support/program.ts";
import { lastingWrites } from "../cli/support/wire.ts";

const AT = 0x0800_0000;
const HELLO_ELF = Deno.readFileSync(`${ROOT}/tests/fixtures/hello.elf`);
const small = firmware(0x400);
const hex = encodeHex([{ at: AT, bytes: small }]);
const srec = encodeSrec([{ at: AT, bytes: small }]);
const lines = (text: string) => text.split("\n");

/** UF2: 512-byte blocks with 256 bytes each; format: microsoft/uf2 README. */
function uf2(bytes: Uint8Array, at = AT): Uint8Array {
  const count = Math.ceil(bytes.length / 256);
  const out = new Uint8Array(512 * count);
  const view = new DataView(out.buffer);
  for (let i = 0; i < count; i++) {
    const words = [0x0A32_4655, 0x9E5D_5157, 0x2000, at + 256 * i, 256, i, count, 0x53B8_0F00];
    words.forEach((w, n) => view.setUint32(512 * i + 4 * n, w, true));
    out.set(bytes.subarray(256 * i, 256 * i + 256), 512 * i + 32);
    view.setUint32(512 * i + 508, 0x0AB1_6F30, true);
  }
  return out;
}
/** A copy with one bit turned over. */
function flipped(bytes: Uint8Array, at: number, bit = 0): Uint8Array {
  const out = bytes.slice();
  out[at] = (out[at] ?? 0) ^ (1 << bit);
  return out;
}
const changed = (text: string, line: number, change: (l: string) => string): string =>
  lines(text).map((l, i) => i === line ? change(l) : l).join("\n");

interface Case {
  readonly name: string;
  /** the code and its slug */
  readonly code: string;
  readonly exit: number;
  /** files to make */
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
  /** the command line; DIR is the folder */
  readonly type: string;
  readonly board?: string;
}
const image = (
  name: string,
  file: string,
  content: Uint8Array | string,
  code: string,
  more: string = "",
): Case => ({
  name,
  code,
  exit: Number(code.slice(1, 3)),
  files: { [file]: content },
  type: `flash DIR/${file} ${more}`.trim(),
});
const onBoard = (name: string, scenario: string, type: string, code: string): Case => ({
  name,
  code,
  exit: Number(code.slice(1, 3)),
  files: { "app.hex": hex },
  type,
  board: `stm32f746g-disco?scenario=${scenario}`,
});
const recipe = (name: string, text: string, code: string): Case => ({
  name,
  code,
  exit: Number(code.slice(1, 3)),
  files: { "app.hex": hex, "mine.yaml": text },
  type: "run DIR/mine.yaml",
});
const RECIPE = `recipe: v1
name: mine
summary: A recipe of the test.
effect: reversible
target:
  chips: [stm32f7*]
  attach: halt
steps:
  - id: program
    uses: flash.ensure
    with:
      image: app.hex
`;

const CASES: readonly Case[] = [
  image("HEX, cut in a record", "app.hex", hex.slice(0, 511), "E0275"),
  image("HEX, cut between records", "app.hex", lines(hex).slice(0, 9).join("\n") + "\n", "E0275"),
  image("HEX, one bit turned over", "app.hex", changed(hex, 4, (l) => l.replace(/.$/, (c) =>
    (parseInt(c, 16) ^ 1).toString(16).toUpperCase())), "E0273"),
  image("HEX, no hexadecimal digit", "app.hex", changed(hex, 3, (l) => l.replace(/.$/, "G")), "E0274"),
  image("SREC, cut in a record", "app.srec", srec.slice(0, 511), "E0275"),
  image("SREC, wrong checksum", "app.srec", changed(srec, 4, (l) => l.replace(/..$/, (c) =>
    (parseInt(c, 16) ^ 0x10).toString(16).toUpperCase().padStart(2, "0"))), "E0273"),
  image("ELF, cut", "app.elf", HELLO_ELF.slice(0, 300), "E0275"),
  image("ELF, cut in its last segment", "app.elf", HELLO_ELF.slice(0, 0x1080), "E0275"),
  image("ELF, bit flipped in its magic", "app.elf", flipped(HELLO_ELF, 1), "E0282"),
  image("ELF, for another machine", "app.elf", flipped(HELLO_ELF, 18), "E0281"),
  image("UF2, cut", "app.uf2", uf2(small).slice(0, 900), "E0275"),
  image("UF2, bit flipped in a block", "app.uf2", flipped(uf2(small), 512), "E0282"),
  image("UF2, a block missing", "app.uf2", uf2(small).slice(0, 1024), "E0275"),
  image("raw binary without a base", "app.bin", small, "E0271"),
  image("empty file", "app.hex", "", "E0275"),
  image("no such format", "app.txt", "hello", "E0245"),
  image("larger than flash", "app.bin", new Uint8Array(1024 * 1024 + 4), "E0294", "--base 0x08000000"),
  image("in RAM", "app.hex", encodeHex([{ at: 0x2000_0000, bytes: small }]), "E0290"),
  image("over the option bytes", "app.hex", encodeHex([{ at: 0x1FFF_0000, bytes: small.slice(0, 32) }]), "E0291"),
  image("over the OTP", "app.hex", encodeHex([{ at: 0x1FF0_F000, bytes: small.slice(0, 32) }]), "E0292"),
  image("two pieces for one place", "app.hex",
    lines(hex).slice(0, 3).join("\n") + "\n" + lines(hex).slice(1).join("\n"), "E0277"),
  { name: "no such file", code: "E0201", exit: 2, type: "flash DIR/missing.hex" },
  { name: "no such sector", code: "E0295", exit: 2, type: "erase --sectors 0..11 --yes" },
  { name: "sectors that are no list", code: "E0245", exit: 2, type: "erase --sectors zero --yes" },
  { name: "no such recipe", code: "E0201", exit: 2, type: "run no-such-recipe" },
  recipe("unknown key", RECIPE + "    retries: 3\n", "E0210"),
  recipe("unknown parameter", RECIPE + "      verfy: true\n", "E0210"),
  recipe("unknown action", RECIPE.replace("flash.ensure", "flash.ensures"), "E0216"),
  recipe("wrong type", RECIPE + "      base: [1, 2]\n", "E0211"),
  recipe("unknown chip", RECIPE.replace("stm32f7*", "stm32f7469"), "E0217"),
  recipe("tab in the indentation", RECIPE.replace("  - id", "\t- id"), "E0262"),
  { name: "wrong type of an input", code: "E0245", exit: 2, type: "run erase --set sectors=0 --set allow_erase=maybe" },
  { name: "unknown input", code: "E0246", exit: 2, type: "run erase --set sector=0" },
  { name: "missing input", code: "E0244", exit: 2, type: "run flash" },
  { ...recipe("chip of another family", RECIPE.replace("stm32f7*", "stm32f72*"), "E1150"), exit: 11 },
  onBoard("read protection level 1, flash", "rdp1", "flash DIR/app.hex", "E1100"),
  onBoard("read protection level 1, verify", "rdp1", "verify DIR/app.hex", "E1100"),
  onBoard("read protection level 1, read", "rdp1", "read 0x08000000 64", "E1100"),
  onBoard("read protection level 1, backup", "rdp1", "backup --to DIR/backup", "E1158"),
  onBoard("read protection level 1, recover without a word", "rdp1", "recover --backup DIR/b", "E1158"),
  onBoard("read protection level 2", "rdp2", "info", "E2107"),
  onBoard("write-protected sector", "wrp", "flash DIR/app.hex", "E1101"),
  onBoard("hardware window watchdog", "wwdg-hw", "flash DIR/app.hex", "E1155"),
  onBoard("hardware independent watchdog", "iwdg-hw", "flash DIR/app.hex", "E1155"),
  onBoard("voltage too low to write option bytes", "low-voltage", "recover --backup DIR/b", "E1153"),
  onBoard("no target voltage", "no-power", "info", "E2106"),
  onBoard("NRST shorted to ground", "nrst-held", "info", "E2110"),
  onBoard("program takes the SWD pins", "swd-disabled", "info", "E2107"),
  onBoard("erase without a word", "factory", "erase", "E3000"),
  onBoard("old probe firmware", "old-firmware", "info", "E2030"),
  { name: "unknown virtual board", code: "E0203", exit: 2, type: "info", board: "stm32f746g-disc" },
  { name: "unknown scenario", code: "E0204", exit: 2, type: "info", board: "stm32f746g-disco?scenario=nought" },
];

/** What the board holds, by the file that keeps it. */
const held = (file: string): string => {
  try {
    return Deno.readFileSync(file).join();
  } catch {
    return "no file";
  }
};

for (const c of CASES) {
  Deno.test(`bad input: ${c.name}`, async (t) => {
    using dir = new Folder();
    for (const [name, content] of Object.entries(c.files ?? {})) dir.put(name, content);
    const state = dir.at("board.pk");
    const board = c.board ?? "stm32f746g-disco";
    const probe = `sim:${board}${board.includes("?") ? "&" : "?"}state=${state}`;
    const known = board.startsWith("stm32f746g-disco") && !board.includes("nought");
    if (known) await probekit(["options", "--probe", probe]);
    const before = held(state);
    const trace = dir.at("trace.jsonl");

    const words = c.type.replaceAll("DIR", dir.path).split(" ");
    const { exit, out, err } = await probekit([...words, "--probe", probe, "--trace", trace]);
    await t.assertSnapshot(normalised(`$ probekit ${c.type}\n${out}${err}exit ${exit}\n`, dir));

    assertMatch(err, new RegExp(`^(error|warning)\\[${c.code} `, "m"));
    assertEquals(exit, c.exit);
    assertMatch(err, /= next: /);
    assert(!/\{\w+\}|undefined|NaN|\[object/.test(err), err);
    assertEquals(held(state), before);
    const wire = held(trace) === "no file" ? "" : Deno.readTextFileSync(trace);
    if (wire !== "") {
      assertEquals(lastingWrites(wire), []);
      assertMatch(err, /= board: /);
    }
  });
}
