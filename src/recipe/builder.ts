/**
 * Recipes in TypeScript: a builder that only ever produces the document that YAML would be. Its types come
 * from the table of actions, so that a wrong recipe does not compile.
 */
import type { Effect } from "../base/mod.ts";
import type { InputSpec } from "./builder_inputs.ts";
import { type ActionName, actionRow, type actions } from "./actions.ts";
import { Expr, ListExpr, Maybe, SecretRef } from "./expr.ts";
import { celType, parseType, type ValueOf, type WrittenAs } from "./types.ts";

type Table = typeof actions;
type Words<P> = P extends { readonly values: readonly (infer W extends string)[] } ? W : string;
/** What may be written for a parameter. */
type Written<P> = P extends { readonly type: infer T extends string }
  ? T extends "enum" ? Words<P> | Expr<string>
  : T extends "list<enum>" ? readonly Words<P>[]
  : T extends "secret" ? SecretRef
  : WrittenAs<T> | Expr<ValueOf<T>>
  : never;
type Needed<W> = { [K in keyof W as W[K] extends { optional: true } ? never : K]: W[K] };
type Allowed<W> = { [K in keyof W as W[K] extends { optional: true } ? K : never]: W[K] };
/** Parameters of an action. */
export type With<N extends ActionName> =
  & {
    readonly [K in keyof Needed<Table[N]["with"]>]: Written<
      Table[N]["with"][K & keyof Table[N]["with"]]
    >;
  }
  & {
    readonly [K in keyof Allowed<Table[N]["with"]>]?: Written<
      Table[N]["with"][K & keyof Table[N]["with"]]
    >;
  };

type OutType<O> = O extends { type: infer T extends string } ? ValueOf<T> : never;
/** Outputs of a step that runs for certain. */
export type Outputs<N extends ActionName> =
  & { readonly [K in keyof Table[N]["out"]]: Expr<OutType<Table[N]["out"][K]>> }
  & { readonly ran: Expr<boolean> };
/** Outputs of a step that may be skipped. */
export type MaybeOutputs<N extends ActionName> =
  & { readonly [K in keyof Table[N]["out"]]: Maybe<OutType<Table[N]["out"][K]>> }
  & { readonly ran: Expr<boolean> };

type Sure<O> = {
  [K in keyof O as O[K] extends { readonly optional: true } ? never : K]: O[K];
};
/** Outputs of a step in a loop: lists in order; what is not always there is in none. */
export type ListOutputs<N extends ActionName> =
  & {
    readonly [K in keyof Sure<Table[N]["out"]>]: ListExpr<OutType<Sure<Table[N]["out"]>[K]>>;
  }
  & { readonly ran: Expr<boolean> };

/** What judges the unit. */
export interface MeasureSpec {
  readonly name: string;
  /** expression over `value`, the step's outputs: `value.differing_bytes` */
  readonly value: string;
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  readonly marginal?: number;
  readonly equals?: string | Expr<unknown>;
}
interface Common {
  readonly timeout?: string;
  readonly idle_timeout?: string;
  readonly on_error?: "stop" | "warn";
  readonly measure?: readonly MeasureSpec[];
}
interface Retry {
  readonly max: number;
  readonly on: readonly ("LINK" | "USB")[];
  readonly pause?: string;
  readonly after?: readonly "probe.reattach"[];
}
/** Options of a step: what cannot be undone needs `confirm`, takes no `retry` and stops the run when it fails. */
export type StepOptions<N extends ActionName> =
  & Common
  & (Table[N]["effect"] extends "irreversible"
    ? { readonly confirm: "plan" | "typed"; readonly retry?: never; readonly on_error?: "stop" }
    : { readonly confirm?: never; readonly retry?: Retry });

