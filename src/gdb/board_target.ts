/** A GdbTarget of an attached core and its flash. */
import { Fault, hex, u32le } from "../base/mod.ts";
import { flashViews, unalias } from "../chip/mod.ts";
import { checkVectors, type Core, explainFault, type StopReason } from "../cortex/mod.ts";
import { afterWriting, type OpenedFlash } from "../flash/mod.ts";
import { placeImage, planFlash } from "../plan/mod.ts";
import { requireNoHardwareWatchdog, requireOpen, requireReadable } from "../recipe/mod.ts";
import { boardCommands, telling } from "./board_commands.ts";
import { boardNotes, fromHere } from "./guards.ts";
import { Held, type TargetParts } from "./held.ts";
import { catchHardFaults, resetTarget } from "./vector_catch.ts";
import { regionsOf } from "./memory_map.ts";
import { SeenFlash } from "./seen_flash.ts";
import type { FlashReport, GdbTarget, Say } from "./target.ts";

const FAR = { state: "partial", text: "how far it came is not known" } as const;
type Pieces = readonly { readonly at: number; readonly bytes: Uint8Array }[];

const MVFR0 = 0xE000_EF40;
// cache maintenance, Cortex-M7 (DDI 0489 §3.1): after code was written, D to memory by line, then I as a whole
const [DCCIMVAC, ICIALLU, LINE] = [0xE000_EF70, 0xE000_EF50, 32];
const CODE_MOST = 64;
const SRAM = 0x2000_0000;
const PERIPHERALS = 0x4000_0000;
const CORTEX_M7 = 0xC27;

type Ranges = readonly { readonly at: number; readonly length: number }[];

async function program(
  held: Held,
  pieces: Pieces,
  erase: Ranges,
  say: Say,
  watchdogOk: boolean,
): Promise<FlashReport> {
  const { flash, chip } = held;
  requireReadable(flash, await flash.readOptions(), "program", flash.layout.at);
  const image = {
    file: "what gdb sent",
    pieces: pieces.map((p) => ({ ...p, from: `what gdb sent for ${hex(p.at)}` })),
  };
  const placed = placeImage(image, chip, flash.layout);
  const seen = new SeenFlash((at, length) => flash.read(at, length));
  const plan = await planFlash({
    image: placed,
    layout: flash.layout,
    unit: flash.unit,
    holds: seen.read,
  });
  const asked = blankWish(
    flash,
    placed,
    erase.map((e) => ({ ...e, at: unalias(chip, flash.layout, e.at) })),
  );
  const sectors = [...new Set([...plan.erase, ...asked])].sort((a, b) => a.at - b.at);
  const written = plan.sectors.filter((d) => d.state !== "same").map((d) => d.sector);
  const touched = [...new Set([...sectors, ...written])].sort((a, b) => a.at - b.at);
  if (touched.length) {
    const options = await flash.readOptions();
    requireOpen(flash, options, touched, "programmed");
    if (plan.program.length && !watchdogOk) requireNoHardwareWatchdog(flash, options);
  }
  const write = async () => {
    if (sectors.length) await flash.erase(sectors, telling(say));
    if (plan.program.length) {
      // what is the same was compared by the plan; what is written is read back here
      const program = () =>
        flash.programRuns(plan.program, telling(say), { erased: "known", verify: true });
      const isFirst = sectors.length === 0 && plan.program.length < 2;
      await (isFirst ? program() : afterWriting(FAR, program));
    }
  };
  if (touched.length) {
    await held.overwriting("writing", touched, write, {
      say,
      lost: sectors.length > 0,
      read: seen.whole,
    });
  }
  return {
    sectorsErased: sectors.length,
    bytesProgrammed: plan.bytesToProgram,
    vectorProblems: placed.length ? await vectorProblems(held) : [],
  };
}

/** Sectors that gdb wants erased and the image does not touch: they must be blank afterwards. */
function blankWish(flash: OpenedFlash, placed: Pieces, erase: Ranges) {
  const touches = (s: { at: number; size: number }, at: number, length: number) =>
    at < s.at + s.size && at + length > s.at;
  return flash.layout.sectors.filter((s) =>
    erase.some((e) => touches(s, e.at, e.length)) &&
    !placed.some((p) => touches(s, p.at, p.bytes.length))
  );
}

