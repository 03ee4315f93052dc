/** Inputs of recipes in TypeScript. */
import type { Kind, WrittenAs } from "./types.ts";

interface InputRules<K extends Kind> {
  readonly summary?: string;
  readonly default?: WrittenAs<K>;
  readonly default_by_chip?: Readonly<Record<string, WrittenAs<K>>>;
  readonly optional?: true;
}
/** An input as it is declared. */
export interface InputSpec<T extends string = string> {
  readonly type: T;
}

const made =
  <K extends Kind, R = unknown>(type: K) => (rules?: InputRules<K> & R): InputSpec<K> => ({
    type,
    ...rules,
  });
type Ordered<K extends Kind> = { readonly min?: WrittenAs<K>; readonly max?: WrittenAs<K> };

/** Makes inputs of a recipe. */
export const input = {
  bool: made<"bool">("bool"),
  int: made<"int", Ordered<"int">>("int"),
  double: made<"double", Ordered<"double">>("double"),
  string: made<"string", { readonly pattern?: string }>("string"),
  file: made<"file", { readonly accept?: readonly string[]; readonly sha256?: "required" }>("file"),
  path: made<"path">("path"),
  address: made<"address", Ordered<"address">>("address"),
  region: made<"region">("region"),
  sectors: made<"sectors">("sectors"),
  size: made<"size", Ordered<"size">>("size"),
  frequency: made<"frequency", Ordered<"frequency">>("frequency"),
  duration: made<"duration", Ordered<"duration">>("duration"),
  voltage: made<"voltage", Ordered<"voltage">>("voltage"),
  /** Bytes that go to the chip and nowhere else. */
  secret: (
    rules: {
      readonly summary?: string;
      readonly optional?: true;
      readonly from?: readonly ("file" | "env")[];
    } = {},
  ): InputSpec<"secret"> => ({ type: "secret", ...rules }),
  /** One of some words. */
  enum: (
    rules: InputRules<"enum"> & { readonly values: readonly string[] },
  ): InputSpec<"enum"> => ({
    type: "enum",
    ...rules,
  }),
  /** A list of values of one kind. */
  list: <K extends Kind>(
    kind: K,
    rules: { readonly summary?: string; readonly default?: readonly WrittenAs<K>[] } = {},
  ): InputSpec<`list<${K}>`> => ({ type: `list<${kind}>`, ...rules }),
  /** Names with a value of one kind each. */
  map: <K extends Kind>(
    kind: K,
    rules: { readonly summary?: string } = {},
  ): InputSpec<`map<${K}>`> => ({ type: `map<${kind}>`, ...rules }),
} as const;
