/** Registers in the order that target.xml says. */

/** One register of the description. */
export interface GdbRegister {
  readonly name: string;
  readonly bits: 32 | 64;
  /** names that the core room reads for it, low word first */
  readonly parts: readonly string[];
}

const word = (name: string): GdbRegister => ({ name, bits: 32, parts: [name] });
const low = Array.from({ length: 13 }, (_, i) => word(`r${i}`));
const CORE: readonly GdbRegister[] = [...low, word("sp"), word("lr"), word("pc"), word("xpsr")];
const SYSTEM = ["msp", "psp", "primask", "basepri", "faultmask", "control"].map(word);
const FLOAT: readonly GdbRegister[] = [
  ...Array.from({ length: 16 }, (_, i): GdbRegister => ({
    name: `d${i}`,
    bits: 64,
    parts: [`s${2 * i}`, `s${2 * i + 1}`],
  })),
  word("fpscr"),
];

/** How many of them one `g` carries: the ones a probe reads in one exchange. gdb asks for others by `p`. */
export const IN_G = CORE.length + 2;

/** All registers, by number. */
export const registersOf = (fpu: boolean): readonly GdbRegister[] => [
  ...CORE,
  ...SYSTEM,
  ...(fpu ? FLOAT : []),
];

const element = (r: GdbRegister): string => {
  const type = r.name === "pc" ? "code_ptr" : r.name === "sp" ? "data_ptr" : undefined;
  const kind = r.bits === 64 ? "ieee_double" : type ?? "int";
  return `<reg name="${r.name}" bitsize="${r.bits}" type="${kind}"/>`;
};
const feature = (name: string, registers: readonly GdbRegister[]): string =>
  `<feature name="org.gnu.gdb.arm.${name}">${registers.map(element).join("")}</feature>`;

/** The target description: m-profile, m-system and, with an FPU, vfp. */
export const targetXml = (fpu: boolean): string =>
  `<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target version="1.0">` +
  `<architecture>arm</architecture>${feature("m-profile", CORE)}${feature("m-system", SYSTEM)}` +
  `${fpu ? feature("vfp", FLOAT) : ""}</target>`;
