/** The grammar of edition v1, as shapes. It is complete: what this version does not do is marked `later`. */
import { EFFECTS } from "../base/mod.ts";
import type { Key, Shape } from "./shape.ts";
import type { Kind } from "./types.ts";

const scalar = (type: Kind): Shape => ({ is: "scalar", type });
const word = (values: readonly string[], later: readonly string[] = []): Shape => ({
  is: "word",
  values,
  ...(later.length > 0 ? { later } : {}),
});
const list = (of: Shape, least = 0): Shape => ({ is: "list", of, least });
const text = scalar("string");
const template: Shape = { is: "template" };
const expression: Shape = { is: "expression" };
const free: Shape = { is: "free" };
const key = (shape: Shape, summary: string): Key => ({ shape, summary });
const must = (shape: Shape, summary: string): Key => ({ shape, summary, required: true });
const later = (summary: string): Key => ({ shape: free, summary, later: true });

/** Classes of errors that a step may be tried again for. */
export const RETRY_CLASSES = ["LINK", "USB"] as const;
/** Where a secret may come from. */
export const SECRET_FROM = ["file", "env"] as const;
/** What can be done before a step is tried again. */
export const RETRY_AFTER = ["probe.reattach"] as const;

const supply: Shape = {
  is: "object",
  name: "supply",
  keys: {
    min: key(scalar("voltage"), "lowest supply, like 2.1V"),
    max: key(scalar("voltage"), "highest supply, like 3.6V"),
    unmeasured: key(word(["stop", "warn"]), "what to do when the probe cannot measure"),
  },
};

const target: Shape = {
  is: "object",
  name: "target",
  keys: {
    chips: key(list(text, 1), "which chips: patterns like stm32f7*, or *"),
    attach: key(
      word(["attach", "halt", "under-reset"], ["none"]),
      "attach: only look; halt: stop the core; under-reset: stop it before its first instruction",
    ),
    supply: key(supply, "the supply this recipe wants"),
    core: later("which core of a chip with several"),
    leave: key(
      word(["as-found", "running", "halted", "reset-held", "board-safe"], ["powered-off"]),
      "how the board is left",
    ),
  },
};

/** One input. */
export const inputShape: Shape = {
  is: "object",
  name: "an input",
  keys: {
    type: must(text, "bool int double string enum file path address region sectors size …"),
    summary: key(text, "what it is for"),
    optional: key(scalar("bool"), "whether it may be absent; ask with has()"),
    default: key(free, "its value when none is given"),
    default_by_chip: key(
      { is: "map", of: free },
      "chip pattern: default; the first that matches counts",
    ),
    accept: key(list(text, 1), "endings of files it takes"),
    values: key(list(text, 1), "words an enum takes"),
    pattern: key(text, "regular expression that the whole text must match"),
    min: key(free, "smallest value"),
    max: key(free, "largest value"),
    from: key(
      list(word(SECRET_FROM, ["pkcs11"]), 1),
      "of a secret, where it may come from; absent: file and env",
    ),
    sha256: key(word(["required"]), "of a file: it must be given as NAME#sha256:…"),
  },
};

const measure: Shape = {
  is: "object",
  name: "a measurement",
  keys: {
    name: must({ is: "name", of: "a measurement" }, "its name in the record"),
    value: must(expression, "expression over value, the step's outputs"),
    unit: key(text, "V, B, KiB …"),
    min: key(scalar("double"), "smallest value that passes"),
    max: key(scalar("double"), "largest value that passes"),
    marginal: key(scalar("double"), "how near to a limit is worth a remark"),
    equals: key(template, "the only value that passes"),
  },
};

const retry: Shape = {
  is: "object",
  name: "retry",
  keys: {
    max: must(scalar("int"), "how often again, 1 to 10"),
    on: must(list(text, 1), `classes of errors: ${RETRY_CLASSES.join(", ")}`),
    pause: key(scalar("duration"), "wait before it, like 200ms"),
    after: key(list(word(RETRY_AFTER), 1), "what to do before it"),
  },
};

