/** The types that a recipe's values have, as data and as TypeScript types. */
import type { SecretRef } from "./expr.ts";
import type { Secret } from "./secret.ts";

/** What one value may be. */
export const KINDS = [
  "bool",
  "int",
  "double",
  "string",
  "enum",
  "file",
  "path",
  "address",
  "region",
  "sectors",
  "size",
  "frequency",
  "duration",
  "voltage",
  "bytes",
  "secret",
  "any",
] as const;
/** See {@link KINDS}. */
export type Kind = typeof KINDS[number];
/** A type as it is written: a kind, or a list or a map of one. */
export type TypeText = Kind | `list<${Kind}>` | `map<${Kind}>`;

/** A type taken apart. */
export interface Type {
  readonly shape: "one" | "list" | "map";
  readonly kind: Kind;
}

/** A stretch of addresses; `all` is the whole flash. */
export type Region = { readonly at: number; readonly length: number } | "all";
/** Numbers of sectors; `all` is every one. */
export type Sectors = readonly number[] | "all";

/**
 * What a value of a kind is in TypeScript and in a document. Sizes are bytes, frequencies Hz (0: auto),
 * durations ms, voltages V.
 */
export interface KindValues {
  bool: boolean;
  int: number;
  double: number;
  string: string;
  enum: string;
  file: string;
  path: string;
  address: number;
  region: Region;
  sectors: Sectors;
  size: number;
  frequency: number;
  duration: number;
  voltage: number;
  bytes: Uint8Array;
  secret: Secret;
  any: unknown;
}
/** What a value of a type is in TypeScript. */
export type ValueOf<T extends string> = T extends `list<${infer K extends Kind}>`
  ? readonly KindValues[K][]
  : T extends `map<${infer K extends Kind}>` ? Readonly<Record<string, KindValues[K]>>
  : T extends Kind ? KindValues[T]
  : never;

/** What may be written for a value of a type: as text with its unit, or as the value itself. */
export type WrittenAs<T extends string> = T extends `list<${infer K extends Kind}>`
  ? readonly WrittenAs<K>[]
  : T extends `map<${infer K extends Kind}>` ? Readonly<Record<string, WrittenAs<K>>>
  : T extends "bool" ? boolean
  : T extends "int" | "double" ? number
  : T extends "address" | "size" | "frequency" | "duration" | "voltage" ? number | string
  : T extends "region" | "sectors" | "string" | "enum" | "file" | "path" ? string
  : T extends "secret" ? SecretRef
  : T extends "any" ? unknown
  : never;

const isKind = (text: string): text is Kind => (KINDS as readonly string[]).includes(text);

/** The type that `text` names, or undefined. */
export function parseType(text: string): Type | undefined {
  const of = /^(list|map)<([a-z]+)>$/.exec(text);
  const kind = of ? of[2] : text;
  if (kind === undefined || !isKind(kind)) return undefined;
  return { shape: of ? of[1] as "list" | "map" : "one", kind };
}

/** The type as it is written. */
export const typeText = (t: Type): string => t.shape === "one" ? t.kind : `${t.shape}<${t.kind}>`;

const CEL_KIND: Readonly<Record<Kind, string>> = {
  bool: "bool",
  int: "int",
  double: "double",
  string: "string",
  enum: "string",
  file: "string",
  path: "string",
  address: "int",
  region: "string",
  sectors: "string",
  size: "int",
  frequency: "int",
  duration: "int",
  voltage: "double",
  bytes: "bytes",
  secret: "bytes",
  any: "dyn",
};

/** The type's name in the expression language. */
export const celType = (t: Type): string =>
  t.shape === "one"
    ? CEL_KIND[t.kind]
    : t.shape === "list"
    ? `list<${CEL_KIND[t.kind]}>`
    : `map<string, ${CEL_KIND[t.kind]}>`;
