/** Option bytes: read, compare, verify, ensure. */
import { getField, hex } from "../../base/mod.ts";
import { isDualBank, optionRegisters } from "../../chip/mod.ts";
import {
  afterWriting,
  decodeOptions,
  flashFault,
  type OptionBytes,
  type OptionPlan,
  optionSteps,
  planOptions,
} from "../../flash/mod.ts";
import { fault } from "../faults.ts";
import { type IntentBody, registerTexts } from "../journal.ts";
import { mainRegister, type View } from "../view.ts";
import type { Act, ActParameters, Deed, DiffLine, Look, LookAt, Need } from "./act.ts";
import { profileOf } from "./files.ts";
import { optionEvidence } from "./guards.ts";
import { optionDamage } from "./option_damage.ts";

/** Option registers of the chip, by name. */
export const registersOf = (view: View): readonly string[] =>
  optionRegisters(view.chip.family, view.chip.sub);

/** All of them with what they hold. */
export const wordsText = (view: View, options: OptionBytes): string =>
  registersOf(view).map((r) => `${r} ${hex(options.registers[r] ?? 0)}`).join(", ");

/** The main word, as the expression language has it. */
export const wordOf = (view: View, options: OptionBytes): number =>
  options.registers[mainRegister(view.chip)] ?? 0;

interface Wish {
  readonly now: OptionBytes;
  readonly wanted: Readonly<Record<string, number>>;
  readonly plan: OptionPlan;
  /** whether some write on the way erases all flash */
  readonly erases: boolean;
  /** fields outside of the profile that an interrupted write has damaged: they are brought back too */
  readonly damaged: readonly string[];
}

async function wishOf(at: LookAt, profile: Readonly<Record<string, number>>): Promise<Wish> {
  const { view } = at;
  const now = await view.options();
  const damage = optionDamage(view, now, at.io.interrupted?.() ?? []);
  const damaged = Object.keys(damage).filter((name) => !(name in profile));
  const wanted = { ...damage, ...profile };
  const limits = { volts: view.volts };
  const steps = optionSteps(view.chip, now, wanted, limits);
  const erases = steps.some((s) => s.plan.massErases);
  return { now, wanted, plan: planOptions(view.chip, now, wanted, limits), erases, damaged };
}

/** What differs, for steps that only look: no wish is too dangerous to be compared with. */
async function differences(
  at: LookAt,
  p: ActParameters,
): Promise<{ readonly now: OptionBytes; readonly fields: readonly string[] }> {
  const { view } = at;
  const wanted = await profileOf(at, String(p["profile"]));
  const now = await view.options();
  const { field, level0, level2 } = view.chip.family.readProtection;
  const alike = (name: string, a: number, b: number) =>
    a === b || (name === field && ![level0, level2].some((l) => l === a || l === b));
  const fields = Object.entries(wanted).filter(([name, value]) => {
    const is = now.fields[name]?.value;
    return is === undefined || !alike(name, is, value);
  }).map(([name]) => name);
  return { now, fields };
}

/** option-bytes.compare */
export const optionBytesCompare: Act = async (at, p) => {
  const { fields } = await differences(at, p);
  return {
    state: "unchanged",
    effect: "read",
    summary: fields.length === 0
      ? `as ${p["profile"]} wants them`
      : `${fields.length} field(s) differ from ${p["profile"]}: ${fields.join(", ")}`,
    outputs: { differing_fields: fields.length },
  };
};

/** option-bytes.verify. Fault: options-differ. */
export const optionBytesVerify: Act = async (at, p) => {
  const { now, fields } = await differences(at, p);
  const file = String(p["profile"]);
  if (fields.length > 0) {
    throw fault("options-differ", { count: fields.length, file, fields: fields.join(", ") }, {
      evidence: registersOf(at.view).map((r) => optionEvidence(at.view, now, r)),
    });
  }
  return {
    state: "unchanged",
    effect: "read",
    summary: `${wordsText(at.view, now)}: as ${file} wants them`,
    outputs: { word: wordOf(at.view, now) },
    settles: { options: true },
  };
};

