/** A fault in words, for a console of text. */
import { diagnose, type Fault } from "../base/mod.ts";

/** All that is known of it, a line each. */
export function faultText(fault: Fault): string {
  const d = diagnose(fault);
  // what is to be done from gdb's prompt comes instead of what is done from a shell
  const next = fault.options.next?.length ? fault.options.next : d.next;
  const lines = [
    ...d.evidence.map((v) => `seen:  ${v.what} ${v.value}`),
    ...d.causes.map((c) => {
      const because = c.because.length ? `: ${c.because.join(", ")}` : "";
      return `cause: ${c.text} (${c.likelihood}${because})`;
    }),
    ...(d.board ? [`board: ${d.board.text}`] : []),
    ...next.map((n) => `next:  ${[n.text, n.command ?? ""].join(" ").trim()}`),
  ];
  return [`probekit: ${d.code} ${d.slug}: ${d.title}`, ...lines.map((l) => `  ${l}`), ""].join(
    "\n",
  );
}

/** Text for an `E.` reply: one line, without the characters that framing would change. */
export const oneLine = (text: string): string => text.replace(/[#$}*\s]+/g, " ");
