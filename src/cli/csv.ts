/** Comma-separated values as RFC 4180 has them: quoted cells, doubled quotes, line ends in cells. */

/** A row with the number of the line it begins on, from 1. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** The rows, empty lines left out. Undefined stands for the line number of a quote that never ends. */
export function parseCsv(text: string): readonly CsvRow[] | { readonly openQuoteAt: number } {
  const rows: CsvRow[] = [];
  const source = text.replace(/^\uFEFF/, "");
  // one cell and what ends it; a quoted one may hold anything
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;
  let [line, first] = [1, 1];
  let cells: string[] = [];
  while (cell.lastIndex < source.length || cells.length > 0) {
    const match = cell.exec(source);
    if (!match) return { openQuoteAt: line };
    const [whole, quoted, plain = "", end] = match;
    cells.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    line += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
    if (end === ",") continue;
    if (cells.some((c) => c !== "")) rows.push({ line: first, cells });
    cells = [];
    first = line;
    if (end === "") break;
  }
  return rows;
}
