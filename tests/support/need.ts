/** Tests that need a program or a library of the system: skipped by name, loudly; a failure in CI. */

const found = (path: string): boolean => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
};

/** The program's path, or undefined. */
export function programPath(name: string): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return folders.map((f) => `${f}/${name}`).find(found);
}

/** The first of the files that exists, or undefined. */
export const firstFile = (...paths: readonly string[]): string | undefined => paths.find(found);

/**
 * A test that needs `what` (a program's name, or any condition already looked up). Without it the
 * test is skipped and says so in its name; with CI=true it fails instead.
 */
export function needs(
  what: string,
  there: boolean,
  name: string,
  fn: (t: Deno.TestContext) => void | Promise<void>,
): void {
  if (there) return Deno.test(name, fn);
  const missing = `${name} [SKIPPED: needs ${what}]`;
  if (Deno.env.get("CI") === "true") {
    Deno.test(missing, () => {
      throw new Error(`CI may not skip: ${what} is not installed`);
    });
  } else {
    console.error(`SKIPPED: ${missing}`);
    Deno.test({ name: missing, ignore: true, fn });
  }
}

/** As {@link needs}, for a program on PATH. */
export const needsProgram = (
  program: string,
  name: string,
  fn: (t: Deno.TestContext) => void | Promise<void>,
): void => needs(program, programPath(program) !== undefined, name, fn);
