/** Arbitrary bytes from a client that means no good, or is broken. */
import fc from "fast-check";
import { frame, latin1 } from "../../../src/gdb/packet.ts";

const text = (s: string) => new TextEncoder().encode(s);

/** What a broken or hostile client may say. None of it lets a core run. */
const WORDS = [
  "qSupported:a+;b+",
  "g",
  "G00",
  "m20000000,40",
  "m0,ffffffff",
  "M20000000,2:zz",
  "X20000000,4:}",
  "x20000000,ffffffff",
  "p1f",
  "P1=00",
  "Z0,20000000,2",
  "z0,20000000,2",
  "Z1,8000001,2",
  "Z2,20000000,3",
  "Z9,,",
  "qXfer:features:read:target.xml:ffffffff,ffffffff",
  "qXfer:memory-map:read::0,10",
  "qRcmd,6d6462",
  "qRcmd,zz",
  "qCRC:20000000,10",
  "vFlashErase:08000000,",
  "vFlashErase:08000000,00008000",
  "vFlashWrite:8000000:abc",
  "vFlashWrite:8ffffff:abc",
  "vFlashDone",
  "vCont;",
  "vCont;t",
  "vCont;r0,0:1",
  "vMustReplyEmpty",
  "!",
  "H",
  "D;zz",
];
/** One of them. */
const word = fc.constantFrom(...WORDS);
/** Bytes: well framed, with one thing wrong, or none of it. */
export const garbage = fc.oneof(
  word.map((w) => frame(w)),
  // a detach is no garbage
  fc.string({ maxLength: 60 }).filter((w) => !w.startsWith("D")).map((w) => frame(latin1(w))),
  fc.tuple(word, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([w, at, b]) => {
    const bytes = frame(w);
    bytes[at % bytes.length] = b;
    return bytes;
  }),
  fc.tuple(word, fc.nat()).map(([w, n]) => frame(w).subarray(0, n % (w.length + 4))),
  fc.uint8Array({ maxLength: 300 }),
  fc.constantFrom(
    text("+"),
    text("-"),
    text("---"),
    Uint8Array.of(3),
    text("$$$$"),
    text("#00#zz"),
  ),
);
