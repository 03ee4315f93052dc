/** What surrounds a unit: its earlier record, the reject bin, its label. */
import { fault } from "../faults.ts";
import type { Act, Done } from "./act.ts";
import { stationOf } from "./serials.ts";

/** record.find. Fault: no-station. */
export const recordFind: Act = async ({ io }, p) => {
  const station = stationOf(io, "record.find");
  const uid = String(p["uid"]);
  const recipe = p["recipe"];
  const all = await station.records(uid);
  const last = all.filter((r) => recipe === undefined || r.recipe.name === recipe).at(-1);
  if (!last) {
    const of = recipe === undefined ? "" : ` of ${recipe}`;
    return {
      state: "unchanged",
      effect: "read",
      summary: `no record${of} for this chip`,
      outputs: { found: false },
      sparesFlash: true,
    };
  }
  const { serial } = last.unit;
  return {
    state: "unchanged",
    effect: "read",
    summary: `${last.recipe.name} on ${
      last.at.slice(0, 16).replace("T", " ")
    } UTC: ${last.outcome}${serial === undefined ? "" : `, ${serial}`}`,
    outputs: {
      found: true,
      outcome: last.outcome.toLowerCase(),
      ...(serial === undefined ? {} : { serial }),
      ...(last.firmware === undefined ? {} : { image_sha256: last.firmware.sha256 }),
    },
    sparesFlash: true,
  };
};

/** bin.reject. Fault: no-station. */
export const binReject: Act = ({ io, view }, p) => {
  const station = stationOf(io, "bin.reject");
  const reason = String(p["reason"]);
  const summary = `into the reject bin: ${reason}`;
  return Promise.resolve({
    state: "would_change",
    effect: "read",
    summary,
    outputs: {},
    sparesFlash: true,
    act: async (): Promise<Done> => {
      await station.reject({
        at: new Date(io.desk.nowMs()).toISOString(),
        run: io.desk.run,
        uid: view.chip.uid,
        serial: io.desk.unit.serial ?? null,
        reason,
      });
      return { changed: true, summary, outputs: {} };
    },
  });
};

/** Fills a label. Fault: station-file-wrong. */
export function labelText(template: string, facts: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (all, name: string) => {
    const value = Object.hasOwn(facts, name) ? facts[name] : undefined;
    if (value !== undefined) return value;
    const known = Object.keys(facts).map((n) => `{${n}}`).join(" ");
    throw fault("station-file-wrong", {
      file: "the label's template",
      why: `it has ${all}; there are ${known}`,
    });
  });
}

const USUAL_LABEL = "{serial}\n{part}\n{uid}\n{order}\n{date}\n";

/** label.print. Faults: no-station, station-file-wrong, station-not-written. */
export const labelPrint: Act = async ({ io, view }, p) => {
  const station = stationOf(io, "label.print");
  const serial = String(p["serial"]);
  const template = await station.template();
  const text = labelText(template ?? USUAL_LABEL, {
    serial,
    uid: view.chip.uid,
    part: view.chip.sub.name,
    order: io.desk.unit.order ?? "",
    date: new Date(io.desk.nowMs()).toISOString().slice(0, 10),
  });
  const spools = template !== undefined;
  const where = spools ? "the spool folder" : "attachments/label.txt";
  return {
    state: "would_change",
    effect: "read",
    summary: `label ${serial} into ${where}`,
    outputs: {},
    sparesFlash: true,
    act: async (): Promise<Done> => {
      io.desk.attachments.set("label.txt", text);
      const name = `${io.desk.run}-${serial.replace(/[^\w.-]+/g, "_")}.txt`;
      const file = spools ? await station.spool(name, text) : "attachments/label.txt";
      return { changed: true, summary: `label ${serial} in ${file}`, outputs: {} };
    },
  };
};
