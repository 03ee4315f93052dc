/** target.run-until: lets the program run until it says something, and stops it again. */
import type { Evidence } from "../../base/mod.ts";
import type { Core } from "../../cortex/mod.ts";
import { Unknown } from "../expressions.ts";
import { fault } from "../faults.ts";
import { type LinearRegExp, linearRegExp, type Match } from "../regexp.ts";
import type { View } from "../view.ts";
import type { Act, ActParameters, Deed, Done } from "./act.ts";
import { forgetRtt, RttUp } from "./rtt.ts";
import { serveSemihosting } from "./semihosting.ts";

/** how long a program may take when nobody says */
const USUAL_MS = 10_000;
/** so much before the step's own limit: that a unit is silent is said by this step */
const SLACK_MS = 100;
const LOOK_MS = 20;
/** text that is searched and kept */
const MOST_TEXT = 64 * 1024;
const MOST_SHOWN = 60;

type Channel = "rtt" | "semihosting";

/** What a program says is nobody's promise: an expression that could run for ever on it is refused. */
function patternOf(text: string): LinearRegExp {
  const made = linearRegExp(text);
  if (typeof made === "string") throw fault("expect-wrong", { why: made });
  return made;
}

/** Gives what the program wrote since the last look; undefined once it has ended. */
type Listen = (over: () => boolean) => Promise<Uint8Array | undefined>;

function listenRtt({ memory }: Core, view: View): Listen {
  let up: RttUp | undefined;
  return async (over) => {
    up ??= await RttUp.find(memory, view.chip.sub.ram, over);
    return await up?.take() ?? new Uint8Array(0);
  };
}

function listenSemihosting(core: Core): Listen {
  let ended = false;
  return async () => {
    if (ended) return undefined;
    if (await core.state() !== "halted") return new Uint8Array(0);
    const served = await serveSemihosting(core);
    ended = !served || served.ended;
    return served?.bytes;
  };
}

/** Resets the chip and lets it run, with nothing left of what an earlier run said. */
async function start({ bench }: Deed, view: View, channel: Channel): Promise<void> {
  const { core } = bench;
  await core.resetAndHalt();
  // RAM keeps what an earlier run said: it must not pass for this one's
  if (channel === "rtt") await forgetRtt(core.memory, view.chip.sub.ram);
  await core.resume();
}

const shown = (text: string): string => {
  const last = text.trimEnd().slice(-MOST_SHOWN);
  return text.trim() === "" ? "it said nothing" : `the last it said was "${last}"`;
};

interface Heard {
  readonly text: string;
  readonly match: Match | undefined;
  readonly ms: number;
}

async function hear(
  deed: Deed,
  listen: Listen,
  pattern: LinearRegExp,
  limitMs: number,
): Promise<Heard> {
  const { clock } = deed.bench;
  const begin = clock.now();
  const decoder = new TextDecoder();
  const past = () => clock.now() - begin >= limitMs;
  let text = "";
  for (;;) {
    const bytes = await listen(past);
    text = (text + decoder.decode(bytes, { stream: true })).slice(-MOST_TEXT);
    const match = bytes?.length === 0 ? undefined : pattern.exec(text);
    const ms = Math.round(clock.now() - begin);
    if (match || bytes === undefined || ms >= limitMs) return { text, match, ms };
    deed.progress({ what: "run", done: Math.min(ms, limitMs), total: limitMs, unit: "ms" });
    if (bytes.length === 0) await clock.sleep(LOOK_MS);
  }
}

async function run(deed: Deed, view: View, p: ActParameters, pattern: LinearRegExp): Promise<Done> {
  const channel: Channel = p["channel"] === "semihosting" ? "semihosting" : "rtt";
  const within = typeof p["within"] === "number" ? p["within"] : USUAL_MS;
  await start(deed, view, channel);
  const limitMs = Math.max(1, Math.min(within, deed.leftMs() - SLACK_MS));
  const { core } = deed.bench;
  const listen = channel === "rtt" ? listenRtt(core, view) : listenSemihosting(core);
  let heard: Heard;
  try {
    heard = await hear(deed, listen, pattern, limitMs);
  } finally {
    await core.halt();
  }
  const { text, match, ms } = heard;
  const log = `${channel}.log`;
  deed.io.desk.attachments.set(log, deed.io.vault?.text(text) ?? text);
  if (!match) {
    throw fault("program-said-nothing", {
      ms,
      expect: `/${pattern.source}/`,
      heard: shown(deed.io.vault?.text(text) ?? text),
      log,
    }, { evidence: [said(channel, text)] });
  }
  return {
    changed: true,
    summary: `after ${ms} ms it said "${match.text.slice(0, MOST_SHOWN)}"; stopped again`,
    outputs: { match: { ...match.groups } },
  };
}

const said = (channel: Channel, text: string): Evidence => ({
  what: channel,
  value: `${text.length} characters`,
});

/** target.run-until. Faults: expect-wrong, program-said-nothing. */
export const targetRunUntil: Act = ({ view }, p) => {
  const pattern = patternOf(String(p["expect"]));
  return Promise.resolve({
    state: "would_change",
    effect: "volatile",
    summary: `reset, let the program run until it says /${pattern.source}/ by ${p["channel"]}`,
    outputs: { match: new Unknown(["match"]) },
    act: (deed) => run(deed, view, p, pattern),
  });
};
