/** The JSON Schema (draft-07) of recipes, for editors: from the grammar and the table of actions. */
import type { ActionRow, Parameter } from "./action_row.ts";
import { actions } from "./actions.ts";
import { boardShape, inputShape, recipeShape, stepShape } from "./grammar.ts";
import type { Shape } from "./shape.ts";
import { type Kind, KINDS, parseType } from "./types.ts";

type Json = Readonly<Record<string, unknown>>;

const INTEGER: Json = { type: "integer" };
const text = (pattern: string): Json => ({ type: "string", pattern });
const EXPRESSION: Json = { type: "string", pattern: "\\$\\{\\{" };
const NUMBER = "[0-9][0-9A-Fa-fx_.]*";

/** What an editor, which reads YAML numbers as numbers, sees of a literal. */
const LITERALS: Readonly<Record<Kind, readonly Json[]>> = {
  bool: [{ type: "boolean" }],
  int: [INTEGER, text("^-?(0x[0-9A-Fa-f_]+|[0-9_]+)$")],
  double: [{ type: "number" }],
  string: [{ type: "string" }],
  enum: [{ type: "string" }],
  file: [{ type: "string" }],
  path: [{ type: "string" }],
  address: [INTEGER, text("^(0x[0-9A-Fa-f_]+|[0-9_]+)$")],
  region: [text(`^(all|${NUMBER} *(\\+ *${NUMBER} *[A-Za-z]*|\\.\\. *${NUMBER}))$`)],
  sectors: [INTEGER, text("^(all|[0-9]+( *\\.\\. *[0-9]+)?( *, *[0-9]+( *\\.\\. *[0-9]+)?)*)$")],
  size: [INTEGER, text(`^${NUMBER} *(B|KiB|MiB|GiB|kB|MB)?$`)],
  frequency: [text(`^(auto|${NUMBER} *(Hz|kHz|MHz|GHz))$`)],
  duration: [text(`^${NUMBER} *(ms|s|m|min|h)$`)],
  voltage: [text(`^${NUMBER} *(V|mV)$`)],
  bytes: [{ type: "string" }],
  secret: [EXPRESSION],
  any: [{}],
};

const oneOf = (all: readonly Json[]): Json =>
  all.length === 1 && all[0] ? all[0] : { anyOf: [...all] };

function literals(kind: Kind, values: readonly string[] | undefined): readonly Json[] {
  return values ? [{ enum: [...values] }] : LITERALS[kind];
}

/** A parameter: a literal of its own type, or an expression. */
function parameterSchema(p: Parameter): Json {
  const type = parseType(p.type);
  if (!type || type.kind === "any") return { ...p.schema, description: p.summary };
  const known = p.values && [...p.values, ...p.later ?? []];
  const one = literals(type.kind, known).map((j) =>
    p.range && j === INTEGER ? { ...j, minimum: p.range[0], maximum: p.range[1] } : j
  );
  const plain = one.every((j) => j["type"] === "string" && j["pattern"] === undefined);
  const both = oneOf(plain ? one : [...one, EXPRESSION]);
  const whole: Json = type.shape === "one" ? both : oneOf([
    type.shape === "list"
      ? { type: "array", items: both }
      : { type: "object", additionalProperties: both },
    EXPRESSION,
  ]);
  const absent = p.absent === undefined ? "" : ` (absent: ${p.absent})`;
  return { ...whole, description: `${p.summary}${absent}` };
}

function withSchema(row: ActionRow): Json {
  const required = Object.entries(row.with).filter(([, p]) => !p.optional).map(([n]) => n);
  return {
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries(
      Object.entries(row.with).map(([name, p]) => [name, parameterSchema(p)]),
    ),
    ...(required.length > 0 ? { required } : {}),
  };
}

