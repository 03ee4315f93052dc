import { assertEquals } from "@std/assert";
import { needsProgram } from "../support/need.ts";
import { CODE_AT, PROGRAMS } from "./firmware.ts";

const run = async (program: string, ...args: string[]): Promise<void> => {
  const { success, stderr } = await new Deno.Command(program, { args, stderr: "piped" }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
};

needsProgram("arm-none-eabi-as", "the programs are what their sources give", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, digits] of Object.entries(PROGRAMS)) {
      const [o, elf, bin] = ["o", "elf", "bin"].map((e) => `${folder}/${name}.${e}`) as [
        string,
        string,
        string,
      ];
      await run("arm-none-eabi-as", "-o", o, `tests/firmware/${name}.s`);
      await run("arm-none-eabi-ld", "-Ttext=0x08000000", "-e", "0x08000221", "-o", elf, o);
      await run("arm-none-eabi-objcopy", "-O", "binary", elf, bin);
      const built = (await Deno.readFile(bin)).slice(CODE_AT);
      assertEquals(Array.from(built, (b) => b.toString(16).padStart(2, "0")).join(""), digits);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
