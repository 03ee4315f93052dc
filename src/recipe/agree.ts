/** What is lost has to be agreed to: by an input, by a plan that was looked at, or by a person. */
import type { BoardState } from "../base/mod.ts";
import { fault } from "./faults.ts";
import type { Plan } from "./plan.ts";

/** `saved`: the plan was kept, looked at and is applied now. Fault: not-confirmed. */
export async function agree(
  plan: Plan,
  saved: boolean,
  confirm: ((plan: Plan) => Promise<boolean>) | undefined,
  board: BoardState,
): Promise<void> {
  const open = plan.needs.filter((n) => !n.given);
  if (open.length === 0 || saved || await confirm?.(plan)) return;
  const input = open.find((n) => n.given_by)?.given_by?.replace("inputs.", "");
  throw fault("not-confirmed", {
    what: open.map((n) => n.text).join("; "),
    way: input
      ? `Run it again with --yes, or with --set ${input}=true`
      : "Plan it, look at the plan, and apply that: probekit plan … -o plan.json",
  }, { board });
}
