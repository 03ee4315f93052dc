/**
 * The program as a process, killed with SIGKILL at places a seed chooses, on a board that lives on in another
 * process's stead; then `probekit recover` again, as a person would.
 */
import { assert, assertEquals } from "@std/assert";
import { serveUsbip } from "../../src/sim/front/usbip_server.ts";
import { CampaignBoard, type Case } from "../../tasks/campaign/bench.ts";
import { Folder, probekit, ROOT } from "../cli/support/program.ts";

const KILLS = Number(Deno.env.get("KILLS") ?? 12);
/** bulk transfers of a run that nobody kills, about */
const TRANSFERS = 235;
const SCENARIOS = ["so36160986", "rdp1-watchdogs", "wrp", "boot-add-erased"];

/** Numbers that look random and are the same every time. */
function* chance(seed: number): Generator<number, never> {
  for (let x = seed;; x = (x * 1664525 + 1013904223) % 2 ** 32) yield x / 2 ** 32;
}

interface Tried {
  readonly killed: boolean;
  readonly untouched: boolean;
}

async function killOnce(what: Case, at: number, seed: number): Promise<Tried> {
  using dir = new Folder();
  const bench = new CampaignBoard(what, seed);
  const { board } = bench;
  const server = serveUsbip([board], 0, { warn: () => {} });
  const args = [
    ...["recover", "--allow-erase", "--yes", "--backup", dir.at("backup")],
    ...["--journal", dir.at("journal"), "--probe", `usbip://127.0.0.1:${server.port}/1-1`],
  ];
  const env = { XDG_RUNTIME_DIR: dir.path };
  try {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "--no-check", "-A", `${ROOT}/tasks/probekit.ts`, ...args],
      stdout: "null",
      stderr: "null",
      stdin: "null",
      env,
    }).spawn();
    let transfers = 0;
    board.usb.meddler = (urb, deliver) => {
      if (++transfers === at) child.kill("SIGKILL");
      deliver(urb);
    };
    const { signal } = await child.status;
    board.usb.meddler = (urb, deliver) => deliver(urb);
    const { untouched } = bench;
    const again = await probekit(args, { answer: "" }); // Enter, when a cold start is asked for
    assertEquals(again.exit, 0, `killed at transfer ${at}\n${again.out}\n${again.err}`);
    assertEquals(bench.amiss, undefined, `killed at transfer ${at}`);
    return { killed: signal === "SIGKILL", untouched };
  } finally {
    await server.close();
  }
}

Deno.test(`campaign: the process itself is killed ${KILLS} times, and recover brings every board back`, async () => {
  const at = chance(36160986);
  const all: Tried[] = [];
  for (let i = 0; i < KILLS; i++) {
    const scenario = SCENARIOS[i % SCENARIOS.length]!;
    // the last third of a run is where it writes
    const share = i % 3 === 0 ? at.next().value : 0.6 + 0.4 * at.next().value;
    const what: Case = { verb: "recover", scenario, supply: "own" };
    all.push(await killOnce(what, 1 + Math.floor(share * TRANSFERS), i));
  }
  assert(all.filter((t) => t.killed).length > KILLS / 2, JSON.stringify(all));
  assert(all.some((t) => t.killed && !t.untouched), "no kill came after something was written");
});
