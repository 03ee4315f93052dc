/**
 * The one error of the house. Each room keeps its rows in `faults.ts`; a row says how the fault looks
 * to the owner of a board, a Fault is one occurrence with its facts.
 */

/** How far an act may go; each class includes the ones before it. */
export const EFFECTS = ["read", "volatile", "reversible", "destructive", "irreversible"] as const;
/** See {@link EFFECTS}. */
export type Effect = typeof EFFECTS[number];

/** Whose fault it is: the unit on the bench, the station, the recipe, a missing approval, or probekit. */
export type FaultClass = "unit" | "station" | "recipe" | "approval" | "tool";

/** One row of a room's catalogue. Texts may hold `{fact}`, filled from the occurrence. */
export interface FaultRow {
  /** `E`, the two digits of the exit code, then two or three of its own */
  readonly code: `E${number}`;
  readonly class: FaultClass;
  /** says what happened; stands alone in a log */
  readonly title: string;
  /** what may have led to it, likeliest first; a cause shows only when all facts it names are known */
  readonly causes?: readonly {
    readonly text: string;
    readonly likelihood: "proven" | "likely" | "possible";
    readonly because?: readonly string[];
  }[];
  readonly next: readonly {
    readonly text: string;
    readonly command?: string;
    readonly effect?: Effect;
  }[];
  /** whether the same command may simply be repeated */
  readonly retryable?: boolean;
  /** a longer explanation for `probekit explain` */
  readonly explain?: string;
}

/** A value of a fact. */
export type Fact = string | number | boolean;
/** What was seen: a register or a measurement. */
export interface Evidence {
  readonly what: string;
  readonly addr?: string;
  readonly value: string;
  readonly decoded?: Readonly<Record<string, string>>;
}
/** What state the board was left in. */
export interface BoardState {
  readonly state: "untouched" | "as-planned" | "partial" | "unknown";
  readonly text: string;
}
/** A place in a file, 1-based. `via` is the chain of `uses:` that led there. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  readonly snippet: string;
  readonly via?: readonly string[];
}
/** What the rooms above add to a fault on its way up. */
export interface FaultContext {
  readonly doing?: string;
  readonly board?: BoardState;
  readonly step?: { readonly id: string; readonly uses: string; readonly attempt: number };
  readonly where?: Span;
}

/** Options of one occurrence. */
export interface FaultOptions extends FaultContext {
  readonly cause?: unknown;
  readonly evidence?: readonly Evidence[];
  /** causes found at run time, shown before the row's */
  readonly causes?: FaultRow["causes"];
  readonly next?: FaultRow["next"];
}

const fill = (text: string, facts: Readonly<Record<string, Fact>>): string =>
  text.replace(/\{(\w+)\}/g, (all, name: string) => name in facts ? String(facts[name]) : all);

/** One occurrence of a row. */
export class Fault extends Error {
  override readonly name = "Fault";
  constructor(
    /** the row's name, unique in the house: `link-no-answer` */
    readonly slug: string,
    readonly row: FaultRow,
    readonly facts: Readonly<Record<string, Fact>> = {},
    readonly options: FaultOptions = {},
  ) {
    super(
      fill(row.title, facts),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
  }
  get code(): `E${number}` {
    return this.row.code;
  }
  /** what a process that fails with it exits with */
  get exit(): number {
    return Number(this.row.code.slice(1, 3));
  }
  /** The same fault with what the room above knows; what is already said stays. */
  within(context: FaultContext & Pick<FaultOptions, "evidence" | "causes" | "next">): Fault {
    const { evidence = [], causes = [], next = [], ...rest } = context;
    return new Fault(this.slug, this.row, this.facts, {
      ...rest,
      ...this.options,
      evidence: [...this.options.evidence ?? [], ...evidence],
      causes: [...this.options.causes ?? [], ...causes],
      next: [...this.options.next ?? [], ...next],
    });
  }
  /** The same fault with the state that the room above knows to be true, whatever was said below. */
  leaving(board: BoardState): Fault {
    return new Fault(this.slug, this.row, this.facts, { ...this.options, board });
  }
}

/** A room's catalogue: call it with a slug and facts to make the Fault, read `rows` to list them. */
export interface Catalogue<S extends string> {
  (slug: S, facts?: Readonly<Record<string, Fact>>, options?: FaultOptions): Fault;
  readonly rows: Readonly<Record<S, FaultRow>>;
}

/** Makes a room's catalogue from its rows. */
export function catalogue<S extends string>(rows: Readonly<Record<S, FaultRow>>): Catalogue<S> {
  const make = (slug: S, facts: Readonly<Record<string, Fact>> = {}, options: FaultOptions = {}) =>
    new Fault(slug, rows[slug], facts, options);
  return Object.assign(make, { rows });
}

/** A fault as plain data, for JSON output and for rendering. */
export interface Diagnostic {
  readonly code: string;
  readonly slug: string;
  readonly severity: "error" | "warning" | "note";
  readonly class: FaultClass;
  readonly title: string;
  readonly where?: Span;
  readonly step?: FaultContext["step"];
  readonly doing?: string;
  readonly evidence: readonly Evidence[];
  readonly board?: BoardState;
  readonly causes: readonly { text: string; likelihood: string; because: readonly string[] }[];
  readonly next: readonly { text: string; command?: string; effect?: Effect }[];
  readonly retryable: boolean;
  readonly exit: number;
  /** titles of the faults below, outermost first */
  readonly chain: readonly string[];
}

/** The fault and all that was added to it, as data. */
export function diagnose(fault: Fault): Diagnostic {
  const { row, facts, options } = fault;
  const known = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].every(([, n]) => n! in facts);
  const chain: string[] = [];
  for (let c = fault.cause; c instanceof Error && chain.length < 8; c = c.cause) {
    chain.push(c.message);
  }
  const pick = <K extends keyof FaultContext>(key: K): Pick<FaultContext, K> =>
    options[key] === undefined ? {} as Pick<FaultContext, K> : { [key]: options[key] } as never;
  return {
    code: row.code,
    slug: fault.slug,
    severity: "error",
    class: row.class,
    title: fault.message,
    ...pick("where"),
    ...pick("step"),
    ...pick("doing"),
    ...pick("board"),
    evidence: options.evidence ?? [],
    causes: [...options.causes ?? [], ...(row.causes ?? []).filter((c) => known(c.text))].map((
      c,
    ) => ({
      text: fill(c.text, facts),
      likelihood: c.likelihood,
      because: (c.because ?? []).filter(known).map((b) => fill(b, facts)),
    })),
    next: [...options.next ?? [], ...row.next].map((n) => ({
      ...n,
      text: fill(n.text, facts),
      ...(n.command === undefined ? {} : { command: fill(n.command, facts) }),
    })),
    retryable: row.retryable ?? false,
    exit: fault.exit,
    chain,
  };
}