async function vectorProblems({ flash, chip }: Held): Promise<readonly string[]> {
  const words = await flash.read(flash.layout.at, 8);
  return checkVectors([u32le(words, 0), u32le(words, 4)], {
    ram: chip.sub.ram,
    flash: flashViews(chip, flash.layout),
  })
    .map((p) => p.text);
}

/** Writes memory; code in RAM also reaches the instruction side of a core with caches. */
async function writeMemory(
  { core, chip }: Held,
  at: number,
  bytes: Uint8Array,
): Promise<void> {
  await core.memory.write(at, bytes);
  const code = bytes.length <= CODE_MOST && at >= SRAM && at < PERIPHERALS;
  if (!code || chip.family.core.cpuidPart !== CORTEX_M7) return;
  const first = at - at % LINE;
  const lines = Math.ceil((at + bytes.length - first) / LINE);
  await core.memory.batch([
    ...Array.from({ length: lines }, (_, i) => ({ write: DCCIMVAC, value: first + i * LINE })),
    { write: ICIALLU, value: 0 },
  ]);
}

/** A read of flash that the bus refused: the flash room knows why (read protection, a reset). */
async function refusal({ flash, chip }: Held, fault: Fault): Promise<Fault> {
  const at = fault.facts["at"];
  if (fault.slug !== "bus-refused" || typeof at !== "number") return fault;
  const { size } = flash.layout;
  const views = [flash.layout, ...chip.family.flash.aliases];
  if (!views.some((v) => at >= v.at && at < v.at + size)) return fault;
  try {
    await flash.read(at - at % 4, 4);
    return fault;
  } catch (better) {
    if (better instanceof Fault) return better;
    throw better;
  }
}

async function faultBanner(core: Core, xpsr: number): Promise<readonly string[]> {
  const exception = xpsr % 512;
  const faulting = exception >= 3 && exception <= 6;
  if (!faulting) return [];
  const story = await explainFault(core);
  const frame = story.frame
    ? [`  stacked pc ${hex(story.frame.pc)}, lr ${hex(story.frame.lr)}`]
    : [];
  return [
    `probekit: the core is in ${story.exception}`,
    ...story.sentences.map((s) => `  ${s}`),
    ...frame,
  ];
}

/** The target for a debugger. Reads MVFR0 once, to learn whether there is an FPU. */
export async function boardTarget(parts: TargetParts): Promise<GdbTarget> {
  const held = new Held(parts);
  const { core, chip } = held;
  const mvfr0 = u32le(await core.memory.read(MVFR0, 4));
  let watchdogOk = parts.watchdogOk ?? false;
  let reason: StopReason | undefined;
  const moved = <T>(act: Promise<T>): Promise<T> => {
    reason = undefined;
    return act;
  };
  const target: GdbTarget = {
    clock: core.clock,
    hasFpu: mvfr0 !== 0,
    get map() {
      return regionsOf(chip, held.flash.layout);
    },
    board: boardCommands(held, () => void (watchdogOk = true)),
    async state() {
      const state = await core.state();
      if (state !== "halted") reason = undefined;
      return state;
    },
    // the mark of a watchpoint is gone once it was read, and who asks second wants to know too
    stopReason: async () => reason ??= await core.stopReason(),
    halt: () => moved(core.halt()),
    resume: (pc, change) => moved(core.resume(pc, change)),
    step: (pc, wish) => moved(core.step(pc, wish)),
    reset: (halt) => moved(resetTarget(core, halt)),
    readRegisters: (names) => core.readRegisters(names),
    writeRegisters: (values) => core.writeRegisters(values),
    readMemory: (at, length) => core.memory.read(at, length),
    writeMemory: (at, bytes) => writeMemory(held, at, bytes),
    breakpoint: (at, set) => core.breakpoint(at, set),
    watchpoint: (at, length, kind, set) => core.watchpoint(at, length, kind, set),
    program: (pieces, erase, say) => program(held, pieces, erase, say, watchdogOk),
    catchHardFaults: (on) => catchHardFaults(core, on),
    faultBanner: (xpsr) => faultBanner(core, xpsr),
    notes: async () => boardNotes(held.flash, await held.flash.readOptions(), watchdogOk),
    boardState: () => held.state,
    explain: async (fault) => fromHere(await refusal(held, fault)),
  };
  return target;
}
