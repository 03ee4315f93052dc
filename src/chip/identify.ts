/** Which chip is this? IDCODE → family and sub-family, believed only when the core agrees. */
import { and, bits, bytesToWords, Fault, hex, type Memory, shr, u16le } from "../base/mod.ts";
import type { Chip, Family, SubFamily } from "./family.ts";
import { FAMILIES } from "./families.ts";
import { fault } from "./faults.ts";

const CPUID = 0xE000_ED00; // Armv7-M ARM B3.2.3
const ARM = 0x41; // CPUID.IMPLEMENTER of Arm
/** A word that is no identity is read this often before it is believed. */
const TRIES = 4;
/** CPUID[15:4], Armv7-M and Armv6-M technical reference manuals. */
const CORES: Readonly<Record<number, string>> = {
  0xC20: "Cortex-M0",
  0xC60: "Cortex-M0+",
  0xC23: "Cortex-M3",
  0xC24: "Cortex-M4",
  0xC27: "Cortex-M7",
  0xD20: "Cortex-M23",
  0xD21: "Cortex-M33",
};

/** `Cortex-M7 r0p1` from CPUID. */
export function coreName(cpuid: number): string {
  const name = CORES[bits(cpuid, 15, 4)] ?? `core ${hex(bits(cpuid, 15, 4), 3)}`;
  return `${name} r${bits(cpuid, 23, 20)}p${bits(cpuid, 3, 0)}`;
}

/** 0, all ones, and the key of DHCSR that was seen in the field (0xA05F0000). */
const isGarbage = (word: number): boolean =>
  word === 0 || word === 0xFFFF_FFFF || bits(word, 31, 16) === 0xA05F || bits(word, 11, 0) === 0;

const devIdOf = (idcode: number): number => and(idcode, 0xFFF);

function subOf(idcode: number): [Family, SubFamily] | undefined {
  for (const family of FAMILIES) {
    const sub = family.subFamilies.find((s) => s.devId === devIdOf(idcode));
    if (sub) return [family, sub];
  }
}

const refused = (error: unknown): error is Fault =>
  error instanceof Fault && error.slug === "bus-refused";

interface Identity {
  readonly cpuid: number;
  readonly idcode: number;
}

/** One look at both registers; an identity register that is not there reads as 0. */
async function look(memory: Memory, idcodeAt: number): Promise<Identity> {
  try {
    const [cpuid = 0, idcode = 0] = await memory.batch([{ read: CPUID }, { read: idcodeAt }]);
    return { cpuid, idcode };
  } catch (error) {
    if (!refused(error)) throw error;
    const [cpuid = 0] = await memory.batch([{ read: CPUID }]);
    return { cpuid, idcode: 0 };
  }
}

/**
 * Both registers once they can be believed: a known identity at once; an unknown one when it reads the
 * same twice, with CPUID in between.
 */
async function believable(memory: Memory, idcodeAt: number): Promise<Identity> {
  let last = await look(memory, idcodeAt);
  for (let tries = 1; tries < TRIES; tries++) {
    const sane = bits(last.cpuid, 31, 24) === ARM && !isGarbage(last.idcode);
    if (sane && subOf(last.idcode)) return last;
    const again = await look(memory, idcodeAt);
    if (sane && again.idcode === last.idcode && again.cpuid === last.cpuid) return again;
    last = again;
  }
  return last;
}

function recognise({ cpuid, idcode }: Identity): [Family, SubFamily] {
  const facts = {
    cpuid: hex(cpuid),
    idcode: hex(idcode),
    devId: hex(devIdOf(idcode), 3),
    core: coreName(cpuid),
    known: FAMILIES.flatMap((f) => f.subFamilies.map((s) => s.name)).join(", "),
  };
  const evidence = [
    { what: "CPUID", addr: hex(CPUID), value: hex(cpuid), decoded: { core: facts.core } },
    { what: "DBGMCU_IDCODE", addr: hex(FAMILIES[0]?.idcodeAt ?? 0), value: hex(idcode) },
  ];
  if (bits(cpuid, 31, 24) !== ARM) throw fault("chip-no-core", facts, { evidence });
  if (isGarbage(idcode)) {
    throw fault("chip-id-garbage", { ...facts, times: TRIES }, { evidence });
  }
  const found = subOf(idcode);
  if (!found) throw fault("chip-unknown", facts, { evidence });
  const [family, sub] = found;
  if (bits(cpuid, 15, 4) !== family.core.cpuidPart) {
    throw fault("chip-contradiction", { ...facts, name: sub.name }, { evidence });
  }
  return found;
}

/** The size the chip states, or the largest that exists together with why it is in doubt. */
async function flashSize(
  memory: Memory,
  sub: SubFamily,
): Promise<Pick<Chip, "flashKiB" | "flashSizeDoubt">> {
  const flashKiB = Math.max(...sub.flashSizesKiB);
  let said = 0;
  try {
    for (let tries = 0; tries < 2; tries++) {
      said = u16le(await memory.read(sub.flashSizeAt, 2));
      if (sub.flashSizesKiB.includes(said)) return { flashKiB: said };
    }
  } catch (error) {
    if (!refused(error)) throw error;
    return { flashKiB, flashSizeDoubt: "the chip refuses to read its size register" };
  }
  const sizes = sub.flashSizesKiB.join(", ");
  return {
    flashKiB,
    flashSizeDoubt: `the size register says ${said} KiB, and ${sub.name} come with ${sizes} KiB`,
  };
}

async function uniqueId(memory: Memory, at: number): Promise<string> {
  try {
    return Array.from(bytesToWords(await memory.read(at, 12)), (w) => hex(w).slice(2)).join("");
  } catch (error) {
    if (!refused(error)) throw error;
    return "";
  }
}

/**
 * Which chip answers. `flashKiB` replaces what the size register says. A size register that is nonsense
 * or refused is no fault: the chip then carries `flashSizeDoubt`, and writing flash is refused.
 * Faults: chip-unknown, chip-id-garbage, chip-no-core, chip-contradiction, and those of the memory.
 */
export async function identify(
  memory: Memory,
  how: { readonly flashKiB?: number } = {},
): Promise<Chip> {
  const [first] = FAMILIES;
  const identity = await believable(memory, first?.idcodeAt ?? 0);
  const [family, sub] = recognise(identity);
  const revision = shr(identity.idcode, 16);
  const size = how.flashKiB === undefined
    ? await flashSize(memory, sub)
    : { flashKiB: how.flashKiB };
  return {
    family,
    sub,
    idcode: identity.idcode,
    revision: sub.revisions[revision] ?? hex(revision, 4),
    ...size,
    uid: await uniqueId(memory, sub.uidAt),
  };
}
