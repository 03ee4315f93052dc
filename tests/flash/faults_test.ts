/** Every row of flash/'s catalogue, produced once; the snapshot is the text that its reader sees. */
import { assert, assertEquals } from "@std/assert";
import { diagnose, type Fault, type Memory } from "../../src/base/mod.ts";
import { renderDiagnostic } from "../../src/cli/render_fault.ts";
import {
  flashFault,
  type OpenedFlash,
  openFlash,
  type OptionPlan,
  profileWishes,
  requireStaysOpen,
} from "../../src/flash/mod.ts";
import { type FakeBoard, type FakeWish, faultOf } from "./support/fake_board.ts";
import { noise, type Opened, opened } from "./support/open.ts";

const AT = 0x0800_0000;
type Act = (o: Opened) => unknown;
const scene = (wish: FakeWish, act: Act) => async (): Promise<Fault> => {
  const o = await opened(wish);
  return await faultOf(() => Promise.resolve().then(() => act(o)));
};
const [OPTCR, WORD0] = [0x4002_3C14, 0x1FFF_0000];
/** Memory that has these words and zeros elsewhere. */
const registersOf = (words: Readonly<Record<number, number>>): Memory => ({
  read: () => Promise.reject(new Error("not read")),
  write: () => Promise.reject(new Error("not written")),
  batch: (steps) =>
    Promise.resolve(Uint32Array.from(steps, (s) => "read" in s ? words[s.read] ?? 0 : 0)),
});
const first = (flash: OpenedFlash) => flash.layout.sectors.slice(0, 1);
const erasing = (spoil: (b: FakeBoard) => void, wish: FakeWish = {}) =>
  scene(wish, ({ board, flash }) => {
    board.onErase = () => spoil(board);
    return flash.erase(first(flash));
  });
const programming = (bit: number, wish: FakeWish = {}) =>
  scene(wish, ({ board, flash }) => {
    let n = 0;
    board.onProgram = () => {
      if (++n === 3) board.sr |= 1 << bit;
    };
    return flash.program(AT, noise(64));
  });
const writing = (
  wanted: Record<string, number>,
  wish: FakeWish,
  spoil: (o: Opened, plan: OptionPlan) => OptionPlan | void,
) =>
  scene(wish, async (o) => {
    const plan = o.flash.planOptions(await o.flash.readOptions(), wanted);
    await o.flash.writeOptions(spoil(o, plan) ?? plan);
  });
const planning = (wanted: Record<string, number>, wish: FakeWish) =>
  scene(wish, async ({ flash }) => flash.planOptions(await flash.readOptions(), wanted));
const DAMAGED = { optcr: 0x00FF_AAED };

const SCENES: Record<keyof typeof flashFault.rows, () => Promise<Fault>> = {
  "bad-option-profile": planning({ WDG_SW: 1 }, {}),
  "flash-read-protected": scene({ optcr: 0xC0FF_55FD }, ({ flash }) => flash.read(AT, 64)),
  "flash-write-protected": scene(
    { optcr: 0xC0FC_AAFD },
    ({ flash }) => flash.erase(flash.layout.sectors),
  ),
  "flash-code-protected": scene(
    { part: "f72", optcr2: 1 },
    ({ flash }) => flash.erase(first(flash)),
  ),
  "flash-core-running": scene({ running: true }, ({ flash }) => flash.erase(first(flash))),
  "flash-not-erased": scene(
    { flash: Uint8Array.of(0x12) },
    ({ flash }) => flash.program(AT, noise(64)),
  ),
  "flash-size-doubtful": scene({}, async ({ board, chip }) => {
    const flashSizeDoubt =
      "the size register says 0 KiB, and STM32F74x/F75x come with 64, 512, 1024 KiB";
    const flash = await openFlash(board, { ...chip, flashSizeDoubt }, { volts: 3.3 });
    await flash.erase(first(flash));
  }),
  "flash-locked-until-reset": scene({}, ({ board, flash }) => {
    board.spoilKeys();
    return flash.erase(first(flash));
  }),
  "flash-width-refused": () => faultOf(() => opened({ volts: 2.3 }, { psize: 2 })),
  "flash-supply-too-low": scene({ volts: 1.6 }, ({ flash }) => flash.erase(first(flash))),
  "flash-outside": scene({}, ({ flash }) => flash.program(0x080F_FFFE, noise(4))),
  "options-permanent": planning({ RDP: 0xCC }, {}),
  "options-above-supply": planning({ BOR_LEV: 0 }, { volts: 2.5 }),
  "options-frozen": planning({ WWDG_SW: 0 }, { optcr: 0xC0FF_CCFD }),
  "options-stale": writing({ WWDG_SW: 1 }, DAMAGED, ({ board }) => {
    board.optcr = 0x00FF_AACD;
  }),
  "options-locked-until-reset": writing({ WWDG_SW: 1 }, DAMAGED, ({ board }) => {
    board.spoilOptionKeys();
  }),
  "options-close-at-reset": scene(
    { optcr: 0xC0FF_CCFD },
    ({ board }) => requireStaysOpen(board.uncached, 2),
  ),
  "options-close-flash-at-reset": () =>
    faultOf(() => requireStaysOpen(registersOf({ [OPTCR]: 0xC0FF_AAFD, [WORD0]: 0xAA00_55FF }), 1)),
  "options-unnamed-bits": writing({ WWDG_SW: 1 }, DAMAGED, (_, plan) => ({
    ...plan,
    words: { OPTCR: { before: 0x00FF_AAED, after: 0x10FF_AAFD } },
  })),
  "option-profile-not-for-chip": scene(
    {},
    ({ chip }) =>
      profileWishes({ ob: "v1", variants: [{ chips: ["stm32l4r5*"], OPTR: "0xFFEF98AA" }] }, chip),
  ),
  "flash-misaligned": programming(5),
  "flash-wrong-width": programming(6),
  "flash-wrong-sequence": programming(7),
  "flash-operation-failed": programming(1),
  "flash-code-read": programming(8, { part: "f72" }),
  "flash-stuck-busy": erasing((b) => {
    b.slow = Infinity;
  }),
  "flash-content-wrong": scene({}, ({ board, flash }) => {
    board.weakAt = AT + 5;
    return flash.program(AT, new Uint8Array(16), undefined, { verify: true });
  }),
  "options-not-taken": writing({ WWDG_SW: 1 }, DAMAGED, ({ board }) => {
    board.onErase = () => void (board.optcr = 0x00FF_AAEC);
  }),
  "resets-by-itself": erasing((b) => b.resetItself(), DAMAGED),
};

for (const [slug, make] of Object.entries(SCENES)) {
  Deno.test(`fault ${slug}`, async (t) => {
    const fault = await make();
    assertEquals(fault.slug, slug);
    const said = diagnose(fault);
    assertEquals(said.exit, Number(said.code.slice(1, 3)));
    const text = renderDiagnostic(said);
    assert(!/\{\w+\}|undefined|NaN/.test(text), `an unfilled fact in:\n${text}`);
    await t.assertSnapshot(text);
  });
}

Deno.test("no row of flash's faults is without a scene, no code is used twice", () => {
  assertEquals(Object.keys(SCENES).sort(), Object.keys(flashFault.rows).sort());
  const codes = Object.values(flashFault.rows).map((r) => r.code);
  assertEquals(new Set(codes).size, codes.length);
});