/** The registers as they are to be. */
export const afterWords = (
  now: OptionBytes,
  plan: OptionPlan,
): Readonly<Record<string, number>> => ({
  ...now.registers,
  ...Object.fromEntries(Object.entries(plan.words).map(([r, w]) => [r, w.after])),
});

function requireRdp(view: View, wish: Wish, p: ActParameters): void {
  const most = Math.min(1, typeof p["max_rdp"] === "number" ? p["max_rdp"] : 1);
  const { rdpLevel } = decodeOptions(view.chip, afterWords(wish.now, wish.plan));
  if (rdpLevel <= most || rdpLevel <= wish.now.rdpLevel) return;
  throw fault("rdp-above-limit", { file: String(p["profile"]), level: rdpLevel, most });
}

/** Registers that nobody writes unasked, as a step from level 1 to 0 leaves them when they were all ones. */
const opened = ({ chip }: View): Readonly<Record<string, number>> =>
  Object.fromEntries((chip.sub.untouched ?? []).map((r) => [r, chip.sub.factory[r] ?? 0]));

/** Banks that change: the same bytes are then found at other addresses, and in other sectors. */
function banksText({ chip }: View, now: OptionBytes, plan: OptionPlan): string {
  const before = isDualBank(chip.sub, now.registers);
  const is = isDualBank(chip.sub, afterWords(now, plan));
  return before === is
    ? ""
    : `; flash becomes ${
      is ? "two banks" : "one bank"
    }, so what is in it has to be programmed again`;
}

/** What would change, field by field. */
export const diffOf = (plan: OptionPlan): readonly DiffLine[] =>
  plan.changes.map((c) => ({
    path: `${c.register}.${c.field}`,
    before: hex(c.before, 1),
    after: hex(c.after, 1),
    before_text: c.beforeText,
    after_text: c.afterText,
  }));

/** Fault: options-not-taken. */
function requireTaken(now: OptionBytes, plan: OptionPlan): void {
  for (const c of plan.changes) {
    const is = now.fields[c.field]?.value;
    if (is === c.after) continue;
    const word = now.registers[c.register] ?? 0;
    throw flashFault("options-not-taken", {
      register: `${c.register}.${c.field}`,
      wants: hex(c.after, 1),
      is: hex(is ?? 0, 1),
    }, {
      board: { state: "partial", text: `option bytes were written; ${c.register} ${hex(word)}` },
      evidence: [{ what: `FLASH_${c.register}`, value: hex(word) }],
    });
  }
}

/** What the journal gets before one write of option bytes. */
export const optionIntent = (now: OptionBytes, plan: OptionPlan): IntentBody => ({
  what: "options",
  effect: plan.permanent ? "irreversible" : plan.massErases ? "destructive" : "reversible",
  text: `option bytes were being written: ${
    plan.changes.map((c) => `${c.field} ${c.beforeText} -> ${c.afterText}`).join(", ")
  }`,
  before: registerTexts(now.registers),
  wanted: registerTexts(afterWords(now, plan)),
  ...(plan.massErases ? { mass_erase: true as const } : {}),
});

const NOT_SEEN = { state: "unknown", text: "they were written, and not read back" } as const;
/** Writes in as many steps as are safe, each followed by a reset and a new attach, then reads back. */
async function write(deed: Deed, wanted: Wish["wanted"], words: Wish["plan"]["words"]) {
  const { bench } = deed;
  let now = await bench.flash.readOptions();
  for (const { plan, permit } of bench.flash.optionSteps(now, wanted)) {
    await deed.writeAhead(optionIntent(now, plan), async () => {
      deed.touching("option bytes are being written; what they hold is not certain");
      await bench.flash.writeOptions(plan, permit);
      deed.tally.optionWrites++;
      now = await afterWriting(NOT_SEEN, async () => {
        await bench.reattach();
        return await bench.flash.readOptions();
      });
      requireTaken(now, plan);
    });
  }
  const words_ = Object.entries(words).map(([r, w]) => `${r} ${hex(w.after)}`).join(", ");
  deed.touching(`the option bytes are as planned: ${words_}`);
}

