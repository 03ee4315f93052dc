/** What the table of actions says about each action. */
import type { Effect } from "../base/mod.ts";
import type { TypeText } from "./types.ts";

/** endings of files that hold an image and say where it belongs */
export const PLACED_IMAGES = [
  ".elf",
  ".axf",
  ".out",
  ".hex",
  ".ihex",
  ".ihx",
  ".s19",
  ".s28",
  ".s37",
  ".srec",
  ".mot",
  ".uf2",
] as const;
/** endings of files that hold an image */
export const IMAGES = [...PLACED_IMAGES, ".bin"] as const;

/** One parameter of an action. */
export interface Parameter {
  readonly type: TypeText;
  readonly optional?: true;
  /** of an `enum`: the words it takes */
  readonly values?: readonly string[];
  /** of an `int`: the least and the most it takes */
  readonly range?: readonly [least: number, most: number];
  /** words of the format that this version does not do yet */
  readonly later?: readonly string[];
  /** of a `file`: the endings it takes */
  readonly accept?: readonly string[];
  /** of `any`: whether a secret input may stand in it, alone; a `secret` parameter takes one anyway */
  readonly secrets?: true;
  /** of a `string`: it is a regular expression */
  readonly pattern?: true;
  /** of `any`: it is a list of mappings with these keys */
  readonly items?: Readonly<Record<string, Parameter>>;
  /** of `any`: what an editor is told of it, as JSON Schema */
  readonly schema?: Readonly<Record<string, unknown>>;
  /** in words, what happens without it */
  readonly absent?: string;
  readonly summary: string;
}
/** One output of an action. */
export interface Output {
  readonly type: TypeText;
  readonly summary: string;
  /** not always there: ask with has() */
  readonly optional?: true;
}
/** One action. */
export interface ActionRow {
  readonly summary: string;
  /** the most it may do to a board */
  readonly effect: Effect;
  /** 1: first version, 2: factory, 3: fleet */
  readonly phase: 1 | 2 | 3;
  /** whether this version does it; one that it does not is refused by name */
  readonly ready: boolean;
  readonly with: Readonly<Record<string, Parameter>>;
  readonly out: Readonly<Record<string, Output>>;
}
