/** Files of this machine that the guest gets as copies: reading hundreds of them one by one over 9p takes a minute. */
import { DatabaseSync } from "node:sqlite";
import { cacheFolder } from "../../../tasks/rig/prepare.ts";
import { ROOT } from "./place.ts";
import { denoFolder } from "./umockdev_place.ts";

const STANDING = `${ROOT}/tests/rig/support/standing.ts`;
const TREE = [
  ...["bin", "src", "ffi", "tasks", "recipes", "mod.ts", "deno.json", "deno.lock"],
  ...["tests/rig", "tests/support"],
];
/** where the guest has Deno's folder */
export const GUEST_DENO = "/run/deno";

async function run(program: string, args: readonly string[], env = {}): Promise<void> {
  const command = new Deno.Command(program, { args: [...args], env, stdout: "null", cwd: ROOT });
  const { code, stderr } = await command.output();
  if (code !== 0) throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
}
const isThere = (path: string): boolean => {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
};

/** Copies the packages of deno.lock that this machine has already; Deno downloads what is missing. */
async function copyPackages(from: string, to: string): Promise<void> {
  const lock: { npm: Record<string, unknown> } = JSON.parse(
    await Deno.readTextFile(`${ROOT}/deno.lock`),
  );
  for (const key of Object.keys(lock.npm)) {
    const name = key.slice(0, key.indexOf("@", 1));
    if (!isThere(`${from}/${name}`) || isThere(`${to}/${name}`)) continue;
    const folder = `${to}/${name}`.replace(/[^/]+$/, "");
    Deno.mkdirSync(folder, { recursive: true });
    await run("cp", ["-r", `${from}/${name}`, folder]);
  }
}
/** Deno's folder with what the program needs and no more: packages, transpiled files, compiled code. */
async function smallDenoFolder(): Promise<string> {
  const folder = `${cacheFolder()}/deno`;
  const held = `${denoFolder()}/npm`;
  for (const { name } of isThere(held) ? Deno.readDirSync(held) : []) {
    await copyPackages(`${held}/${name}`, `${folder}/npm/${name}`); // a registry each
  }
  await run(Deno.execPath(), ["run", "-A", "--no-check", STANDING], { DENO_DIR: folder });
  for (const { name } of Deno.readDirSync(folder)) {
    if (!/_cache_v\d+$/.test(name)) continue;
    using db = new DatabaseSync(`${folder}/${name}`); // its log is as long as itself
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  return folder;
}

/** Puts archives into the folder shared with the guest; gives the command by which the guest unpacks them. */
export async function archives(job: string): Promise<string> {
  const deno = await smallDenoFolder();
  await run("tar", ["-cf", `${job}/tree.tar`, ...TREE]);
  await run("tar", ["-cf", `${job}/deno.tar`, "-C", deno, "."]);
  const box = "/run/busybox";
  const unpack = (name: string, to: string) =>
    `mkdir -p ${to}; ${box} dd if=/job/${name}.tar bs=512k | ${box} tar -x -C ${to}`;
  const parents = (path: string): readonly string[] =>
    path.split("/").slice(1, -1).map((_, i, all) => `/${all.slice(0, i + 1).join("/")}`);
  return [
    "set -e",
    unpack("tree", "/run/tree"),
    unpack("deno", GUEST_DENO),
    // for the user who is nobody: the way to the program, which may lie in root's home
    `chmod a+x ${[...parents(`${ROOT}/x`), ...parents(Deno.execPath())].join(" ")}`,
    `chmod -R a+rwX ${GUEST_DENO}`,
    `${box} mount --bind /run/tree ${ROOT}`,
  ].join("\n");
}
/**
 * The command line that starts `standing.ts` in the guest and leaves it alone. It ends when the host hangs up, and the
 * guest with it: a test that was killed leaves no guest behind.
 */
export const standingCommand = (port: number): string =>
  `cd /run; ( DENO_DIR=${GUEST_DENO} ${Deno.execPath()} run -A --no-check ` +
  `${STANDING} 10.0.2.2 ${port}; /run/busybox poweroff -f ) </dev/null >/job/standing.log 2>&1 &`;
