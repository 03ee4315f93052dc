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