function needsOf(erases: boolean, locks: boolean, sizeKiB: number): readonly Need[] {
  const all = `the whole flash (${sizeKiB} KiB)`;
  if (erases) return [{ kind: "accept", what: "erase", text: `erase ${all}` }];
  if (!locks) return [];
  const text = `close flash to reading; opening it again will erase ${all}`;
  return [{ kind: "accept", what: "lock", text }];
}

/** option-bytes.ensure. Faults: rdp-above-limit, and those of flash/ about option bytes. */
export const optionBytesEnsure: Act = async (at, p) => {
  const file = String(p["profile"]);
  const wish = await wishOf(at, await profileOf(at, file));
  requireRdp(at.view, wish, p);
  return ensureLook(at.view, wish, file);
};

/** What brings option bytes to a wish; `from` is who wishes it. */
function ensureLook(view: View, wish: Wish, from: string): Look {
  const { plan, now, wanted, erases, damaged } = wish;
  const opens = erases && !plan.massErases;
  const evidence = registersOf(view).map((r) => optionEvidence(view, now, r));
  if (plan.changes.length === 0 && !erases) {
    return {
      state: "unchanged",
      effect: "read",
      summary: `${wordsText(view, now)}: nothing differs from ${from}`,
      outputs: { changed: false, needs_power_cycle: false },
      settles: { options: true },
      evidence,
    };
  }
  const outputs = { changed: true, needs_power_cycle: plan.needsPowerCycle || opens };
  const { field } = view.chip.family.readProtection;
  const rdp = plan.changes.find((c) => c.field === field);
  const locks = rdp !== undefined && now.rdpLevel === 0;
  const names = Object.keys(plan.words).join(", ");
  const size = view.layout.size / 1024;
  const cut = damaged.length > 0 ? `; ${damaged.join(", ")} left so by an interrupted run` : "";
  const summary = `${plan.changes.length} field(s)${names ? ` of ${names}` : ""} differ${cut}${
    banksText(view, now, plan)
  }; ${
    opens
      ? `a cut write left all sectors closed to reading: RDP goes to level 1 and back, which ERASES ${size} KiB`
      : plan.massErases
      ? `RDP goes from level 1 to level 0, which ERASES ${size} KiB`
      : rdp
      ? `RDP becomes ${rdp.afterText}; nothing is erased`
      : `RDP stays at level ${now.rdpLevel}, nothing is erased`
  }`;
  return {
    state: "would_change",
    effect: erases || locks ? "destructive" : "reversible",
    summary,
    outputs,
    diff: diffOf(plan),
    settles: { options: true },
    evidence,
    needs: needsOf(erases, locks, size),
    estimateMs: erases ? 20_000 : 1500,
    predict: (v) =>
      v.setOptions({ ...afterWords(now, plan), ...(opens ? opened(view) : {}) }, erases),
    act: async (deed) => {
      await write(deed, wanted, plan.words);
      return { changed: true, summary, outputs };
    },
  };
}

/** Brings RDP to level 1 when it is lower; everything else stays. */
export async function lockLook(at: LookAt, level1: number): Promise<Look> {
  const { field } = at.view.chip.family.readProtection;
  const now = await at.view.options();
  const wish = await wishOf(at, now.rdpLevel > 0 ? {} : { [field]: level1 });
  const { outputs, ...look } = ensureLook(at.view, wish, "readout protection");
  const { act } = look;
  const changed = { changed: outputs["changed"] };
  return {
    ...look,
    outputs: changed,
    ...(act ? { act: async (deed: Deed) => ({ ...await act(deed), outputs: changed }) } : {}),
  };
}

/** Fields that can keep a program from running: watchdogs, boot addresses, and those kept from a debugger. */
export function optionBytesValid(view: View, options: OptionBytes): boolean {
  return options.notFactory.every((name) => {
    const f = view.chip.sub.options[name];
    const value = f ? getField(options.registers[f.register] ?? 0, f.bits) : 0;
    return f === undefined ||
      !(f.shift !== undefined || f.hardwareWatchdog === value ||
        name === view.chip.family.readProtection.field);
  });
}
