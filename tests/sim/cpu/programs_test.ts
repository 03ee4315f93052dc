/** Programs compiled from C: what they write on our core must be what they write on QEMU's Cortex-M7. */
import { assert, assertEquals } from "@std/assert";
import { build, FLOATS, type Floats, LEVELS, onOurs, onQemu, testWith } from "./firmware_bench.ts";

const PROGRAMS = ["arm-none-eabi-gcc", "qemu-system-arm"];
/** QEMU 7.2 does not do CCR.UNALIGN_TRP; ARM DDI 0403 §A3.2.1 says that it faults with UNALIGNED. */
const OURS_ONLY = /^UNALIGN_TRP: .*$/gm;
const TRAPS = [
  "UNALIGN_TRP: 6 1000000 0 fffffff9 0 6 1000000 0 fffffff9 0",
  "UNALIGN_TRP: 3 1000000 40000000 fffffff9 0 3 1000000 40000000 fffffff9 0",
];

async function compare(source: string, level: string, floats: Floats): Promise<string> {
  const dir = await Deno.makeTempDir();
  try {
    const elf = await build(source, level, floats, dir);
    const [theirs, bytes] = await Promise.all([onQemu(elf), Deno.readFile(elf)]);
    const { text } = onOurs(bytes);
    assert(theirs.endsWith("end\n"), theirs);
    assertEquals(
      text.replace(OURS_ONLY, "UNALIGN_TRP"),
      theirs.replace(/^UNALIGN_TRP:.*$/gm, "UNALIGN_TRP"),
    );
    return text;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

for (const level of LEVELS) {
  for (const floats of Object.keys(FLOATS) as Floats[]) {
    const how = `at ${level}, ${floats} float: as on QEMU`;
    testWith(PROGRAMS, `newlib ${how}`, async () => {
      await compare("library", level, floats);
    });
    testWith(PROGRAMS, `exceptions and faults ${how}`, async () => {
      const text = await compare("exceptions", level, floats);
      assertEquals(text.match(OURS_ONLY), TRAPS);
    });
    testWith(PROGRAMS, `threads ${how}`, async () => {
      await compare("threads", level, floats);
    });
  }
}
