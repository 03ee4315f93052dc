/** Option bytes for people and for programs. */
import { hex } from "../base/mod.ts";
import type { OptionBytes } from "../flash/mod.ts";
import type { Style } from "./style.ts";

/** The JSON of `options --json`. */
export function optionsJson(options: OptionBytes): object {
  const registers = Object.fromEntries(
    Object.entries(options.registers).map(([name, value]) => [name, hex(value)]),
  );
  return {
    registers,
    fields: options.fields,
    rdpLevel: options.rdpLevel,
    notFactory: options.notFactory,
  };
}

/** A table of the fields; those that differ from a new part are marked. */
export function optionLines(options: OptionBytes, s: Style): string[] {
  const registers = Object.entries(options.registers).map(([name, value]) =>
    `${name.padEnd(8)} ${s.bold(hex(value))}`
  );
  const fields = Object.entries(options.fields).map(([name, { value, text }]) => {
    const differs = options.notFactory.includes(name);
    const line = `${differs ? "!" : " "} ${name.padEnd(11)} ${
      `0x${value.toString(16).toUpperCase()}`.padEnd(7)
    } ${text}`;
    return differs ? s.yellow(line) : line;
  });
  const n = options.notFactory.length;
  const verdict = n === 0 ? s.green("as on a new part") : s.yellow(
    `${n} ${n === 1 ? "field differs" : "fields differ"} from a new part: ${
      options.notFactory.join(", ")
    }`,
  );
  return [registers.join("   "), "", ...fields, "", verdict];
}
