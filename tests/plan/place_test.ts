import { assertEquals, assertThrows } from "@std/assert";
import { diagnose, Fault } from "../../src/base/mod.ts";
import type { Piece } from "../../src/image/mod.ts";
import { placeImage } from "../../src/plan/mod.ts";
import { F730, F746, LAYOUT, piece, SMALL } from "./support.ts";

const place = (...pieces: Piece[]): readonly Piece[] =>
  placeImage({ file: "app.hex", pieces }, F746, LAYOUT);
const refused = (...pieces: Piece[]): [string, unknown, unknown] => {
  const f = assertThrows(() => place(...pieces), Fault);
  return [f.slug, f.facts["from"], f.facts["first"] ?? f.facts["last"]];
};

Deno.test("placeImage: sorted, and the ITCM view is the same flash", () => {
  const placed = place(piece(0x0800_8000, [2]), piece(0x0020_0000, [1]), piece(0x0800_0010, []));
  assertEquals(placed.map((p) => p.at), [0x0800_0000, 0x0800_8000]);
});

Deno.test("placeImage: each wrong place is its own fault, with the line that names it", () => {
  const at = (address: number) => refused(piece(address, [1, 2, 3, 4], "app.hex:7"));
  assertEquals(at(0x1FFF_0000), ["image-on-option-bytes", "app.hex:7", "0x1FFF0000"]);
  assertEquals(at(0x1FF0_F000)[0], "image-on-otp");
  assertEquals(at(0x1FF0_F400)[0], "image-on-otp");
  assertEquals(at(0x1FF0_0000)[0], "image-on-system-memory");
  assertEquals(at(0x0010_0000)[0], "image-on-system-memory");
  assertEquals(at(0x2000_0000), ["image-outside-flash", "app.hex:7", "0x20000000"]);
  assertEquals(at(0x0000_0000)[0], "image-outside-flash");
  assertEquals(at(0x9000_0000)[0], "image-outside-flash");
  assertEquals(at(0x0810_0000)[0], "image-larger-than-flash");
  assertEquals(at(0x0030_0000)[0], "image-outside-flash");
});

Deno.test("placeImage: one byte too many", () => {
  const whole = piece(0x0800_0000, new Uint8Array(LAYOUT.size));
  assertEquals(place(whole).length, 1);
  const more = piece(0x0800_0000, new Uint8Array(LAYOUT.size + 1), "big.bin");
  const f = assertThrows(() => place(more), Fault);
  assertEquals([f.slug, f.facts["tooMuch"], f.facts["file"]], [
    "image-larger-than-flash",
    1,
    "app.hex",
  ]);
});

Deno.test("placeImage: a piece that only touches a forbidden region at its end", () => {
  const bytes = new Uint8Array(0x1_0001);
  assertEquals(refused(piece(0x1FFE_0000, bytes))[0], "image-on-option-bytes");
});

Deno.test("placeImage: the same flash under two addresses", () => {
  const [slug, from] = refused(
    piece(0x0800_0000, [1, 2], "a.elf"),
    piece(0x0020_0001, [3], "b.elf"),
  );
  assertEquals([slug, from], ["image-pieces-overlap", "a.elf"]);
});

Deno.test("placeImage: an overlap is blamed on the view of flash only when a piece lies there", () => {
  const causes = (second: number) => {
    const image = { file: "x", pieces: [piece(0x0800_0000, [1, 2]), piece(second, [3])] };
    const f = assertThrows(() => placeImage(image, F746, LAYOUT), Fault);
    return diagnose(f).causes.map((c) => c.text);
  };
  assertEquals(causes(0x0800_0001), ["two sections are linked for the same addresses"]);
  assertEquals(causes(0x0020_0001), [
    "one of them is linked for the read-only view of flash at 0x00200000, which is the same memory",
  ]);
});

Deno.test("placeImage: OTP of the F72x is elsewhere", () => {
  const image = { file: "x", pieces: [piece(0x1FF0_7800, [1])] };
  assertEquals(assertThrows(() => placeImage(image, F730, SMALL), Fault).slug, "image-on-otp");
});