/** The head of a recipe. */
export interface RecipeHead<I extends Readonly<Record<string, InputSpec>>> {
  readonly name: string;
  readonly summary: string;
  readonly effect: Effect;
  /** required: without a durable record the unit does not pass */
  readonly record?: "best-effort" | "required";
  readonly target?: {
    readonly chips?: readonly string[];
    readonly attach?: "attach" | "halt" | "under-reset";
    readonly supply?: {
      readonly min?: string;
      readonly max?: string;
      readonly unmeasured?: "stop" | "warn";
    };
    readonly leave?: "as-found" | "running" | "halted" | "reset-held" | "board-safe";
  };
  readonly inputs?: I;
}
type InputRefs<I> = {
  readonly [K in keyof I]: I[K] extends InputSpec<infer T> ? T extends "secret" ? SecretRef
    : ValueOf<T> extends readonly (infer V)[] ? T extends `list<${string}>` ? ListExpr<V>
      : Expr<ValueOf<T>>
    : Expr<ValueOf<T>>
    : never;
};

/** A document as it is written; lint reads it like the YAML it stands for. */
export interface WrittenRecipe {
  readonly recipe: "v1";
  readonly name: string;
  readonly summary: string;
  readonly effect: Effect;
  readonly steps: readonly Readonly<Record<string, unknown>>[];
  readonly [key: string]: unknown;
}

const clean = (o: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined));

function written(value: unknown): unknown {
  if (value instanceof Expr) return String(value);
  if (value instanceof SecretRef) return `\${{ ${value.cel} }}`;
  if (Array.isArray(value)) return value.map(written);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, written(v)]));
}

function outputs(id: string, uses: string, maybe: boolean): Record<string, unknown> {
  const ran = `steps.${id}.ran`;
  const named = Object.entries(actionRow(uses)?.out ?? {}).map(([name, o]) => {
    const parsed = parseType(o.type);
    const type = parsed ? celType(parsed) : "dyn";
    const cel = `steps.${id}.${name}`;
    return [name, maybe ? new Maybe(ran, cel, type) : new Expr(cel, type)] as const;
  });
  return { ran: new Expr(ran, "bool"), ...Object.fromEntries(named) };
}

function listOutputs(id: string, uses: string): Record<string, unknown> {
  const named = Object.entries(actionRow(uses)?.out ?? {}).filter(([, o]) => !o.optional)
    .map(([name, o]) => {
      const parsed = parseType(o.type);
      return [name, new ListExpr(`steps.${id}.${name}`, parsed ? celType(parsed) : "dyn")] as const;
    });
  return { ran: new Expr(`steps.${id}.ran`, "bool"), ...Object.fromEntries(named) };
}

/** Gathers steps. */
export class Steps {
  readonly steps: Record<string, unknown>[] = [];

