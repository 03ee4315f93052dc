/** Texts with `${{ }}`: taken apart, with the offset of each expression. */

/** A piece of a text. */
export type Piece = { readonly text: string } | {
  readonly cel: string;
  /** where the expression begins in the text */
  readonly at: number;
};

/** A text taken apart. */
export interface Template {
  readonly pieces: readonly Piece[];
  /** the text is one expression and nothing else: the value keeps its type */
  readonly alone: boolean;
}

/** Offset of the `}}` that closes an expression; -1 when there is none. Skips quotes and nested braces. */
function closing(text: string, from: number): number {
  let depth = 0;
  let quote = "";
  for (let i = from; i < text.length; i++) {
    const c = text[i] ?? "";
    if (quote !== "") {
      if (c === "\\") i++;
      else if (c === quote) quote = "";
    } else if (c === "'" || c === '"') quote = c;
    else if (c === "{") depth++;
    else if (c === "}") {
      if (depth === 0) return text[i + 1] === "}" ? i : -1;
      depth--;
    }
  }
  return -1;
}

/** Whether the text holds an expression, closed or not. */
export const hasExpression = (text: string): boolean => text.includes("${{");

/** The text taken apart; `unclosed` is the offset of a `${{` without its end. */
export function splitTemplate(text: string): Template | { readonly unclosed: number } {
  const pieces: Piece[] = [];
  let from = 0;
  for (let open = text.indexOf("${{"); open >= 0; open = text.indexOf("${{", from)) {
    const end = closing(text, open + 3);
    if (end < 0) return { unclosed: open };
    if (open > from) pieces.push({ text: text.slice(from, open) });
    const inner = text.slice(open + 3, end);
    const lead = inner.length - inner.trimStart().length;
    pieces.push({ cel: inner.trim(), at: open + 3 + lead });
    from = end + 2;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  const alone = pieces.length === 1 && pieces[0] !== undefined && "cel" in pieces[0];
  return { pieces, alone };
}
