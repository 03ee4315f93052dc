/** Colours, or none: SGR codes only where they are wanted. */

/** Turns text into styled text; the identity when colours are off. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

// deno-lint-ignore no-control-regex -- exactly these are what is taken out
const SGR = /\x1b\[[0-9;]*m/g;
/** The text without colours, ours or Deno's. */
export const withoutColours = (text: string): string => text.replace(SGR, "");

const sgr = (on: boolean, code: number) => (text: string): string =>
  on && text !== "" ? `\x1b[${code}m${text}\x1b[0m` : text;

/** The styles, or plain text when `on` is false. */
export const style = (on: boolean): Style => ({
  bold: sgr(on, 1),
  dim: sgr(on, 2),
  red: sgr(on, 31),
  green: sgr(on, 32),
  yellow: sgr(on, 33),
  cyan: sgr(on, 36),
});