function shapeSchema(shape: Shape): Json {
  switch (shape.is) {
    case "scalar":
      return oneOf(LITERALS[shape.type]);
    case "word":
      return { enum: [...shape.values, ...shape.later ?? []] };
    case "name":
      return text(shape.dashes ? "^[a-z][a-z0-9-]*$" : "^[a-z][a-z0-9_]*$");
    // what YAML calls a number or a bool is a text here as well: `equals: 1024`, `when: true`
    case "expression":
      return oneOf([{ type: "string" }, { type: "boolean" }]);
    case "template":
      return oneOf([{ type: "string" }, { type: "number" }, { type: "boolean" }]);
    case "free":
      return {};
    case "list":
      return { type: "array", items: shapeSchema(shape.of), minItems: shape.least ?? 0 };
    case "map":
      return {
        type: "object",
        additionalProperties: shapeSchema(shape.of),
        ...(shape.keys === undefined ? {} : { propertyNames: { pattern: "^[a-z][a-z0-9_]*$" } }),
      };
    case "steps":
      return { $ref: "#/definitions/steps" };
    case "object":
      return objectSchema(shape);
  }
}

function objectSchema(shape: Extract<Shape, { is: "object" }>): Json {
  const required = Object.entries(shape.keys).filter(([, k]) => k.required).map(([n]) => n);
  return {
    type: "object",
    additionalProperties: false,
    patternProperties: { "^x-": {} },
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(
      Object.entries(shape.keys).map(([name, k]) => {
        const note = k.later ? `${k.summary} (not in this version)` : k.summary;
        return [name, { ...shapeSchema(k.shape), description: note }];
      }),
    ),
  };
}

const usesSchema: Json = {
  description: "an action, ./a-recipe.yaml, ./a-recipe.ts, or std/name",
  anyOf: [
    { enum: Object.keys(actions) },
    text("^\\./.+\\.(yaml|ts)$"),
    text("^std/[a-z][a-z0-9-]*$"),
  ],
};

function typesSchema(): Json {
  const each = KINDS.flatMap((k) => [`list<${k}>`, `map<${k}>`]);
  return { enum: [...KINDS, ...each], description: "what kind of value it takes" };
}

/** The schema as data. */
export function recipeSchema(): Json {
  const step = shapeSchema(stepShape) as { properties: Record<string, unknown> };
  const input = shapeSchema(inputShape) as { properties: Record<string, unknown> };
  const recipe = shapeSchema(recipeShape) as { properties: Record<string, unknown> };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "probekit recipe, edition v1",
    ...recipe,
    properties: {
      ...recipe.properties,
      recipe: { const: "v1", description: "the edition" },
      inputs: {
        type: "object",
        propertyNames: { pattern: "^[a-z][a-z0-9_]*$" },
        additionalProperties: {
          ...input,
          properties: { ...input.properties, type: typesSchema() },
        },
        description: "what a user can set",
      },
    },
    definitions: {
      steps: {
        type: "array",
        minItems: 1,
        items: {
          ...step,
          properties: { ...step.properties, uses: usesSchema },
          oneOf: [{ required: ["uses"] }, { required: ["require"] }, { required: ["group"] }],
          allOf: Object.entries(actions).map(([name, row]) => ({
            if: { required: ["uses"], properties: { uses: { const: name } } },
            then: {
              properties: { with: withSchema(row) },
              ...(Object.values(row.with).some((p: Parameter) => !p.optional)
                ? { required: ["with"] }
                : {}),
            },
          })),
        },
      },
    },
  };
}

/** The schema as the text of recipes/recipe.v1.schema.json. */
export const schemaText = (): string => `${JSON.stringify(recipeSchema(), null, 1)}\n`;

/** The schema of board files, as the text of recipes/board.v1.schema.json. */
export function boardSchemaText(): string {
  const { definitions } = recipeSchema() as { definitions: Json };
  const board = shapeSchema(boardShape) as { properties: Record<string, unknown> };
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "probekit board file, edition v1",
    ...board,
    properties: { ...board.properties, board: { const: "v1", description: "the edition" } },
    definitions,
  };
  return `${JSON.stringify(schema, null, 1)}\n`;
}