  #add(id: string, uses: string, when: string | undefined, parameters: unknown, options: object) {
    const given = written(parameters) as Record<string, unknown>;
    const parts = Object.keys(given).length > 0 ? given : undefined;
    this.steps.push(clean({ id, uses, when, with: parts, ...written(options) as object }));
  }

  /** A step that uses an action. */
  step<N extends ActionName>(
    id: string,
    uses: N,
    parameters: With<N>,
    ...options: StepOptions<N> extends { readonly confirm: string } ? [StepOptions<N>]
      : [StepOptions<N>?]
  ): Outputs<N> {
    this.#add(id, uses, undefined, parameters, options[0] ?? {});
    return outputs(id, uses, false) as Outputs<N>;
  }

  /** A step that is skipped unless `when` is true. */
  stepIf<N extends ActionName>(
    when: Expr<boolean>,
    id: string,
    uses: N,
    parameters: With<N>,
    ...options: StepOptions<N> extends { readonly confirm: string } ? [StepOptions<N>]
      : [StepOptions<N>?]
  ): MaybeOutputs<N> {
    this.#add(id, uses, when.cel, parameters, options[0] ?? {});
    return outputs(id, uses, true) as MaybeOutputs<N>;
  }

  /** A step once for each item of a list, in order; `as` is the item's name in the document. */
  stepEach<N extends ActionName, V>(
    id: string,
    each: ListExpr<V>,
    as: string,
    uses: Table[N]["effect"] extends "irreversible" ? never : N,
    parameters: (item: Expr<V>) => With<N>,
    options?: StepOptions<N>,
  ): ListOutputs<N> {
    const given = written(parameters(new Expr<V>(as, each.itemType))) as Record<string, unknown>;
    const parts = Object.keys(given).length > 0 ? given : undefined;
    this.steps.push(clean({
      id,
      for: { each: each.cel, as },
      uses,
      with: parts,
      ...written(options ?? {}) as object,
    }));
    return listOutputs(id, uses) as unknown as ListOutputs<N>;
  }

  /** Steps once for each item of a list, in order. */
  groupEach<V>(
    id: string,
    each: ListExpr<V>,
    as: string,
    body: (r: Steps, item: Expr<V>) => void,
  ): void {
    const inner = new Steps();
    body(inner, new Expr<V>(as, each.itemType));
    this.steps.push({ id, for: { each: each.cel, as }, group: inner.steps });
  }

  /** Stops the run unless the condition is true. */
  require(
    id: string,
    condition: Expr<boolean>,
    say: { readonly code?: string; readonly message: string; readonly help?: string },
  ): void {
    this.steps.push(clean({ id, require: condition.cel, ...say }));
  }

  /** A step that uses another recipe: `./x.yaml`, `std/recover-option-bytes`. `O` are its outputs. */
  recipe<O extends Readonly<Record<string, unknown>> = Readonly<Record<string, never>>>(
    id: string,
    uses: `./${string}` | `std/${string}`,
    parameters: Readonly<Record<string, unknown>> = {},
    options: Common & { readonly when?: Expr<boolean> } = {},
  ): { readonly [K in keyof O]: Expr<O[K]> } & { readonly ran: Expr<boolean> } {
    const { when, ...rest } = options;
    this.#add(id, uses, when?.cel, parameters, rest);
    const made = (name: string) => new Expr(`steps.${id}.${name}`);
    return new Proxy({}, { get: (_, name) => made(String(name)) }) as never;
  }

  /** Steps that share what is done when one fails, and what is done in any case. */
  group(
    id: string,
    body: (r: Steps) => void,
    also: {
      readonly rescue?: (r: Steps, error: typeof failure) => void;
      readonly finally?: (r: Steps) => void;
    } = {},
  ): void {
    const gather = (fill: ((r: Steps) => void) | undefined) => {
      if (!fill) return undefined;
      const inner = new Steps();
      fill(inner);
      return inner.steps;
    };
    const { rescue } = also;
    this.steps.push(clean({
      id,
      group: gather(body),
      rescue: gather(rescue && ((r) => rescue(r, failure))),
      finally: gather(also.finally),
    }));
  }
}

/** What a rescue sees of the failure. */
const failure = {
  code: new Expr<string>("error.code", "string"),
  class: new Expr<string>("error.class", "string"),
  step: new Expr<string>("error.step", "string"),
} as const;

/** Builds a recipe; the body gives its outputs. */
export function recipe<const I extends Readonly<Record<string, InputSpec>>>(
  head: RecipeHead<I>,
  body: (r: Steps, inputs: InputRefs<I>) => Readonly<Record<string, Expr<unknown> | string>> | void,
): WrittenRecipe {
  const r = new Steps();
  const refs = Object.entries(head.inputs ?? {}).map(([name, spec]) => {
    const type = parseType(spec.type);
    const cel = `inputs.${name}`;
    if (type?.shape === "list") {
      return [name, new ListExpr(cel, celType({ ...type, shape: "one" }))];
    }
    if (spec.type === "secret") return [name, new SecretRef(cel)];
    return [name, new Expr(cel, type ? celType(type) : "dyn")];
  });
  const out = body(r, Object.fromEntries(refs) as InputRefs<I>);
  const outputs = out && Object.fromEntries(Object.entries(out).map(([k, v]) => [k, String(v)]));
  return { recipe: "v1", ...head, steps: r.steps, ...(outputs ? { outputs } : {}) };
}
