/** What can be wrong with a recipe's text. Nothing of a board is touched by any of these. */
import type { FaultRow } from "../base/mod.ts";

/** A row of this class; the help at the finding itself comes first. */
const row = (code: `E${number}`, title: string, explain: string): FaultRow => ({
  code,
  class: "recipe",
  title,
  next: [{ text: "Correct that place, and see whether there is more: probekit lint FILE" }],
  explain,
});

/** Rows E0210 … E0269. */
export const lintRows = {
  "unknown-parameter": row(
    "E0210",
    "`{key}` is not a parameter here",
    "Every key of a recipe is known; one that is not would be ignored silently by other tools. Keys that begin with x- are free.",
  ),
  "wrong-shape": row(
    "E0211",
    "`{key}` must be {wanted}, it is {found}",
    "A mapping (key: value), a list (- item) or a single value is expected here, and another one is written.",
  ),
  "missing-input": row(
    "E0212",
    "{what} needs `{key}`",
    "A required key, parameter or input is absent.",
  ),
  "duplicate-id": row(
    "E0213",
    "two steps are called `{id}`",
    "Ids name the outputs of steps, so each is used once in a recipe, groups included.",
  ),
  "chip-without-default": row(
    "E0214",
    "no default of input `{input}` covers `{chip}`",
    "With default_by_chip, every pattern of target.chips must be the same as, or narrower than, one of its keys. Else the recipe would stop on a board it claims to be for.",
  ),
  "wrong-type": row(
    "E0215",
    "`{key}` must be {wanted}, not `{text}`",
    "Values are read as text and then typed by their declared type: 0x0800_0000, 64KiB, 4MHz, 200ms, 3.1V, 0x080F0000 +4KiB, true.",
  ),
  "unknown-action": row(
    "E0216",
    "`{name}` is no action",
    "`uses:` takes an action, ./a-recipe.yaml, ./a-recipe.ts, or std/name for a built-in recipe. docs/actions.md lists all actions.",
  ),
  "unknown-chip": row(
    "E0217",
    "no chip matches `{pattern}`",
    "Patterns are names with * and ?: stm32f7*, stm32f746*, stm32f746ng, arm-cortex-m*, or * alone.",
  ),
  "bad-name": row(
    "E0218",
    "`{name}` cannot be a name of {what}: {why}",
    "Ids and inputs are words in expressions, where a dash is a subtraction: they are snake_case. Names of recipes may have dashes.",
  ),
  "keys-exclude-each-other": row(
    "E0219",
    "`{key}` and `{other}` cannot stand together",
    "A step does one thing: it uses an action, requires a condition, or is a group. An input has one kind of default. What is for ever stands in a recipe of its own, with steps that look and nothing that writes.",
  ),
  "uses-itself": row(
    "E0220",
    "a recipe cannot use itself",
    "The chain of uses: leads back to a recipe that is already in it.",
  ),
  "cannot-read-recipe": row(
    "E0221",
    "cannot read {file}: {why}",
    "A recipe that another one uses could not be read. Names in uses: are relative to the file they stand in.",
  ),
  "path-escapes": row(
    "E0222",
    "`{path}` leads out of the recipe's own folder",
    "Names written in a recipe stay below the folder of the recipe, so that a recipe from somebody else cannot reach other files. Names given on the command line are free.",
  ),
  "unknown-builtin": row(
    "E0223",
    "there is no built-in recipe `{name}`",
    "std/flash, std/recover-option-bytes and the other recipes of the folder recipes/ are built in.",
  ),
  "not-allowed-value": row(
    "E0224",
    "`{text}` is not allowed for `{key}`",
    "The key takes only certain words or values.",
  ),
  "bad-default": row(
    "E0225",
    "the default of input `{input}` breaks its own rule: {why}",
    "A default must pass pattern, min, max, values and accept like any value.",
  ),
  "bad-pattern": row(
    "E0226",
    "`{pattern}` is no regular expression: {why}",
    "Patterns are regular expressions as in JavaScript, at most 200 characters; they must match the whole value.",
  ),
  "file-not-accepted": row(
    "E0227",
    "`{file}` is not accepted for `{key}`: it ends in none of {endings}",
    "The ending says how the file is read, so a wrong one is refused before anything is touched.",
  ),
  "chips-not-covered": row(
    "E0228",
    "{file} is not for `{chip}`, which this recipe is for",
    "A recipe that uses another promises its chips too: every pattern of target.chips must be covered by the used recipe's.",
  ),
  "unused-input": row(
    "E0229",
    "input `{input}` is never used",
    "What a user types for it would have no effect.",
  ),
  "bad-expression": row(
    "E0230",
    "{why}",
    "Expressions are CEL: inputs.x, steps.id.output, == != < > && || !, has(x), size(x), hex(x). They are checked against the declared types before anything runs.",
  ),
  "not-a-bool": row(
    "E0231",
    "this must be a bool, it is a {type}",
    "Conditions are true or false; nothing is true just because it is not empty.",
  ),
  "may-be-skipped": row(
    "E0232",
    "step `{id}` may be skipped, and then it has no `{output}`",
    "A step with a `when`, in a group with a `when`, in a rescue, or after a step that may end the group, has only `ran` for certain.",
  ),
  "text-in-when": row(
    "E0233",
    "`{key}` is already an expression; `${{ }}` inside it would make a text, and a text is not false",
    "In other tools `if: ${{ a }} == 'b'` is always true, because it is a text that is not empty.",
  ),
  "bad-template": row(
    "E0234",
    "`${{` without `}}`",
    "An expression inside a text stands between ${{ and }}.",
  ),
  "not-text": row(
    "E0235",
    "a {type} cannot become part of a text",
    "Only string, int, double and bool do; hex(x) and size(x) make such values. Alone, ${{ x }} keeps its type.",
  ),
  "wrong-result": row(
    "E0236",
    "`{key}` takes {wanted}, this is a {type}",
    "The expression's type does not fit what the parameter is declared as.",
  ),
  "used-too-early": row(
    "E0237",
    "step `{id}` has not run yet here",
    "Steps run from top to bottom; an expression sees the steps above it.",
  ),
  "not-a-list": row(
    "E0238",
    "`each` takes a list, this is a {type}",
    "`for: { each: inputs.images, as: image }` does the step once for each item of a list, in order. A single value needs no `for`.",
  ),
  "name-taken": row(
    "E0239",
    "an item cannot be called `{name}` here: {why}",
    "The name of an item is a word in the expressions of its step, beside inputs, steps, error, value and the items of loops around it.",
  ),
  "secret-in-text": row(
    "E0240",
    "`inputs.{input}` is a secret and cannot {what}",
    "A secret goes only into a parameter that takes one, alone: not into texts, conditions, measurements, outputs or plans. has() may ask whether it was given.",
  ),
  "sector-not-on-chips": row(
    "E0242",
    "sector {sector} does not exist on {chip}: it has {count} sectors, 0..{last}",
    "An STM32F746 has 8 sectors, an STM32F767 12 or 24. Copied commands with 0..11 were refused, or worse.",
  ),
  "outside-flash": row(
    "E0243",
    "{region} is not in the flash of {chip}, which is {flash}",
    "Nothing of this region can be flash on the chips the recipe is for.",
  ),
  "retry-of-irreversible": row(
    "E0250",
    "an irreversible step is never repeated",
    "After a failure it is not known whether it happened. The engine reads the chip and decides; a blind second try is how parts are lost.",
  ),
  "no-confirm": row(
    "E0251",
    "`{name}` cannot be undone and has no `confirm`",
    "What is for ever is asked for once, after the plan, before the first touch.",
  ),
  "above-ceiling": row(
    "E0252",
    "this step is {effect}; the recipe promises at most {ceiling}",
    "`effect:` is the recipe's ceiling, checked through uses: as well: read < volatile < reversible < destructive < irreversible.",
  ),
  "needless-confirm": row(
    "E0253",
    "`{name}` can be undone and takes no `confirm`",
    "Asking for the big word where it is not needed teaches people to type it by habit.",
  ),
  "retries-do-not-fit": row(
    "E0254",
    "{max} retries with pauses of {pause} do not fit into a timeout of {timeout}",
    "`timeout` is for the whole step with all its retries.",
  ),
  "unknown-class": row(
    "E0255",
    "`{name}` is no class of errors",
    "Retries are for classes of errors, never for any error: LINK (the chip stopped answering), USB (the probe did).",
  ),
  "irreversible-in-loop": row(
    "E0241",
    "`{name}` cannot be undone and must not stand in a loop",
    "What is for ever is planned, agreed to and written down once, for one chip. Another unit is another run: probekit run RECIPE --each panel.csv",
  ),
  "attach-above-ceiling": row(
    "E0256",
    "attaching with `{attach}` is {effect}; the recipe promises at most {ceiling}",
    "Stopping or resetting the program is part of what a recipe does to a board.",
  ),
  "not-in-this-version": row(
    "E0260",
    "{what} is known, and this version of probekit does not do it",
    "The format is complete from the start so that nothing is ever ignored: what a build cannot do it refuses by name.",
  ),
  "unknown-edition": row(
    "E0261",
    "this is edition `{edition}`; this version of probekit knows v1",
    "`recipe: v1` names the edition of the format.",
  ),
  "yaml-syntax": row("E0262", "this is no YAML: {why}", "The text cannot be read as YAML 1.2."),
  "yaml-tag": row(
    "E0263",
    "`{tag}` is a YAML tag, and YAML drops what follows it",
    "A value that begins with ! is a tag: `when: !locked` would become an empty text.",
  ),
  "yaml-anchor": row(
    "E0264",
    "{what} is not allowed in a recipe",
    "Anchors, aliases and merge keys make a page that does not say what it does where it does it, and small files that unfold to huge ones.",
  ),
  "yaml-duplicate-key": row(
    "E0265",
    "`{key}` is written twice",
    "Most YAML readers silently keep the last one.",
  ),
  "yaml-too-big": row(
    "E0266",
    "the file is {what} for a recipe (at most {most}, nested {depth} deep)",
    "Size and depth are bounded so that a wrong or hostile file cannot stop the station.",
  ),
  "yaml-flow-expression": row(
    "E0267",
    "inside { } or [ ] an expression `${{ }}` needs quotes",
    "YAML takes the braces of ${{ }} for mappings there.",
  ),
  "not-a-recipe": row(
    "E0268",
    "this is not a recipe: {what}",
    "A recipe is one YAML mapping that begins with `recipe: v1`.",
  ),
  "hidden-character": row(
    "E0269",
    "there is a character here that cannot be seen ({character})",
    "Control, zero-width and direction-changing characters make a page look different from what it says.",
  ),
} as const satisfies Readonly<Record<string, FaultRow>>;
