/** Memory as sixteen bytes a line, with the text beside it. */

const shown = (b: number): string => b >= 0x20 && b < 0x7F ? String.fromCharCode(b) : ".";

/** Lines of `08000000  00 00 05 20 …  |... |`; equal lines in a row are folded to `*`. */
export function hexdump(at: number, bytes: Uint8Array): string {
  const lines: string[] = [];
  let last = "";
  let folded = false;
  for (let i = 0; i < bytes.length; i += 16) {
    const row = bytes.subarray(i, i + 16);
    const cells = Array.from(row, (b) => b.toString(16).padStart(2, "0"));
    const body = `${cells.slice(0, 8).join(" ")}  ${cells.slice(8).join(" ")}`.padEnd(48);
    const text = Array.from(row, shown).join("");
    if (body === last && i + 16 < bytes.length) {
      if (!folded) lines.push("*");
      folded = true;
      continue;
    }
    folded = false;
    last = body;
    lines.push(`${(at + i).toString(16).padStart(8, "0")}  ${body}  |${text}|`);
  }
  return lines.join("\n");
}
