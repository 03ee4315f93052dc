/** Protection for the field: close reading, close the debug port for ever, and prove it. */
import { Fault, hex } from "../../base/mod.ts";
import { type OptionPermit, planOptions } from "../../flash/mod.ts";
import { fault } from "../faults.ts";
import type { View } from "../view.ts";
import type { Act, Deed, Done, Look, LookAt } from "./act.ts";
import { afterWords, diffOf, lockLook, optionIntent } from "./options.ts";
import { optionEvidence } from "./guards.ts";

const UNTOUCHED = { state: "untouched", text: "nothing was written" } as const;

/** protect.read-lock: readout protection level 1. */
export const protectReadLock: Act = (at) => lockLook(at, at.view.chip.family.readProtection.level1);

/** A seal that is under way is told by the board, not by the plan. */
async function seal(deed: Deed, view: View, permit: OptionPermit): Promise<void> {
  const { bench, io: { desk } } = deed;
  // the word is asked for before the first touch; a way past the question ends here
  if (desk.sealable !== permit.uid || permit.uid === "") {
    throw fault("seal-word-missing", { what: "RDP level 2" }, { board: UNTOUCHED });
  }
  const now = await bench.flash.readOptions();
  const plan = bench.flash.planOptions(now, permit.allows, permit);
  await deed.writeAhead(optionIntent(now, plan), async () => {
    deed.touching("the debug port is being closed for ever; whether it is, is not certain");
    await bench.flash.writeOptions(plan, permit);
    deed.tally.optionWrites++;
    deed.touching(`RDP level 2 is written: ${view.chip.sub.name} will answer no debugger again`);
    bench.mayClose();
  });
}

async function sealLook({ view }: LookAt): Promise<Look> {
  const { chip, volts } = view;
  const { field, level2 } = chip.family.readProtection;
  const now = await view.options();
  const permit: OptionPermit = { uid: chip.uid, allows: { [field]: level2 } };
  const plan = planOptions(chip, now, permit.allows, { volts, permit });
  const summary = `${plan.changes[0]?.beforeText ?? ""} -> ${
    plan.changes[0]?.afterText ?? ""
  }: no debugger, no boot loader and no tool will ever reach this chip again`;
  return {
    state: "would_change",
    effect: "irreversible",
    summary,
    outputs: { changed: true },
    diff: diffOf(plan),
    evidence: Object.keys(plan.words).map((r) => optionEvidence(view, now, r)),
    estimateMs: 1500,
    predict: (v) => v.setOptions(afterWords(now, plan), false),
    act: async (deed): Promise<Done> => {
      await seal(deed, view, permit);
      return { changed: true, summary, outputs: { changed: true } };
    },
  };
}

/** protect.seal: readout protection level 2. Only a step with a typed word comes here. */
export const protectSeal: Act = (at) => sealLook(at);

/** What somebody with a debugger would try first: the vectors, the middle and the end of flash. */
const triesOf = ({ layout }: View): readonly number[] => [
  layout.at,
  layout.at + layout.size / 2,
  layout.at + layout.size - 4,
];

/** below this no chip of these families answers, closed or not */
const LEAST_VOLTS = 1.7;
/** Faults that mean that the chip said no. */
const REFUSALS = ["bus-refused", "flash-read-protected"];
async function proveRefused({ bench }: Deed, view: View): Promise<Done> {
  const refused: string[] = [];
  for (const at of triesOf(view)) {
    try {
      const bytes = await bench.core.uncached.read(at, 4);
      throw fault("not-protected", { what: `flash at ${hex(at)} was read over SWD` }, {
        evidence: [{ what: "read", addr: hex(at), value: `${bytes.length} bytes came` }],
      });
    } catch (e) {
      if (!(e instanceof Fault) || !REFUSALS.includes(e.slug)) throw e;
      refused.push(hex(at));
    }
  }
  return {
    changed: false,
    summary: `reading flash over SWD was refused at ${refused.join(", ")}`,
    outputs: {},
  };
}

async function provePort({ bench }: Deed): Promise<Done> {
  bench.mayClose();
  await bench.reattach();
  const { closed } = bench;
  if (!closed) throw fault("not-protected", { what: "its debug port answers" });
  const volts = await bench.supply();
  if (volts === undefined || volts < LEAST_VOLTS) {
    const had = volts === undefined ? "its supply is not measured" : `it has ${volts.toFixed(2)} V`;
    throw fault("not-protected", { what: `nothing answers, but that proves nothing: ${had}` });
  }
  return {
    changed: false,
    summary: `the debug port does not answer (${closed.slug}) while the board has ${
      volts.toFixed(2)
    } V`,
    outputs: {},
  };
}

/** A chip that answers nothing any more is as closed as can be; whether it is, the deed finds out. */
async function levelOf(view: View, maySilent: boolean): Promise<number> {
  try {
    return (await view.options()).rdpLevel;
  } catch (e) {
    if (maySilent && e instanceof Fault && e.code.startsWith("E21")) return 2;
    throw e;
  }
}

/** protect.prove. Fault: not-protected. */
export const protectProve: Act = async ({ view }, p) => {
  const port = p["expect"] === "no-debug-port";
  const rdpLevel = await levelOf(view, port);
  if (rdpLevel < (port ? 2 : 1)) {
    throw fault("not-protected", { what: `RDP is level ${rdpLevel}` }, { board: UNTOUCHED });
  }
  return {
    state: "unchanged",
    effect: "volatile",
    summary: port
      ? "try to attach; nothing must answer"
      : "try to read flash over SWD; the chip must refuse",
    outputs: {},
    act: (deed) => port ? provePort(deed) : proveRefused(deed, view),
  };
};
