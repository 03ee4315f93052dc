/** Expressions as TypeScript values: what a recipe's outputs and inputs are in the builder. */

/** how strongly an expression binds: what needs parentheses inside what */
const OR = 0;
const AND = 1;
const COMPARISON = 2;
const ATOM = 3;

declare const VALUE: unique symbol;

/** An expression that will have a value of type `V`. In a text it becomes `${{ … }}`. */
export class Expr<V> {
  declare readonly [VALUE]: V;
  constructor(
    readonly cel: string,
    /** its type in the expression language, when it is known */
    readonly type: string = "dyn",
    readonly binds: number = ATOM,
  ) {}

  #compare(operator: string, other: unknown): Expr<boolean> {
    const right = literal(other, this.type);
    return new Expr(`${this.#within(COMPARISON + 1)} ${operator} ${right}`, "bool", COMPARISON);
  }
  #within(least: number): string {
    return this.binds < least ? `(${this.cel})` : this.cel;
  }

  eq(other: V | Expr<V>): Expr<boolean> {
    return this.#compare("==", other);
  }
  ne(other: V | Expr<V>): Expr<boolean> {
    return this.#compare("!=", other);
  }
  lt(this: Expr<number>, other: number | Expr<number>): Expr<boolean> {
    return this.#compare("<", other);
  }
  le(this: Expr<number>, other: number | Expr<number>): Expr<boolean> {
    return this.#compare("<=", other);
  }
  gt(this: Expr<number>, other: number | Expr<number>): Expr<boolean> {
    return this.#compare(">", other);
  }
  ge(this: Expr<number>, other: number | Expr<number>): Expr<boolean> {
    return this.#compare(">=", other);
  }
  and(this: Expr<boolean>, other: Expr<boolean>): Expr<boolean> {
    return new Expr(`${this.#within(AND)} && ${other.#within(AND + 1)}`, "bool", AND);
  }
  or(this: Expr<boolean>, other: Expr<boolean>): Expr<boolean> {
    return new Expr(`${this.#within(OR)} || ${other.#within(OR + 1)}`, "bool", OR);
  }
  not(this: Expr<boolean>): Expr<boolean> {
    return new Expr(`!${this.#within(ATOM)}`, "bool", ATOM);
  }
  /** One value of a map. */
  entry<T>(this: Expr<Readonly<Record<string, T>>>, key: string | Expr<string>): Expr<T> {
    return new Expr(`${this.#within(ATOM)}[${literal(key, "string")}]`);
  }
  /** Whether an optional input was given, or an optional output is there. */
  given(): Expr<boolean> {
    return new Expr(`has(${this.cel})`, "bool", ATOM);
  }
  toString(): string {
    return `\${{ ${this.cel} }}`;
  }
}

/** An expression that gives a list. */
export class ListExpr<V> extends Expr<readonly V[]> {
  constructor(
    cel: string,
    /** the type of its items in the expression language */
    readonly itemType: string = "dyn",
  ) {
    super(cel, `list<${itemType}>`);
  }
  /** How many items it has. */
  size(): Expr<number> {
    return new Expr(`size(${this.cel})`, "int");
  }
  /** One of its items, counted from 0. */
  nth(index: number): Expr<V> {
    return new Expr(`${this.cel}[${index}]`, this.itemType);
  }
}

declare const SECRET: unique symbol;

/** A secret input: it can be handed to a parameter that takes a secret, and nothing else. */
export class SecretRef {
  declare readonly [SECRET]: true;
  constructor(readonly cel: string) {}
}

/** The output of a step that may be skipped: it has no value by itself. */
export class Maybe<V> {
  declare readonly [VALUE]: V;
  constructor(readonly ran: string, readonly cel: string, readonly type: string) {}
  /** The value when the step ran and it is true; false when not. */
  orFalse(this: Maybe<boolean>): Expr<boolean> {
    return new Expr(`${this.ran} && ${this.cel}`, "bool", AND);
  }
  /** The value when the step ran, else `other`. */
  orElse(other: V): Expr<V> {
    return new Expr(`${this.ran} ? ${this.cel} : ${literal(other, this.type)}`, this.type, OR);
  }
}

/** A value as it is written in an expression. */
export function literal(value: unknown, type: string): string {
  if (value instanceof Expr) return value.binds > COMPARISON ? value.cel : `(${value.cel})`;
  if (typeof value === "number" && type === "double" && Number.isInteger(value)) {
    return value.toFixed(1);
  }
  if (typeof value !== "string") return String(value);
  const escaped = value.replace(/[\\']/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
  return `'${escaped}'`;
}