const loop: Shape = {
  is: "object",
  name: "for",
  keys: {
    each: must(expression, "expression that gives a list: inputs.images"),
    as: must({ is: "name", of: "an item" }, "what one item is called in expressions"),
  },
};

const steps: Shape = { is: "steps" };

/** One step. */
export const stepShape: Shape = {
  is: "object",
  name: "a step",
  keys: {
    id: key({ is: "name", of: "a step" }, "its name in expressions: steps.id.output"),
    uses: key(text, "an action, ./a-recipe.yaml, ./a-recipe.ts, or std/name"),
    with: key({ is: "map", of: free }, "parameters"),
    when: key(expression, "skip the step unless this is true"),
    require: key(expression, "stop, with nothing touched by this step, unless this is true"),
    code: key(text, "short code of a failed require, like NEEDS-ERASE"),
    message: key(template, "what a failed require says"),
    help: key(template, "what to do about it"),
    group: key(steps, "steps that share a rescue or a finally"),
    rescue: key(steps, "steps for when the group fails; they see error.code, .class, .step"),
    finally: key(steps, "steps that always run after the group"),
    for: key(loop, "the step, or the group, once for each item of a list, in order"),
    retry: key(retry, "when to try again"),
    timeout: key(scalar("duration"), "for the step with all its retries"),
    idle_timeout: key(scalar("duration"), "without any progress"),
    confirm: key(word(["plan", "typed"], ["per-batch"]), "how what cannot be undone is asked for"),
    on_error: key(word(["stop", "warn"]), "warn: go on all the same"),
    measure: key(list(measure, 1), "what judges the unit"),
    evidence: later("what cannot be read back, from the journal"),
    script: later("a TypeScript function as a step"),
  },
};
/** A list of steps. */
export const stepsShape: Shape = list(stepShape, 1);

/** A board file. */
export const boardShape: Shape = {
  is: "object",
  name: "a board file",
  keys: {
    board: must(text, "the edition: v1"),
    name: must({ is: "name", of: "a board", dashes: true }, "its name, with dashes"),
    summary: key(text, "which board this is, and where"),
    probe: key(text, "its probe: a serial, a USB place, or what --probe takes else"),
    chip: key(text, "the chip that is on it: a pattern like stm32f746*"),
    halt: key(
      word(["allowed", "forbidden"]),
      "forbidden: it is never left halted (motors, heaters, charge pumps)",
    ),
    freeze: key(
      list(text, 1),
      "peripherals that stand still while the core is halted, for `board-listed`: TIM1, CAN1",
    ),
    inputs: key({ is: "map", of: free, keys: "an input" }, "values of inputs on this board"),
    safe_state: key({
      is: "object",
      name: "safe_state",
      keys: {
        steps: key(steps, "what makes the board safe: steps that are volatile at most"),
        leave: must(word(["running", "halted", "reset-held"]), "how it is left after them"),
      },
    }, "what `leave: board-safe` means here"),
  },
};

/** A whole recipe. */
export const recipeShape: Shape = {
  is: "object",
  name: "a recipe",
  keys: {
    recipe: must(text, "the edition: v1"),
    name: must({ is: "name", of: "a recipe", dashes: true }, "its name, with dashes"),
    summary: must(text, "one sentence"),
    effect: must(word(EFFECTS), "the most it may do to a board"),
    record: key(word(["best-effort", "required"]), "whether a unit passes without a record"),
    target: key(target, "chips, attaching, supply, leaving"),
    inputs: key({ is: "map", of: inputShape, keys: "an input" }, "what a user can set"),
    steps: must(steps, "what to do, from top to bottom"),
    outputs: key({ is: "map", of: template, keys: "an output" }, "what it gives"),
  },
};
