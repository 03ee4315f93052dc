/** The run after a cut: what a person does who knows nothing of it. */
import { CampaignBoard, type Case, type Cut } from "./bench.ts";
import { liftedByPowerCut, refusalOf } from "./refusals.ts";

/** One cut and one more run; why it did not converge, or undefined. */
export async function cutOnce(what: Case, seed: number, cut: Cut): Promise<string | undefined> {
  const bench = new CampaignBoard(what, seed);
  await bench.run(cut);
  return await again(bench);
}

/** The second run: the board gets where it shall, or is refused as before and untouched. */
export async function again(bench: CampaignBoard): Promise<string | undefined> {
  const refusal = refusalOf(bench.what);
  if (bench.sealed && bench.what.scenario !== "rdp2") return "RDP level 2";
  bench.heal();
  const second = await bench.run();
  if (second.killed) return "the second run ended without a result";
  const { result } = second;
  const error = result.error ? ` (${result.error.slug}: ${result.error.title})` : "";
  const lifted = liftedByPowerCut(bench.what) && bench.board.chip.powerOns > 1 && result.exit === 0;
  if (refusal !== undefined && !lifted) {
    if (!bench.untouched) return `a refused run changed the board${error}`;
    return result.error?.slug === refusal ? undefined : `not refused with ${refusal}${error}`;
  }
  const { amiss } = bench;
  if (amiss !== undefined) return amiss + error;
  return result.exit === 0 ? undefined : `as wanted, but exit ${result.exit}${error}`;
}
