/** Secret inputs: read from where they are, once, before a probe is opened. */
import type { InputDocument } from "./document.ts";
import { fault } from "./faults.ts";
import { SECRET_FROM } from "./grammar.ts";
import type { GivenInputs } from "./inputs.ts";
import type { CheckedRecipe } from "./lint.ts";
import { MOST_SECRET, Secret, type Vault } from "./secret.ts";

/** Where secrets come from. */
export interface SecretSources {
  readonly files: { bytes(path: string): Promise<Uint8Array> };
  /** an environment variable; absent: there are none here */
  variable?(name: string): string | undefined;
}

const WAYS = { file: "--set {input}=@FILE", env: "--set {input}=env:NAME" } as const;

const waysOf = (name: string, { from = SECRET_FROM }: InputDocument): string =>
  from.map((f) => WAYS[f].replace("{input}", name)).join(", or ");

/** What was given, as text: a plan or a record holds where the secret came from. */
function reference(value: unknown): string | undefined {
  if (typeof value === "string") return value.trim();
  const from = (value as { from?: unknown } | null)?.from;
  return typeof from === "string" ? from : undefined;
}

async function bytesOf(
  name: string,
  rule: InputDocument,
  text: string,
  sources: SecretSources,
): Promise<Uint8Array> {
  const ways = waysOf(name, rule);
  const from = text.startsWith("@") ? "file" : text.startsWith("env:") ? "env" : undefined;
  if (from === undefined) throw fault("secret-in-the-open", { input: name, ways });
  const bad = (why: string) => fault("secret-unusable", { input: name, why, ways });
  if (!(rule.from ?? SECRET_FROM).includes(from)) throw bad(`the recipe takes none from ${from}`);
  if (from === "file") return await sources.files.bytes(text.slice(1));
  const variable = text.slice("env:".length);
  const value = sources.variable?.(variable);
  if (value === undefined) throw bad(`there is no environment variable ${variable}`);
  return new TextEncoder().encode(value);
}

/**
 * What was given, with every secret read and known to `vault`. Faults: secret-in-the-open,
 * secret-unusable, and those of reading a file.
 */
export async function withSecrets(
  checked: CheckedRecipe,
  given: GivenInputs,
  sources: SecretSources,
  vault: Vault,
): Promise<GivenInputs> {
  const out: Record<string, unknown> = { ...given };
  for (const [name, rule] of Object.entries(checked.document?.inputs ?? {})) {
    const value = given[name];
    if (rule.type !== "secret" || value === undefined) continue;
    const text = value instanceof Secret ? "" : reference(value);
    const secret = value instanceof Secret
      ? value
      : new Secret(await bytesOf(name, rule, text ?? "", sources), text);
    if (secret.length < 1 || secret.length > MOST_SECRET) {
      const why = secret.length === 0 ? "it is empty" : `it has ${secret.length} bytes`;
      throw fault("secret-unusable", { input: name, why, ways: waysOf(name, rule) });
    }
    await vault.add(secret);
    out[name] = secret;
  }
  return out;
}
