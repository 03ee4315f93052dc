/** What a YAML recipe and a TypeScript recipe both become: plain data, typed, without places. */
import type { Effect } from "../base/mod.ts";

/** How a recipe is attached, what supply it wants, and how the board is left. */
export interface TargetDocument {
  readonly chips?: readonly string[];
  readonly attach?: "attach" | "halt" | "under-reset";
  readonly supply?: {
    /** V */
    readonly min?: number;
    /** V */
    readonly max?: number;
    readonly unmeasured?: "stop" | "warn";
  };
  readonly leave?: "as-found" | "running" | "halted" | "reset-held" | "board-safe";
}

/** One input. */
export interface InputDocument {
  readonly type: string;
  readonly summary?: string;
  readonly optional?: boolean;
  readonly default?: unknown;
  /** chip pattern → default; the first that matches counts */
  readonly default_by_chip?: Readonly<Record<string, unknown>>;
  readonly accept?: readonly string[];
  /** of a file: it has to be given with its hash */
  readonly sha256?: "required";
  readonly values?: readonly string[];
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
  /** of a secret */
  readonly from?: readonly ("file" | "env")[];
}

/** When a step is tried again. */
export interface RetryDocument {
  readonly max: number;
  readonly on: readonly string[];
  /** ms */
  readonly pause?: number;
  readonly after?: readonly string[];
}

/** One thing that judges the unit. */
export interface MeasureDocument {
  readonly name: string;
  /** expression over `value`, the step's outputs */
  readonly value: string;
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  readonly marginal?: number;
  readonly equals?: string;
}

/** A step that is done once for each item of a list. */
export interface ForDocument {
  /** expression that gives the list */
  readonly each: string;
  /** name of the item in expressions */
  readonly as: string;
}

/** One step: it uses an action or a recipe, requires a condition, or is a group. */
export interface StepDocument {
  readonly id?: string;
  readonly uses?: string;
  /** literals are typed; texts with `${{ }}` stay as they are */
  readonly with?: Readonly<Record<string, unknown>>;
  readonly when?: string;
  readonly require?: string;
  readonly code?: string;
  readonly message?: string;
  readonly help?: string;
  readonly group?: readonly StepDocument[];
  readonly rescue?: readonly StepDocument[];
  readonly finally?: readonly StepDocument[];
  readonly for?: ForDocument;
  readonly retry?: RetryDocument;
  /** ms */
  readonly timeout?: number;
  /** ms */
  readonly idle_timeout?: number;
  readonly confirm?: "plan" | "typed";
  readonly on_error?: "stop" | "warn";
  readonly measure?: readonly MeasureDocument[];
}

/** A whole recipe. */
export interface RecipeDocument {
  readonly recipe: "v1";
  readonly name: string;
  readonly summary: string;
  readonly effect: Effect;
  readonly record?: "best-effort" | "required";
  readonly target?: TargetDocument;
  readonly inputs?: Readonly<Record<string, InputDocument>>;
  readonly steps: readonly StepDocument[];
  readonly outputs?: Readonly<Record<string, string>>;
}

/** The document as text that is the same for the same document, however it was written. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(",")}}`;
}

/** SHA-256 as 64 hexadecimal digits. */
export async function sha256(data: Uint8Array | string): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, "0")).join("");
}
