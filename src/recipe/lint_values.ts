/** Values of parameters and inputs: literals are typed, templates are checked against the declared type. */
import { suggest } from "./findings.ts";
import type { Scope, Spot } from "./lint_scope.ts";
import { staysInside } from "./paths.ts";
import { parseScalar } from "./scalars.ts";
import { foundAs } from "./shape.ts";
import { hasExpression, splitTemplate } from "./templates.ts";
import type { Node, TextNode } from "./text_tree.ts";
import { celType, type Type, typeText } from "./types.ts";

/** What a value has to be. */
export interface Wanted {
  readonly type: Type;
  readonly values?: readonly string[] | undefined;
  readonly later?: readonly string[] | undefined;
  readonly accept?: readonly string[] | undefined;
  /** whether a secret may stand in an `any` */
  readonly secrets?: boolean | undefined;
}

/** A value whose type fits; undefined when it does not, and the finding says why. */
export type Read = { readonly value: unknown } | undefined;

const accepts = (accept: readonly string[], file: string): boolean =>
  accept.some((ending) => file.toLowerCase().endsWith(ending.toLowerCase()));

function fits(have: string, want: Type): boolean {
  // a secret parameter takes a secret, no bytes that anybody has seen
  if (want.kind === "secret") return have === "secret" && want.shape === "one";
  const wanted = celType(want);
  if (have === wanted || have === "dyn" || wanted === "dyn") return true;
  if (wanted === "double" && have === "int") return true;
  if (want.shape === "one") return false;
  // an empty list or map literal, or one of dyn
  return have === `${want.shape}<dyn>` || (want.shape === "list" && have === "list") ||
    (want.shape === "map" && /^map(<string, dyn>|<dyn, dyn>)?$/.test(have));
}

/** Reads values as their declared types want them. */
export class ValueReader {
  constructor(readonly scope: Scope, readonly spot: Spot) {}

  read(node: Node, key: string, wanted: Wanted): Read {
    const { findings } = this.scope;
    if (node.kind === "text" && hasExpression(node.text)) return this.#template(node, key, wanted);
    const { type } = wanted;
    if (type.kind === "any") return this.#any(node, key, wanted);
    const shape = type.shape === "one" ? "text" : type.shape;
    if (node.kind !== shape) {
      const word = type.shape === "one" ? "a single value" : `a ${typeText(type)}`;
      findings.report("wrong-shape", node.at, { key, wanted: word, found: foundAs(node) });
      return;
    }
    const one: Wanted = { ...wanted, type: { shape: "one", kind: type.kind } };
    if (node.kind === "list") return this.#all(node.items.map((n) => this.read(n, key, one)));
    if (node.kind === "map") {
      const read = node.entries.map((e) => [e.key, this.read(e.value, e.key, one)] as const);
      const all = this.#all(read.map(([, r]) => r));
      if (!all) return;
      const out: Record<string, unknown> = Object.create(null);
      for (const [k, r] of read) out[k] = r?.value;
      return { value: out };
    }
    return node.kind === "text" ? this.#literal(node, key, wanted) : undefined;
  }

  #all(read: readonly Read[]): Read {
    return read.every((r) => r !== undefined) ? { value: read.map((r) => r?.value) } : undefined;
  }

  #literal(node: TextNode, key: string, wanted: Wanted): Read {
    const { findings } = this.scope;
    const { text } = node;
    const parsed = parseScalar(wanted.type.kind, text);
    if (!parsed.ok) {
      findings.report("wrong-type", node.at, { key, text, wanted: parsed.wanted });
      return;
    }
    if (wanted.type.kind === "secret") {
      findings.report("not-allowed-value", node.at, { key, text: "▒▒" }, {
        help: "a secret is never written in a recipe",
      });
      return;
    }
    if (wanted.later?.includes(text)) {
      findings.report("not-in-this-version", node.at, { what: `\`${key}: ${text}\`` });
      return;
    }
    if (wanted.values && !wanted.values.includes(text)) {
      const help = suggest(text, wanted.values);
      findings.report("not-allowed-value", node.at, { key, text }, { help });
      return;
    }
    return this.#name(node, key, wanted) ? { value: parsed.value } : undefined;
  }

  #name(node: TextNode, key: string, { type, accept }: Wanted): boolean {
    const { findings } = this.scope;
    if (type.kind !== "file" && type.kind !== "path") return true;
    if (!staysInside(node.text)) {
      findings.report("path-escapes", node.at, { path: node.text });
      return false;
    }
    if (type.kind === "file" && accept && !accepts(accept, node.text)) {
      const endings = accept.join(" ");
      findings.report("file-not-accepted", node.at, { key, file: node.text, endings });
      return false;
    }
    return true;
  }

  #template(node: TextNode, key: string, wanted: Wanted): Read {
    const takes = wanted.type.kind === "secret" || wanted.secrets === true;
    const into = takes ? undefined : `be handed to \`${key}\``;
    const have = this.scope.template(node, this.spot, into);
    if (have === undefined) return;
    const split = splitTemplate(node.text);
    const alone = "alone" in split && split.alone;
    // a text put together is read by its type when it is whole
    const good = alone
      ? fits(have, wanted.type)
      : wanted.type.shape === "one" && wanted.type.kind !== "secret";
    if (!good) {
      const type = alone ? have : "text";
      this.scope.findings.report("wrong-result", node.at, {
        key,
        wanted: `a ${typeText(wanted.type)}`,
        type,
      });
      return;
    }
    return { value: node.text.trim() };
  }

  /** Anything; texts in it may be templates. */
  #any(node: Node, key: string, any: Wanted): Read {
    if (node.kind === "text") {
      return hasExpression(node.text) ? this.#template(node, key, any) : { value: node.text };
    }
    if (node.kind === "list") return this.#all(node.items.map((n) => this.#any(n, key, any)));
    if (node.kind === "empty") return { value: undefined };
    const out: Record<string, unknown> = Object.create(null);
    for (const e of node.entries) out[e.key] = this.#any(e.value, e.key, any)?.value;
    return { value: out };
  }
}
