/** tests/firmware/upper.c, built: it talks on the UART both ways. */
import { needsProgram } from "./need.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const FLAGS = ["-mcpu=cortex-m7", "-mthumb", "-Os", "-std=c11", "-Wall", "-Wextra", "-Werror"];
const COMPILER = "arm-none-eabi-gcc";

/** As an ELF file. */
export async function upperFirmware(): Promise<Uint8Array> {
  const out = await Deno.makeTempFile({ suffix: ".elf" });
  try {
    const script = `${ROOT}examples/hello-f746/stm32f746.ld`;
    const link = ["-ffreestanding", "-nostdlib", "-Wl,--build-id=none", "-T", script];
    const { code, stderr } = await new Deno.Command(COMPILER, {
      args: [...FLAGS, ...link, `${ROOT}tests/firmware/upper.c`, "-o", out],
    }).output();
    if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
    return await Deno.readFile(out);
  } finally {
    await Deno.remove(out);
  }
}
/** A test that needs it. */
export const withCompiler = (name: string, fn: () => void | Promise<void>): void =>
  needsProgram(COMPILER, name, fn);
